/** Kinds of calls that take longer than before the onset, and calls that never returned. Waiting for work is none. O(rows). */
import { KIND, grainsOf } from '../context/symbols.js';
import type { Scene } from '../methods/fused/scene/scene.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED } from '../trace/table.js';
import { placeOfTime } from './place-of-time.js';
import type { Blocked } from './window-changes.js';

/** Longer than so many times the longest before, and than this, is long. */
const FACTOR = 3;
const LEAST_NS = 50e6;
/** A call that waits since this early part of the window waits for what is rare, and may for ever. */
const SINCE_START = 0.1;
const TOLD = 8;
const THREADS = 8;

interface Kind {
  count: number;
  ns: number;
  longest: number;
}

export function blockedCalls(scene: Scene, onsetNs: number): Blocked[] {
  const { trace, places, firstRow, endRow, fromNs, toNs } = scene;
  const { start, duration, flags, thread } = trace.columns;
  const numbers = new Map<string, number>();
  const symbolOf: number[] = [];
  const ofSymbol = places.symbols.map((s, i) => {
    const text = grainsOf(s)[KIND]!;
    if (!numbers.has(text)) {
      numbers.set(text, numbers.size);
      symbolOf.push(i);
    }
    return numbers.get(text)!;
  });
  const kindOf = Uint32Array.from(places.contextOf, (k) => ofSymbol[places.contexts.symbol[k]!]!);
  const place = symbolOf.map((i) => placeOfTime(places.symbols[i]!));
  const kinds = () => Array.from({ length: numbers.size }, (): Kind => ({ count: 0, ns: 0, longest: 0 }));
  const [before, after] = [kinds(), kinds()];
  const early = fromNs + SINCE_START * (toNs - fromNs);
  /** Long rows after the onset, and those that have not returned. */
  const open: number[] = [];
  for (let i = firstRow; i < endRow; i++) {
    const took = Math.min(duration[i]!, toNs - start[i]!);
    if (Number.isNaN(took) || (flags[i]! & FLAG_ENTRY_UNSEEN) !== 0) continue;
    const returned = start[i]! + duration[i]! <= toNs && (flags[i]! & FLAG_UNFINISHED) === 0;
    if (!returned) {
      if (start[i]! >= early) open.push(i);
      continue;
    }
    const kind = (start[i]! + took <= onsetNs ? before : after)[kindOf[places.ofRow[i]!]!]!;
    kind.count++;
    kind.ns += took;
    kind.longest = Math.max(kind.longest, took);
  }
  const unfinished = new Uint32Array(numbers.size);
  for (const i of open) {
    const k = kindOf[places.ofRow[i]!]!;
    const took = toNs - start[i]!;
    if (took < LEAST_NS || took < FACTOR * before[k]!.longest) continue;
    unfinished[k]!++;
    after[k]!.count++;
    after[k]!.ns += took;
    after[k]!.longest = Math.max(after[k]!.longest, took);
  }
  const added = (k: number) =>
    after[k]!.ns - (before[k]!.count > 0 ? (before[k]!.ns / before[k]!.count) * after[k]!.count : 0);
  const told = [...numbers.values()].filter(
    (k) =>
      place[k] !== 'idle' &&
      after[k]!.longest >= LEAST_NS &&
      after[k]!.longest >= FACTOR * before[k]!.longest &&
      added(k) > 0,
  );
  told.sort((a, b) => added(b) - added(a) || a - b);
  told.length = Math.min(TOLD, told.length);
  const texts = [...numbers.keys()];
  const threadsOf = new Map(told.map((k) => [k, new Map<number, number>()]));
  for (let i = firstRow; i < endRow; i++) {
    const k = kindOf[places.ofRow[i]!]!;
    const took = Math.min(duration[i]!, toNs - start[i]!);
    if (!(took >= LEAST_NS) || start[i]! + took <= onsetNs || took < FACTOR * before[k]!.longest) continue;
    const { tid } = trace.threads[thread[i]!]!;
    const threads = threadsOf.get(k);
    threads?.set(tid, (threads.get(tid) ?? 0) + took);
  }
  const seconds = ({ count, ns, longest }: Kind) => ({ count, seconds: ns / 1e9, longest: longest / 1e9 });
  return told.map((k): Blocked => {
    const threads = [...threadsOf.get(k)!].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return {
      call: texts[k]!,
      place: place[k]!,
      before: seconds(before[k]!),
      after: seconds(after[k]!),
      unfinished: unfinished[k]!,
      threads: threads.slice(0, THREADS).map(([tid]) => tid),
    };
  });
}
