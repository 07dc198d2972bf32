/** ELF files from disk. Of a large one only the parts are read that are used: files of symbols are mostly line tables and types. */
import { open, stat } from 'node:fs/promises';
import { PerfscopeError } from '../errors.js';
import { type ElfFile, neededParts, readElf } from './elf.js';

/** Up to so many bytes a file is read as a whole. */
const WHOLE = 2 ** 24;

/** Throws a PerfscopeError that names the file. */
export async function readElfFile(path: string): Promise<ElfFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readNeeded(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    if (reason === undefined) throw error;
    const advice = 'Give the executable file that the traces are of.';
    if (reason === 'EISDIR') throw new PerfscopeError('input-is-directory', 'the binary is a folder', { path }, advice);
    const message = reason === 'ENOENT' ? 'there is no such binary' : `the binary cannot be read: ${reason}`;
    throw new PerfscopeError('input-missing', message, { path }, advice);
  }
  return readElf(bytes, path);
}

/** The same, null for what is no readable ELF file: a name in a trace may be anything's. A damaged ELF file is an error all the same. */
export async function tryElfFile(path: string): Promise<ElfFile | null> {
  // Devices and pipes would be read without an end.
  if (
    !(await stat(path).then(
      (s) => s.isFile(),
      () => false,
    ))
  )
    return null;
  try {
    return await readElfFile(path);
  } catch (error) {
    if (error instanceof PerfscopeError && error.code !== 'input-damaged') return null;
    throw error;
  }
}

async function readNeeded(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    // What is not read stays untouched, and takes no memory.
    const bytes = new Uint8Array(size);
    const read = async (offset: number, length: number): Promise<void> => {
      const end = Math.min(offset + length, size);
      for (let at = offset; at < end;) {
        const { bytesRead } = await file.read(bytes, at, Math.min(end - at, 2 ** 28), at);
        if (bytesRead === 0) return;
        at += bytesRead;
      }
    };
    if (size <= WHOLE) {
      await read(0, size);
      return bytes;
    }
    await read(0, 4096);
    // The headers tell where the tables are, and these which parts matter.
    for (const step of neededParts(bytes, path)) for (const part of step) await read(part.offset, part.size);
    return bytes;
  } finally {
    await file.close();
  }
}
