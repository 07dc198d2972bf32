/** Gives a process the niceness of this one, where that is allowed (root, or CAP_SYS_NICE). */
import { readdir } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';

export async function hurry(pid: number): Promise<void> {
  const own = getPriority();
  // On Linux each thread has its own niceness.
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  for (const thread of threads) {
    try {
      setPriority(Number(thread), own);
    } catch {
      // It has ended, or must not: it goes on as it was.
    }
  }
}
