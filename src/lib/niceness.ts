/** The niceness of another process, all of it: on Linux each thread has its own. */
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Where that is not allowed (to take niceness back: root, or CAP_SYS_NICE), the process goes on as it was. */
export function setNiceness(pid: number, niceness: number): void {
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(Number(thread), niceness);
    } catch {
      // It has ended, or must not.
    }
  }
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
