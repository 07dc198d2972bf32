/** The program's own binary from disk: what `--binary FILE` brings. */
import { readFile } from 'node:fs/promises';
import { PerfscopeError } from '../errors.js';
import { readCallGraph, type CallGraph } from './call-graph.js';
import { functionNames, readElf } from './elf.js';

export interface Binary {
  readonly path: string;
  /** Distinct function names, normalised and sorted. */
  readonly functions: readonly string[];
  /** False: stripped; only exported functions are known. */
  readonly hasSymbolTable: boolean;
  /** Direct calls; null for a machine whose code we cannot read. */
  readonly callGraph: CallGraph | null;
}

/** Reads an ELF file (a few milliseconds a megabyte). Throws a PerfscopeError that names the file. */
export async function readBinary(path: string): Promise<Binary> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    if (reason === 'EISDIR')
      throw new PerfscopeError('input-is-directory', 'the binary is a folder', { path }, 'Give the executable file.');
    const message = reason === 'ENOENT' ? 'there is no such binary' : `the binary cannot be read: ${reason}`;
    throw new PerfscopeError('input-missing', message, { path }, 'Give the executable file that the traces are of.');
  }
  const elf = readElf(bytes, path);
  return { path, functions: functionNames(elf), hasSymbolTable: elf.hasSymbolTable, callGraph: callGraphOf(elf, path) };
}

function callGraphOf(elf: ReturnType<typeof readElf>, path: string): CallGraph | null {
  try {
    return readCallGraph(elf, path);
  } catch (error) {
    if (error instanceof PerfscopeError) return null;
    throw error;
  }
}
