/** Packs finished files of a ring, yielding to everybody else while it keeps up. */
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

/**
 * Added to the niceness of `watch`. At 19 a machine whose processors are all taken gives less than the 1 % that packing needs, the files
 * stay as they are, and the ring has no room for its window exactly when something is wrong. So packing yields as long as it keeps up.
 */
const YIELDING = 10;
const BEHIND = 0;

/** Files are packed one after the other. */
export class PackLine {
  /** Of all that was added. */
  done: Promise<void> = Promise.resolve();
  private waiting = 0;

  /** @param task must not fail; given the niceness to add when its turn has come */
  add(task: (niceness: number) => Promise<void>): void {
    this.waiting++;
    this.done = this.done.then(async () => {
      await task(this.waiting > 1 ? BEHIND : YIELDING);
      this.waiting--;
    });
  }
}

/** @returns name of the packed file beside the other, which stays; null where it failed */
export function pack(packer: Packer, file: string, niceness: number): Promise<string | null> {
  const child = spawn('nice', ['-n', String(niceness), ...packer.command, file], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code === 0 ? `${file}${packer.extension}` : null));
  });
}
