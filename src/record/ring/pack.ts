/** Packs finished files of a ring, behind everybody else. */
import { spawn } from 'node:child_process';
import { findProgram } from '../processes.js';

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
  for (const packer of PACKERS) if ((await findProgram(packer.command[0]!)) !== null) return packer;
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
