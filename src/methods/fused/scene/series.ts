/** Durations along time, and the moment at which they change most: a slow disk does not change the mix of calls. */
import { nthSmallest } from '../../../lib/nth-smallest.js';

/** Slower is only what also costs this much more a call, ns. */
const SLOWER_NS = 10e6;
/** Quantiles of fewer calls say nothing. */
const FEWEST = 8;
/** A change that has not lasted this part of the window, or so long, is too young to judge. */
const LASTING = 0.15;
const LASTING_NS = 6e9;
/** More calls than this factor after the onset, and the program itself asks for more. */
const SAME_NUMBER = 1.5;

/** A call that lasts this long is stuck, ns ... */
const STUCK_NS = 1e9;
/** ... and if this part of the time some call is, with more than one of them, so is what it asks of. */
const STUCK_SHARE = 0.5;

/** Durations that stand for those before and after a moment, ns: third quartiles in `slower`. */
export interface Slower {
  readonly before: number;
  readonly after: number;
  readonly atNs: number;
}

interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

export class Series {
  private length = 0;
  private times: Float64Array;
  private durations: Float64Array;
  /** What they lasted at least. */
  private atLeast: Float64Array;
  private threads: Uint32Array;

  /** `room`: for so many calls, to begin with. */
  constructor(room = 1024) {
    this.times = new Float64Array(room);
    this.durations = new Float64Array(room);
    this.atLeast = new Float64Array(room);
    this.threads = new Uint32Array(room);
  }

  /** `atLeast`: where it is not sure how long it lasted; `ns` is then the most. */
  add(atNs: number, ns: number, thread: number, atLeast = ns): void {
    if (!(ns >= 0)) return;
    if (this.length === this.times.length) this.grow();
    this.times[this.length] = atNs;
    this.durations[this.length] = ns;
    this.atLeast[this.length] = atLeast;
    this.threads[this.length++] = thread;
  }

  /** Share of its time from a moment on that the thread most concerned spends in the calls. */
  share(threads: number, { toNs }: Span, fromNs: number): number {
    const sums = new Float64Array(threads);
    for (let i = 0; i < this.length; i++) if (this.times[i]! >= fromNs) sums[this.threads[i]!]! += this.durations[i]!;
    return sums.reduce((most, sum) => Math.max(most, sum), 0) / (toNs - fromNs);
  }

  /**
   * The change, if from some moment on the third quartile (caches keep the faster half fast) is `factor` times what it was and
   * calls come no oftener; else null. What they lasted at most before is compared with what they last at least after. The moment is the cut with the largest variance of log durations between its sides: O(n log n).
   */
  slower({ fromNs, toNs }: Span, factor: number): Slower | null {
    const n = this.length;
    const order = this.inOrder();
    const { durations } = this;
    const logs = new Float64Array(n);
    let total = 0;
    for (let i = 0; i < n; i++) {
      logs[i] = Math.log(Math.max(1000, durations[order === null ? i : order[i]!]!));
      total += logs[i]!;
    }
    let sum = 0;
    let best = 0;
    let cut = -1;
    for (let i = 0; i < n; i++) {
      if (i >= FEWEST && n - i >= FEWEST) {
        const change = (total - sum) / (n - i) - sum / i;
        const between = change > 0 ? (change * change * i * (n - i)) / n : 0;
        if (between > best) {
          best = between;
          cut = i;
        }
      }
      sum += logs[i]!;
    }
    if (cut < 0) return null;
    const atNs = this.times[order === null ? cut : order[cut]!]!;
    if (isYoung(atNs, fromNs, toNs)) return null;
    const perSecond = (cut / (atNs - fromNs)) * (toNs - atNs);
    if (!(n - cut <= SAME_NUMBER * perSecond)) return null;
    const inTime = (values: Float64Array) => (order === null ? values : Float64Array.from(order, (i) => values[i]!));
    const before = thirdQuartile(inTime(durations).slice(0, cut));
    const after = thirdQuartile(inTime(this.atLeast).slice(cut, n));
    return after > factor * before && after - before > SLOWER_NS ? { before, after, atNs } : null;
  }

  /**
   * A change that quantiles do not see: few calls, each stuck for seconds, `factor` times longer than all before, fill half of the time
   * or more. `before` is the longest before, `after` the mean of the stuck. O(n log n).
   */
  stuck({ fromNs, toNs }: Span, factor: number): Slower | null {
    const order = this.inOrder();
    let longest = 0;
    let calls = 0;
    let sum = 0;
    let covered = 0;
    let atNs = Infinity;
    let endNs = 0;
    for (let k = 0; k < this.length; k++) {
      const i = order === null ? k : order[k]!;
      const [from, ns] = [this.times[i]!, this.durations[i]!];
      if (atNs === Infinity && !(k >= FEWEST && ns >= STUCK_NS && ns > factor * longest)) {
        longest = Math.max(longest, ns);
        continue;
      }
      if (ns < STUCK_NS) continue;
      atNs = Math.min(atNs, from);
      covered += Math.max(0, from + ns - Math.max(from, endNs));
      endNs = Math.max(endNs, from + ns);
      sum += ns;
      calls++;
    }
    if (calls < 2 || isYoung(atNs, fromNs, toNs) || covered < STUCK_SHARE * (toNs - atNs)) return null;
    return { before: longest, after: sum / calls, atNs };
  }

  /** The order of time; null when that is the order in which they came. */
  private inOrder(): Uint32Array | null {
    const { times, length } = this;
    let i = 1;
    while (i < length && times[i - 1]! <= times[i]!) i++;
    return i >= length ? null : Uint32Array.from({ length }, (_, k) => k).sort((a, b) => times[a]! - times[b]!);
  }

  private grow(): void {
    const { times, durations, atLeast, threads } = this;
    this.times = new Float64Array(2 * this.length);
    this.times.set(times);
    this.durations = new Float64Array(2 * this.length);
    this.durations.set(durations);
    this.atLeast = new Float64Array(2 * this.length);
    this.atLeast.set(atLeast);
    this.threads = new Uint32Array(2 * this.length);
    this.threads.set(threads);
  }
}

function isYoung(atNs: number, fromNs: number, toNs: number): boolean {
  return toNs - atNs < Math.min(LASTING_NS, LASTING * (toNs - fromNs));
}

function thirdQuartile(values: Float64Array): number {
  return nthSmallest(values, Math.floor(values.length * 0.75));
}
