/** Scheduler events of all chunks, and the threads that their tids mean. */
import type { ChunkSwitches } from './chunk.js';
import type { Switches, Thread } from './table.js';

export class SwitchesBuilder {
  private readonly chunks: { switches: ChunkSwitches; base: number; names: Uint16Array }[] = [];
  private readonly names: string[] = [];
  private readonly nameNumbers = new Map<string, number>();
  private length = 0;

  append(switches: ChunkSwitches, base: number): void {
    const names = Uint16Array.from(switches.nextNames, (name) => {
      let number = this.nameNumbers.get(name);
      if (number === undefined) this.nameNumbers.set(name, (number = this.names.push(name) - 1));
      return number;
    });
    this.chunks.push({ switches, base, names });
    this.length += switches.length;
  }

  /** `shift`: taken off every time, as from the rows. null when there were none. */
  finish(threads: readonly Thread[], shift: number): Switches | null {
    if (this.length === 0) return null;
    const { length } = this;
    const shared = (bytes: number) => new SharedArrayBuffer(length * bytes);
    const out = {
      length,
      time: new Float64Array(shared(8)),
      cpu: new Uint16Array(shared(2)),
      previous: new Int32Array(shared(4)),
      previousState: new Uint8Array(shared(1)),
      next: new Int32Array(shared(4)),
      nextName: new Uint16Array(shared(2)),
      nextNames: this.names,
    };
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
    return out;
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
