/** Packs finished files of a ring, behind everybody else. */
import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';

export interface Packer {
  readonly command: readonly string[];
  readonly extension: string;
}

/** zstd packs system calls to a twentieth at 1 % of a processor for 50,000 calls a second; gzip takes five times as long. */
const PACKERS: readonly Packer[] = [
  { command: ['zstd', '-1', '-q', '-k', '-f'], extension: '.zst' },
  { command: ['gzip', '-1', '-k', '-f'], extension: '.gz' },
];

export async function findPacker(): Promise<Packer | null> {
  for (const packer of PACKERS) if (await inPath(packer.command[0]!)) return packer;
  return null;
}

/** @returns name of the packed file beside the other, which stays; null where it failed */
export function pack(packer: Packer, file: string): Promise<string | null> {
  const child = spawn('nice', ['-n', '19', ...packer.command, file], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code === 0 ? `${file}${packer.extension}` : null));
  });
}

async function inPath(name: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? '').split(':'))
    if (
      await access(path.join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return true;
  return false;
}
