/** The program's own binary: what `--binary FILE` brings. */
import { PerfscopeError } from '../errors.js';
import { rangeName } from '../signatures/names.js';
import { readCallGraph, type CallGraph } from './call-graph.js';
import { type ElfFile, type ElfFunction, functionNames } from './elf.js';
import { type ProgramImage, readImage } from './image.js';

export interface Binary {
  readonly path: string;
  readonly buildId: string;
  /** Distinct function names, normalised and sorted; `redis-server@0x4a0f0` where only a range is known. */
  readonly functions: readonly string[];
  /** False: some functions are known by their ranges only. */
  readonly complete: boolean;
  /** Direct calls; null for a machine whose code we cannot read. */
  readonly callGraph: CallGraph | null;
}

export interface BinaryOptions {
  /** What functions without a name are named after; default: the base name of the path. */
  readonly label?: string | undefined;
  /** Where to look for separate files of symbols, besides the system's places. */
  readonly debugFiles?: readonly string[] | undefined;
}

/** Reads an ELF file (a few milliseconds a megabyte). Throws a PerfscopeError that names the file. */
export async function readBinary(path: string, options: BinaryOptions = {}): Promise<Binary> {
  const image = await readImage(path, options.debugFiles);
  return binaryOf(image, options.label ?? path.slice(path.lastIndexOf('/') + 1));
}

/** What is asked of a binary; functions without a name are named after `label`. */
export function binaryOf(image: ProgramImage, label: string): Binary {
  const { path, elf, complete } = image;
  const functions = imageFunctions(image, label);
  const named = { ...elf, functions };
  return { path, buildId: elf.buildId, functions: functionNames(named), complete, callGraph: callGraphOf(named, path) };
}

function imageFunctions({ elf, table, complete }: ProgramImage, label: string): ElfFunction[] {
  if (elf.hasSymbolTable) return [...elf.functions];
  return table.ranges.flatMap(({ start, end, names }): ElfFunction[] => {
    const size = Number.isFinite(end) ? end - start : 0;
    if (names.length > 0) return names.map((name) => ({ name, address: start, size }));
    return complete ? [] : [{ name: rangeName(label, start), address: start, size }];
  });
}

function callGraphOf(elf: ElfFile, path: string): CallGraph | null {
  try {
    return readCallGraph(elf, path);
  } catch (error) {
    if (error instanceof PerfscopeError) return null;
    throw error;
  }
}
