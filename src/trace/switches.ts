/** Scheduler events of all chunks, and the threads that their tids mean. */
import type { ChunkSwitches } from './chunk.js';
import { sortingPermutation } from './sort-rows.js';
import type { Switches, Thread, Trace } from './table.js';

export class SwitchesBuilder {
  private readonly chunks: { switches: ChunkSwitches; base: number; names: Uint16Array }[] = [];
  private readonly names: string[] = [];
  private readonly nameNumbers = new Map<string, number>();
  private length = 0;

  append(switches: ChunkSwitches, base: number): void {
    const names = Uint16Array.from(switches.nextNames, (name) => numberOf(name, this.names, this.nameNumbers));
    this.chunks.push({ switches, base, names });
    this.length += switches.length;
  }

  /** `shift`: taken off every time, as from the rows. null when there were none. */
  finish(threads: readonly Thread[], shift: number): Switches | null {
    if (this.length === 0) return null;
    const out = switchColumns(this.length, this.names);
    const threadAt = threadFinder(threads);
    let i = 0;
    for (const { switches, base, names } of this.chunks) {
      for (let j = 0; j < switches.length; j++, i++) {
        out.time[i] = switches.time[j]! + base - shift;
        out.cpu[i] = switches.cpu[j]!;
        out.previous[i] = threadAt(switches.previousTid[j]!, out.time[i]!);
        out.previousState[i] = switches.previousState[j]!;
        out.next[i] = threadAt(switches.nextTid[j]!, out.time[i]!);
        out.nextName[i] = names[switches.nextName[j]!]!;
      }
    }
    return sorted(out);
  }
}

/** Finds the life of a tid at a moment: the last that had not ended before; -1 when the trace has no such thread. */
export function threadFinder(threads: readonly Thread[]): (tid: number, ns: number) => number {
  const livesOfTid = new Map<number, number[]>();
  threads.forEach(({ tid }, thread) => {
    const lives = livesOfTid.get(tid);
    if (lives) lives.push(thread);
    else livesOfTid.set(tid, [thread]);
  });
  return (tid, ns) => {
    const lives = livesOfTid.get(tid);
    if (!lives) return -1;
    if (lives.length === 1) return lives[0]!;
    return lives.find((life) => (threads[life]!.exitNs ?? Infinity) >= ns) ?? lives.at(-1)!;
  };
}

/** Scheduler events of several traces by time; `shifts` and `threadMaps` as the traces are put together. null without any. */
export function mergeSwitches(
  traces: readonly Trace[],
  shifts: readonly number[],
  threadMaps: readonly Int32Array[],
): Switches | null {
  const length = traces.reduce((total, { switches }) => total + (switches?.length ?? 0), 0);
  if (length === 0) return null;
  const names: string[] = [];
  const nameNumbers = new Map<string, number>();
  const all = switchColumns(length, names);
  let i = 0;
  traces.forEach(({ switches }, t) => {
    if (switches === null) return;
    const map = (thread: number) => (thread < 0 ? -1 : threadMaps[t]![thread]!);
    for (let j = 0; j < switches.length; j++, i++) {
      all.time[i] = switches.time[j]! + shifts[t]!;
      all.cpu[i] = switches.cpu[j]!;
      all.previous[i] = map(switches.previous[j]!);
      all.previousState[i] = switches.previousState[j]!;
      all.next[i] = map(switches.next[j]!);
      all.nextName[i] = numberOf(switches.nextNames[switches.nextName[j]!]!, names, nameNumbers);
    }
  });
  return sorted(all);
}

function switchColumns(length: number, nextNames: readonly string[]): Switches {
  const shared = (bytes: number) => new SharedArrayBuffer(length * bytes);
  return {
    length,
    time: new Float64Array(shared(8)),
    cpu: new Uint16Array(shared(2)),
    previous: new Int32Array(shared(4)),
    previousState: new Uint8Array(shared(1)),
    next: new Int32Array(shared(4)),
    nextName: new Uint16Array(shared(2)),
    nextNames,
  };
}

function numberOf(name: string, names: string[], numbers: Map<string, number>): number {
  let number = numbers.get(name);
  if (number === undefined) numbers.set(name, (number = names.push(name) - 1));
  return number;
}

/** In order of time, stable. */
function sorted(switches: Switches): Switches {
  const permutation = sortingPermutation(switches.time, switches.length);
  if (permutation === null) return switches;
  const out = switchColumns(switches.length, switches.nextNames);
  permutation.forEach((from, to) => {
    out.time[to] = switches.time[from]!;
    out.cpu[to] = switches.cpu[from]!;
    out.previous[to] = switches.previous[from]!;
    out.previousState[to] = switches.previousState[from]!;
    out.next[to] = switches.next[from]!;
    out.nextName[to] = switches.nextName[from]!;
  });
  return out;
}
