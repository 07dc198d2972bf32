/** Processes are known by their id and the moment of their start: ids are used again. */
import { readFileSync } from 'node:fs';

/** When the process began, in the kernel's ticks; null of what has ended, though its parent has not asked yet. */
export function beganAt(pid: number): string | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

/** Of /proc/PID/stat, see proc(5): state, threads and start are its fields 3, 20 and 22. */
export function parseStat(stat: string): string | null {
  // The name before them may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, threads, start] = [fields[0], fields[17], fields[19]];
  if (start === undefined) return null;
  // Other threads may go on without the first.
  return /^[ZX]$/.test(state!) && !(Number(threads) > 1) ? null : start;
}
