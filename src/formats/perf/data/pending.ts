/**
 * Events that wait for those of other CPUs: rings are written to the file one after the other, and each is in order by itself. So what arrives is
 * a few runs in order, which are merged; they lie where they arrived until their turn.
 */
import { grown } from '../../../lib/bytes.js';
import { sortingPermutation } from '../../../trace/sort-rows.js';

/** More runs than that are sorted as a whole. */
const FEW_RUNS = 64;

/** Where events wait. */
export interface Waiting {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly bytes: Uint8Array;
  /** Room for an event of so many words (an even number), its head written; where it begins. */
  add(kind: number, words: number, tid: number, pid: number, cpu: number, time: number): number;
  /**
   * All rings were looked at once more: tells which events nothing can come before any more, in order.
   *
   * @param several may hear of those that need no look: words[from] up to words[to]
   */
  round(emit: (at: number) => void, several: (from: number, to: number) => void): void;
  /** Tells all that is left. */
  end(emit: (at: number) => void, several: (from: number, to: number) => void): void;
}

export class Pending implements Waiting {
  words = new Int32Array(2 ** 16);
  doubles = new Float64Array(this.words.buffer);
  bytes = new Uint8Array(this.words.buffer);
  private used = 0;
  private count = 0;
  private times = new Float64Array(1024);
  /** Where events begin, in pairs of words. */
  private starts = new Uint32Array(1024);
  /** Where runs begin that are in order, as numbers of events; those before `next` of each were told. */
  private runs: { next: number; end: number }[] = [];
  /** Of the run that the next event may belong to; NaN: it begins one of its own. */
  private lastTime = NaN;
  private latest = -Infinity;
  /** As perf has it: what a round brings may be older than what the round before brought, but not than the round before that. */
  private limit = -Infinity;

  add(kind: number, words: number, tid: number, pid: number, cpu: number, time: number): number {
    const at = this.used;
    if (at + words > this.words.length) this.take(grown(this.words, Math.max(at + words, this.words.length * 2)));
    const { words: w, count } = this;
    this.used = at + words;
    if (count === this.times.length) {
      this.times = grown(this.times, count * 2);
      this.starts = grown(this.starts, count * 2);
    }
    w[at] = kind | (words << 8);
    w[at + 1] = tid;
    w[at + 2] = pid;
    w[at + 3] = cpu;
    this.doubles[(at + 4) >> 1] = time;
    this.times[count] = time;
    this.starts[count] = at >> 1;
    this.count = count + 1;
    if (!(time >= this.lastTime)) this.runs.push({ next: count, end: count });
    this.runs[this.runs.length - 1].end = count + 1;
    this.lastTime = time;
    if (time > this.latest) this.latest = time;
    return at;
  }

  round(emit: (at: number) => void): void {
    this.flush(this.limit, emit);
    this.limit = this.latest;
  }

  /** Goes on as one that has had these times. */
  resume(limit: number, latest: number): void {
    this.limit = limit;
    this.latest = latest;
  }

  end(emit: (at: number) => void): void {
    this.flush(Infinity, emit);
  }

  private flush(limit: number, emit: (at: number) => void): void {
    if (this.runs.length > FEW_RUNS) this.sort();
    this.merge(limit, emit);
    this.runs = this.runs.filter(({ next, end }) => next < end);
    const left = this.runs.reduce((sum, { next, end }) => sum + end - next, 0);
    if (left * 2 <= this.count) this.compact();
    // The run added to last may be told and gone, and what comes next does not lie behind one of the others.
    this.lastTime = NaN;
  }

  /** Always from the run whose next event is the earliest, of equal ones the first, as long as it is. */
  private merge(limit: number, emit: (at: number) => void): void {
    const { runs, times, starts } = this;
    for (;;) {
      let first = -1;
      let earliest = Infinity;
      let second = Infinity;
      let secondIsBefore = false;
      for (let r = 0; r < runs.length; r++) {
        const { next, end } = runs[r];
        if (next === end) continue;
        const time = times[next];
        if (first < 0 || time < earliest) {
          [second, secondIsBefore] = [earliest, true];
          [first, earliest] = [r, time];
        } else if (time < second) [second, secondIsBefore] = [time, false];
      }
      if (first < 0 || earliest > limit) return;
      const run = runs[first];
      let { next } = run;
      do {
        emit(starts[next] * 2);
        next++;
      } while (
        next < run.end &&
        times[next] <= limit &&
        (times[next] < second || (times[next] === second && !secondIsBefore))
      );
      run.next = next;
    }
  }

  /** Makes one run of all that is left. */
  private sort(): void {
    this.compact();
    const { words, times, starts, count } = this;
    const order = sortingPermutation(times, count);
    if (order === null) return;
    const [sorted, sortedTimes, sortedStarts] = [new Int32Array(words.length), times.slice(), starts.slice()];
    let to = 0;
    for (let i = 0; i < count; i++) {
      const from = starts[order[i]] * 2;
      const size = words[from] >>> 8;
      for (let j = 0; j < size; j++) sorted[to + j] = words[from + j];
      sortedTimes[i] = times[order[i]];
      sortedStarts[i] = to >> 1;
      to += size;
    }
    this.take(sorted);
    [this.times, this.starts] = [sortedTimes, sortedStarts];
    this.runs = [{ next: 0, end: count }];
    this.lastTime = sortedTimes[count - 1];
  }

  /** What is left moves down to the beginning: events lie in the order of their runs, so none is written over before it moved. */
  private compact(): void {
    const { words, times, starts, runs } = this;
    let count = 0;
    let to = 0;
    for (const run of runs) {
      const begin = count;
      for (let i = run.next; i < run.end; i++, count++) {
        const from = starts[i] * 2;
        const size = words[from] >>> 8;
        for (let j = 0; j < size; j++) words[to + j] = words[from + j];
        times[count] = times[i];
        starts[count] = to >> 1;
        to += size;
      }
      run.next = begin;
      run.end = count;
    }
    this.used = to;
    this.count = count;
    if (count === 0) this.lastTime = NaN;
  }

  private take(words: Int32Array<ArrayBuffer>): void {
    this.words = words;
    this.doubles = new Float64Array(words.buffer, 0, words.length >> 1);
    this.bytes = new Uint8Array(words.buffer);
  }
}
