/**
 * The loudest episodes: sequences of calls, one right after the other in a thread, that came far more or far less often after the onset
 * than before it. Closed frequent episodes of each part are mined; both are then counted in both parts. O(rows x longest episode).
 */
import { OUTCOME, grainsOf } from '../context/symbols.js';
import type { Scene } from '../methods/fused/scene/scene.js';
import { lowerBound } from '../methods/fused/scene/scene.js';
import { mineClosedEpisodes } from '../episodes/mine.js';
import type { ChangedEpisode } from './window-changes.js';

/** Rows of a part that are read, those next to the onset: more would not change what is loudest. */
const ROWS = 250_000;
const LONGEST = 8;
/** Rarer than this part of the rows, or than so often, is not loud. */
const LEAST_SHARE = 2e-4;
const FEWEST = 5;
/** Of so many that weigh most the counts in both parts are looked up. */
const CANDIDATES = 150;
const TOLD = 6;
const TOLD_GONE = 3;
/** Told is what is so many times as frequent as before, or as rare. */
const FACTOR = 1.5;
/** One that has so much in common with an episode that is told is told itself only if it is so many times as frequent. */
const ALIKE = 0.6;
const OFTENER = 2;
/** Episodes that moved less than this part of the one that moved most are not worth a line. */
const LEAST_GAIN = 0.01;
const THREADS = 8;

/** Calls of each thread in a part of the window, as numbers of their OUTCOME texts. */
interface Part {
  readonly seconds: number;
  readonly symbols: Uint32Array;
  readonly offsets: Uint32Array;
  /** Per sequence: its tid. */
  readonly tids: readonly number[];
}

export function changedEpisodes(scene: Scene, onsetNs: number): ChangedEpisode[] {
  const { texts, ofPlace } = outcomesOf(scene);
  const onsetRow = Math.min(scene.endRow, Math.max(scene.firstRow, lowerBound(scene.trace, onsetNs)));
  const before = partOf(scene, ofPlace, Math.max(scene.firstRow, onsetRow - ROWS), onsetRow, onsetNs);
  const after = partOf(scene, ofPlace, onsetRow, Math.min(scene.endRow, onsetRow + ROWS), onsetNs);
  const counted = [...candidatesOf(after), ...candidatesOf(before)].map((calls) => {
    const [b, a] = [countIn(before, calls), countIn(after, calls)];
    const rates = { b: rate(b.count, before), a: rate(a.count, after) };
    const threads = (rates.a >= rates.b ? a : b).threads;
    return { calls, rates, b: b.count, a: a.count, threads };
  });
  type Counted = (typeof counted)[number];
  const gain = ({ calls, rates }: Counted) => (rates.a - rates.b) * Math.sqrt(calls.length);
  const told: Counted[] = [];
  const tell = (most: number, sign: 1 | -1) => {
    const moved = ({ rates: { a, b } }: Counted) => (sign > 0 ? a > FACTOR * b : b > FACTOR * a);
    const order = counted.filter(moved).sort((x, y) => sign * (gain(y) - gain(x)) || x.calls.length - y.calls.length);
    let n = 0;
    for (const c of order) {
      if (n === most || Math.abs(gain(c)) < LEAST_GAIN * Math.abs(gain(order[0]!))) break;
      if (
        told.some(
          (t) => shared(c.calls, t.calls) >= ALIKE * c.calls.length && louder(t, sign) * OFTENER > louder(c, sign),
        )
      )
        continue;
      told.push(c);
      n++;
    }
  };
  const louder = ({ rates }: Counted, sign: 1 | -1) => (sign > 0 ? rates.a : rates.b);
  tell(TOLD, 1);
  tell(TOLD_GONE, -1);
  return told.map(({ calls, rates, b, a, threads }): ChangedEpisode => {
    return {
      calls: calls.map((s) => texts[s]!),
      before: { count: b, perSecond: rates.b },
      after: { count: a, perSecond: rates.a },
      threads,
    };
  });
}

const rate = (count: number, { seconds }: Part) => (seconds > 0 ? count / seconds : 0);

/** Numbers of the OUTCOME texts by place. */
export function outcomesOf({ places }: Scene): { texts: string[]; ofPlace: Uint32Array } {
  const numbers = new Map<string, number>();
  const ofSymbol = places.symbols.map((s) => {
    const text = grainsOf(s)[OUTCOME]!;
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text)!;
  });
  const ofPlace = Uint32Array.from(places.contextOf, (k) => ofSymbol[places.contexts.symbol[k]!]!);
  return { texts: [...numbers.keys()], ofPlace };
}

function partOf(scene: Scene, ofPlace: Uint32Array, from: number, to: number, onsetNs: number): Part {
  const { trace, places, fromNs, toNs } = scene;
  const { thread, start } = trace.columns;
  const offsets = new Uint32Array(trace.threads.length + 1);
  for (let i = from; i < to; i++) offsets[thread[i]! + 1]!++;
  for (let t = 0; t < trace.threads.length; t++) offsets[t + 1]! += offsets[t]!;
  const next = offsets.slice();
  const symbols = new Uint32Array(to - from);
  for (let i = from; i < to; i++) symbols[next[thread[i]!]!++] = ofPlace[places.ofRow[i]!]!;
  const isBefore = to > from && start[from]! < onsetNs;
  const whole = isBefore ? from === scene.firstRow : to === scene.endRow;
  // Of a part that is not read as a whole: the time that its rows take.
  const ends = isBefore ? [whole ? fromNs : start[from]!, onsetNs] : [onsetNs, whole ? toNs : start[to - 1]!];
  return { seconds: Math.max(0, ends[1]! - ends[0]!) / 1e9, symbols, offsets, tids: trace.threads.map((t) => t.tid) };
}

/** Episodes of a part that weigh most; a repetition of a shorter one is left to that one. */
function candidatesOf(part: Part): number[][] {
  const minSupport = Math.max(FEWEST, LEAST_SHARE * part.symbols.length);
  if (part.symbols.length < FEWEST) return [];
  const mined = mineClosedEpisodes(part.symbols, part.offsets, { minSupport, maxLength: LONGEST, maxGap: 0 });
  const found: { calls: number[]; weight: number }[] = [];
  for (let e = 0; e < mined.length; e++) {
    const calls = [...mined.symbols.subarray(mined.offsets[e]!, mined.offsets[e + 1]!)];
    if (!repeats(calls)) found.push({ calls, weight: mined.support[e]! * Math.sqrt(calls.length) });
  }
  return found
    .sort((a, b) => b.weight - a.weight)
    .slice(0, CANDIDATES)
    .map(({ calls }) => calls);
}

/** Whether it is a shorter sequence, repeated. */
function repeats(calls: readonly number[]): boolean {
  for (let period = 1; period <= calls.length / 2; period++)
    if (calls.length % period === 0 && calls.every((c, i) => c === calls[i % period])) return true;
  return false;
}

/** The longest piece of `calls` that is one of the other, or of its repetition. */
function shared(calls: readonly number[], other: readonly number[]): number {
  let longest = 0;
  for (let i = 0; i < calls.length; i++)
    for (let j = 0; j < other.length; j++) {
      let k = 0;
      while (i + k < calls.length && calls[i + k] === other[(j + k) % other.length]) k++;
      longest = Math.max(longest, k);
    }
  return longest;
}

function countIn(part: Part, calls: readonly number[]): { count: number; threads: number[] } {
  const { symbols, offsets, tids } = part;
  const [first] = calls as [number];
  let count = 0;
  const byTid: { tid: number; n: number }[] = [];
  for (let t = 0; t + 1 < offsets.length; t++) {
    let n = 0;
    const last = offsets[t + 1]! - calls.length;
    for (let i = offsets[t]!; i <= last; i++) {
      if (symbols[i] !== first) continue;
      let k = 1;
      while (k < calls.length && symbols[i + k] === calls[k]) k++;
      if (k < calls.length) continue;
      n++;
      i += k - 1;
    }
    if (n > 0) byTid.push({ tid: tids[t]!, n });
    count += n;
  }
  byTid.sort((a, b) => b.n - a.n || a.tid - b.tid);
  return { count, threads: byTid.slice(0, THREADS).map(({ tid }) => tid) };
}
