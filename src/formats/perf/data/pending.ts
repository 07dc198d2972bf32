/** Events that wait for those of other CPUs: rings are written to the file one after the other, and each is in order by itself. */
import { grown } from '../../../lib/bytes.js';
import { sortingPermutation } from '../../../trace/sort-rows.js';
import { HEAD_WORDS } from './events.js';

export class Pending {
  words = new Int32Array(2 ** 16);
  doubles = new Float64Array(this.words.buffer);
  bytes = new Uint8Array(this.words.buffer);
  private used = 0;
  private count = 0;
  private times = new Float64Array(1024);
  /** Where events begin, in pairs of words. */
  private starts = new Uint32Array(1024);
  private spare = { words: new Int32Array(0), times: new Float64Array(0), starts: new Uint32Array(0) };
  private latest = -Infinity;
  /** As perf has it: what a round brings may be older than what the round before brought, but not than the round before that. */
  private limit = -Infinity;

  /** Room for an event of so many words (an even number), its head written; where it begins. */
  add(kind: number, words: number, tid: number, pid: number, cpu: number, time: number): number {
    const at = this.used;
    if (at + words > this.words.length) this.grow(at + words);
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
    if (time > this.latest) this.latest = time;
    return at;
  }

  /** Takes back the event that was added last. */
  drop(at: number): void {
    this.used = at;
    this.count--;
  }

  /** All rings were looked at once more: tells which events nothing can come before any more, in order. */
  round(emit: (at: number) => void): void {
    this.flush(this.limit, emit);
    this.limit = this.latest;
  }

  /** Tells all that is left. */
  end(emit: (at: number) => void): void {
    this.flush(Infinity, emit);
  }

  private flush(limit: number, emit: (at: number) => void): void {
    const { count, times, starts } = this;
    const order = sortingPermutation(times, count);
    let done = 0;
    for (; done < count; done++) {
      const event = order === null ? done : order[done];
      if (times[event] > limit) break;
      emit(starts[event] * 2);
    }
    if (done === 0) return;
    this.keep(order, done);
  }

  /** What is left moves to the other memory, which is as large. */
  private keep(order: Uint32Array | null, done: number): void {
    const { words, times, starts, spare, count } = this;
    if (spare.words.length < words.length) spare.words = new Int32Array(words.length);
    if (spare.times.length < times.length) {
      spare.times = new Float64Array(times.length);
      spare.starts = new Uint32Array(times.length);
    }
    const left = count - done;
    let to = 0;
    for (let i = 0; i < left; i++) {
      const event = order === null ? done + i : order[done + i];
      const from = starts[event] * 2;
      const size = words[from] >>> 8;
      for (let j = 0; j < size; j++) spare.words[to + j] = words[from + j];
      spare.times[i] = times[event];
      spare.starts[i] = to >> 1;
      to += size;
    }
    const rest = spare.words;
    [this.times, this.starts] = [spare.times, spare.starts];
    this.spare = { words, times, starts };
    this.take(rest);
    this.used = to;
    this.count = left;
  }

  private grow(least: number): void {
    this.take(grown(this.words, Math.max(least + HEAD_WORDS, this.words.length * 2)));
  }

  private take(words: Int32Array<ArrayBuffer>): void {
    this.words = words;
    this.doubles = new Float64Array(words.buffer, 0, words.length >> 1);
    this.bytes = new Uint8Array(words.buffer);
  }
}
