/** Standard output, of which nothing may be lost in silence: a full disk behind it must not look like success. */
import { fstatSync, fsyncSync, writeSync } from 'node:fs';
import { PerfscopeError } from '../errors.js';
import { writeFault } from '../lib/write-fault.js';

const STDOUT = 1;

/**
 * Writes all of it. Whoever reads a pipe and leaves early (`| head`) has got what they wanted: that is no error.
 *
 * @throws PerfscopeError 'output'
 */
export async function writeStdout(text: string): Promise<void> {
  try {
    if (isFileOrDevice()) writeWhole(text);
    else await writeStream(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    const advice = 'What was written there is not whole. Make room, or send it elsewhere with --format FORMAT=FILE.';
    throw new PerfscopeError('output', `cannot write to standard output: ${writeFault(error).why}`, {}, advice);
  }
}

/**
 * Keeps an error of a standard stream from ending the process: `writeStdout` hears of its own by itself, and what cannot be
 * said on stderr must not cost a result.
 */
export function outlive(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

function isFileOrDevice(): boolean {
  if (process.stdout.isTTY) return false;
  const stats = fstatSync(STDOUT);
  return stats.isFile() || stats.isCharacterDevice();
}

/** Node's stream for files takes write(2) at its word that it wrote, and loses the rest where the disk has room for a part. */
function writeWhole(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(STDOUT, bytes, at);
  // Over a network, or with a quota, some faults show no earlier; devices know no sync.
  if (fstatSync(STDOUT).isFile()) fsyncSync(STDOUT);
}

function writeStream(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
