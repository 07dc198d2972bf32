/** A program or library as it lies on disk, with all names that can be had for its functions. */
import { PerfscopeError } from '../errors.js';
import { findDebugSymbols } from './debug-files.js';
import type { ElfFile } from './elf.js';
import { type FunctionTable, functionTable } from './function-table.js';
import { readElfFile, tryElfFile } from './read-elf.js';

export interface ProgramImage {
  readonly path: string;
  readonly elf: ElfFile;
  readonly table: FunctionTable;
  /** The names of all functions are known, not only of those that are exported. */
  readonly complete: boolean;
  /** The separate file of symbols that they come from, '' for none. */
  readonly debugFile: string;
}

/** Reads the ELF file at `path` and its symbols. Throws a PerfscopeError that names the file. */
export async function readImage(path: string, debugFolders: readonly string[] = []): Promise<ProgramImage> {
  return imageOf(await readElfFile(path), path, debugFolders);
}

/** The same for a path that only a trace names: null where there is no such file, or one that cannot be used. */
export async function tryImage(path: string, debugFolders: readonly string[] = []): Promise<ProgramImage | null> {
  try {
    const elf = await tryElfFile(path);
    return elf === null ? null : await imageOf(elf, path, debugFolders);
  } catch (error) {
    if (error instanceof PerfscopeError) return null;
    throw error;
  }
}

async function imageOf(elf: ElfFile, path: string, debugFolders: readonly string[]): Promise<ProgramImage> {
  const debug = elf.hasSymbolTable ? null : await findDebugSymbols(elf, path, debugFolders);
  const table = functionTable(elf, debug?.functions ?? [], path);
  return { path, elf, table, complete: elf.hasSymbolTable || debug !== null, debugFile: debug?.path ?? '' };
}
