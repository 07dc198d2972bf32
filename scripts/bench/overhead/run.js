// Runs a program to its end and gives what it printed.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export async function run([command, ...args]) {
  const { stdout } = await promisify(execFile)(command, args, { maxBuffer: 1 << 26 });
  return stdout;
}
