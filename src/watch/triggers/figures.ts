/**
 * Figures of processes for the detector, from /proc (proc(5)): one read a process and sample, whatever the load. A ring tells what it
 * holds only when it is cut out, and to count its calls all the time would cost what it is there to save.
 */
import { readFile } from 'node:fs/promises';

export const FIGURES = {
  reads: { what: 'read(2) and its like, calls a second', floor: 20 },
  writes: { what: 'write(2) and its like, calls a second', floor: 20 },
  cpu: { what: 'processors in use', floor: 0.2 },
} as const;
export type Figure = keyof typeof FIGURES;

/** Totals since a process began, in calls and seconds. */
export type Totals = Readonly<Record<Figure, number>>;

/** Of proc_pid_stat(5); the unit is the same on all machines that Linux runs on today (USER_HZ). */
const TICKS_A_SECOND = 100;

/** Null where there is no such process, or it may not be looked at. */
export async function totalsOf(pid: number): Promise<Totals | null> {
  try {
    const [io, stat] = await Promise.all([readFile(`/proc/${pid}/io`, 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')]);
    return parseTotals(io, stat);
  } catch {
    return null;
  }
}

export function parseTotals(io: string, stat: string): Totals | null {
  const calls = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(io)?.[1]);
  // Counted after the name, which is in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpu = (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  const totals = { reads: calls('syscr'), writes: calls('syscw'), cpu };
  return Object.values(totals).every(Number.isFinite) ? totals : null;
}

export interface Look {
  /** ms on a clock that only goes forward. */
  readonly at: number;
  readonly of: ReadonlyMap<number, Totals>;
}

/** A second's worth of each figure, summed over the processes that were there both times; null where there is none. */
export function ratesBetween(before: Look, after: Look): Readonly<Record<Figure, number>> | null {
  const seconds = (after.at - before.at) / 1000;
  const rates = { reads: 0, writes: 0, cpu: 0 };
  let there = 0;
  for (const [pid, now] of after.of) {
    const then = before.of.get(pid);
    if (then === undefined) continue;
    there++;
    for (const figure of Object.keys(rates) as Figure[])
      rates[figure] += Math.max(0, now[figure] - then[figure]) / seconds;
  }
  return there === 0 || !(seconds > 0) ? null : rates;
}

export async function look(pids: readonly number[], at: number): Promise<Look> {
  const of = new Map<number, Totals>();
  for (const pid of pids) {
    const totals = await totalsOf(pid);
    if (totals !== null) of.set(pid, totals);
  }
  return { at, of };
}
