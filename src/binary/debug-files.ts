/**
 * Separate files of symbols, where gdb(1) looks for them too ("Debugging Information in Separate Files"): by build id below
 * `/usr/lib/debug` (Debian's -dbgsym packages, Fedora's -debuginfo), by the name in `.gnu_debuglink`, among what debuginfod-find(1)
 * has fetched; and the packed symbol table that Fedora's binaries carry (`.gnu_debugdata`). A file with another build id, or without
 * one and with another checksum, is never used.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { PerfscopeError } from '../errors.js';
import { type ElfFile, type ElfFunction, readElf } from './elf.js';
import { tryElfFile } from './read-elf.js';

const SYSTEM = '/usr/lib/debug';
/** Files of a folder given by --debug-files that are opened to look at their build ids. */
const MOST_FILES = 2000;

export interface DebugSymbols {
  /** Where they were found; the binary itself for mini debug info. */
  readonly path: string;
  readonly functions: readonly ElfFunction[];
}

/** The symbols of the binary `elf` at `path` in a file of their own; `folders`: where else to look, first. null: there are none. */
export async function findDebugSymbols(
  elf: ElfFile,
  path: string,
  folders: readonly string[] = [],
): Promise<DebugSymbols | null> {
  for (const candidate of new Set(candidates(elf, path, folders))) {
    const found = await symbolsIn(candidate, elf);
    if (found !== null) return found;
  }
  for (const folder of folders) {
    for (const file of await filesOf(folder)) {
      const found = elf.buildId === '' ? null : await symbolsIn(file, elf);
      if (found !== null) return found;
    }
  }
  return elf.miniDebugInfo === null ? null : { path, functions: await unpacked(elf.miniDebugInfo, path) };
}

function* candidates(elf: ElfFile, path: string, folders: readonly string[]): Generator<string> {
  const { buildId, debugLink } = elf;
  // A folder may be a package's content that was unpacked there.
  const roots = [...folders.flatMap((folder) => [folder, join(folder, SYSTEM)]), SYSTEM];
  const here = dirname(resolve(path));
  for (const root of roots) {
    if (buildId.length > 2) yield join(root, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`);
    // A link's name is a file's, never a path out of these folders.
    if (debugLink !== null) yield join(root, here, basename(debugLink.name));
    yield join(root, `${resolve(path)}.debug`);
  }
  if (buildId !== '') {
    const cache = process.env['DEBUGINFOD_CACHE_PATH'] ?? join(homedir(), '.cache', 'debuginfod_client');
    yield join(cache, buildId, 'debuginfo');
  }
  if (debugLink !== null) {
    yield join(here, basename(debugLink.name));
    yield join(here, '.debug', basename(debugLink.name));
    for (const folder of folders) yield join(folder, basename(debugLink.name));
  }
}

async function symbolsIn(path: string, of: ElfFile): Promise<DebugSymbols | null> {
  const file = await tryElfFile(path);
  if (file === null || file.functions.length === 0 || !file.hasSymbolTable || file.machine !== of.machine) return null;
  if (of.buildId !== '' && file.buildId !== '')
    return of.buildId === file.buildId ? { path, functions: file.functions } : null;
  const sameSum = of.debugLink !== null && crc32(await readFile(path)) === of.debugLink.crc;
  return sameSum ? { path, functions: file.functions } : null;
}

/** Files below a folder, to a depth of four. */
async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  const visit = async (directory: string, depth: number): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(directory, entry.name);
      if (files.length >= MOST_FILES) return;
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory() && depth < 4) await visit(path, depth + 1).catch(() => undefined);
    }
  };
  await visit(folder, 0).catch(() => undefined);
  return files;
}

/** Throws `input-missing` for what is no folder. */
export async function requireFolders(folders: readonly string[]): Promise<void> {
  for (const path of folders) {
    const isFolder = await stat(path).then(
      (s) => s.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      const advice = 'Give the folder that holds .build-id/, or the files of symbols themselves.';
      throw new PerfscopeError('input-missing', 'there is no such folder of debug files', { path }, advice);
    }
  }
}

/** Mini debug info (gdb, "Debugging information in a special section"). */
async function unpacked(packed: Uint8Array, path: string): Promise<readonly ElfFunction[]> {
  const { XzReadableStream } = (await import('xz-decompress')).default;
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(packed);
      controller.close();
    },
  });
  const parts: Uint8Array[] = [];
  const reader = new XzReadableStream(source as never).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value.slice());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PerfscopeError(
      'input-damaged',
      `its packed symbol table (.gnu_debugdata) cannot be read: ${reason}`,
      { path },
      "Copy the program's executable file again.",
    );
  }
  return readElf(Buffer.concat(parts), `${path} (.gnu_debugdata)`).functions;
}
