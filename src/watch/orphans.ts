/** Tracers that outlived a `watch` that was killed: they would write into files that have no name any more, without end. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { entryPoint } from '../pool/entry-point.js';

/** Programs that record: others may look at what lies there. */
const TRACERS = new Set(['perf', 'strace']);

/** Ends those whose arguments name a file below `folder`, which is ours alone (lock.ts); gives their ids. */
export async function endOrphans(folder: string): Promise<number[]> {
  const ended: number[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const argv = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (!isOrphan(argv, folder)) continue;
    try {
      process.kill(Number(entry), 'SIGTERM');
      ended.push(Number(entry));
    } catch {
      // It has ended meanwhile, or is somebody else's.
    }
  }
  return ended;
}

export function isOrphan([program = '', ...args]: readonly string[], folder: string): boolean {
  const isTracer = TRACERS.has(path.basename(program)) || args[0] === entryPoint('ftrace');
  return isTracer && args.some((arg) => arg.startsWith(`${folder}${path.sep}`));
}
