/** Which threads are recorded: those that are there when it begins, and those that come to have the name, or into the cgroup, later. */
import { readFileSync, readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { cgroupMembers, findPids } from '../processes.js';
import type { Target } from '../recorder.js';

/** [tid, pid, name]. */
export type ThreadEntry = readonly [number, number, string];

export function threadsOf(pids: readonly number[]): number[] {
  return pids.flatMap((pid) => {
    try {
      return readdirSync(`/proc/${pid}/task`).map(Number);
    } catch {
      return [];
    }
  });
}

/** Of threads that are there. */
export function describeThreads(tids: readonly number[]): ThreadEntry[] {
  return tids.flatMap((tid): ThreadEntry[] => {
    try {
      const status = readFileSync(`/proc/${tid}/status`, 'utf8');
      const name = readFileSync(`/proc/${tid}/comm`, 'utf8').replace(/\n$/, '');
      return [[tid, Number(/^Tgid:\s*(\d+)/m.exec(status)![1]), name]];
    } catch {
      return [];
    }
  });
}

/** A new process runs its program after some moments: so often it is looked at. */
const LOOKS = 4;

/** Finds processes that come later. */
export class Newcomers {
  /** Processes there are, and how often each was looked at. */
  private looked = new Map<number, number>();

  constructor(private readonly target: Target) {}

  /** Processes to be recorded from now on, besides `followed`; all that descend from them among them. */
  async find(followed: ReadonlySet<number>): Promise<number[]> {
    const { target } = this;
    if (target.kind === 'cgroup') return (await cgroupMembers(target.path)).filter((pid) => !followed.has(pid));
    if (target.kind !== 'comm') return [];
    if (!(await this.hasNew(target.name.slice(0, 15), followed))) return [];
    return (await findPids(target).catch(() => [])).filter((pid) => !followed.has(pid));
  }

  /** Whether a process has the name that is not followed. To read what all processes are called each time would be work for thousands. */
  private async hasNew(name: string, followed: ReadonlySet<number>): Promise<boolean> {
    const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
    const looked = new Map<number, number>();
    let found = false;
    for (const pid of pids) {
      const looks = this.looked.get(pid) ?? 0;
      looked.set(pid, Math.min(LOOKS, looks + 1));
      if (looks >= LOOKS || followed.has(pid)) continue;
      const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      if (comm.replace(/\n$/, '') === name) found = true;
    }
    this.looked = looked;
    return found;
  }
}
