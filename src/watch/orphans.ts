/** Tracers that outlived a `watch` that was killed: they would write into files that have no name any more, without end. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { entryPoint } from '../pool/entry-point.js';

/** Programs that record: others may look at what lies there. */
const TRACERS = new Set(['perf', 'strace']);

const LOOK_MS = 20;
/** What it has recorded is of no use any more. */
const PATIENCE_MS = 5000;

/**
 * Ends those whose arguments name a file below `folder`, which is ours alone (lock.ts), and waits for that: they name the files that they
 * end by what lies there then. Gives their ids.
 */
export async function endOrphans(folder: string): Promise<number[]> {
  const found = await orphans(folder);
  let left = found.filter((pid) => tell(pid, 'SIGTERM'));
  const told = left;
  for (let waited = 0; left.length > 0 && waited < PATIENCE_MS; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    left = await orphans(folder);
  }
  for (const pid of left) tell(pid, 'SIGKILL');
  return told;
}

async function orphans(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const argv = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (isOrphan(argv, folder)) found.push(Number(entry));
  }
  return found;
}

/** False where it has ended meanwhile, or is somebody else's. */
function tell(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

export function isOrphan([program = '', ...args]: readonly string[], folder: string): boolean {
  const isTracer = TRACERS.has(path.basename(program)) || args[0] === entryPoint('ftrace');
  return isTracer && args.some((arg) => arg.startsWith(`${folder}${path.sep}`));
}
