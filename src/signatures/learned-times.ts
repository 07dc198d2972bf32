/** Runs of equal calls, and how long calls took after which other. */
import { EDGE, KIND, OUTCOME } from '../context/symbols.js';
import { TupleNumbers } from '../context/tuple-numbers.js';
import { NO_STACK } from '../trace/stacks.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED } from '../trace/table.js';
import type { LearningTrace } from './context-model.js';

/**
 * Calls after another: those that returned, the longest of them, and what all took, us; lifetimes of the threads that did it, us;
 * those with one of the program's functions on the stack.
 */
export interface Wait {
  count: number;
  owned: number;
  longest: number;
  sum: number;
  threads: number;
}

/** Adds what `trace` has of them to `longest` (by OUTCOME grain) and `waits`. Rows in their order: each thread's past is kept aside. */
export function noteTimes(
  { trace, nodes }: LearningTrace,
  grains: readonly string[][],
  context: Int32Array,
  symbol: Int32Array,
  longest: Map<string, number>,
  waits: Map<string, Wait>,
): void {
  const { duration, flags, start, thread, stack } = trace.columns;
  // Texts have numbers, so that no string is made for a call.
  const kinds = new Map([[EDGE.call, 0]]);
  const outcomes = new Map<string, number>();
  const [kindOf, outcomeOf] = [KIND, OUTCOME].map((grain) => {
    const numbers = grain === KIND ? kinds : outcomes;
    return Int32Array.from(grains, (texts) => {
      const text = texts[grain]!;
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      return numbers.get(text)!;
    });
  }) as [Int32Array, Int32Array];
  const kindTexts = [...kinds.keys()];
  const runs = new Uint32Array(outcomes.size);
  const pairs = new TupleNumbers();
  const waitOf: Wait[] = [];
  const threads = trace.threads.length;
  const before = new Int32Array(threads);
  const running = new Int32Array(threads).fill(-1);
  const run = new Uint32Array(threads);
  const lifetime = new Float64Array(threads).fill(NaN);
  /** Which threads did which pair, and per pair the latest of them. */
  const done = new TupleNumbers();
  const latest: number[] = [];
  for (let row = 0; row < trace.length; row++) {
    const t = thread[row]!;
    if (running[t]! < 0) lifetime[t] = Math.round((trace.threads[t]!.exitNs ?? trace.endNs) - start[row]!) / 1000;
    const s = symbol[context[row]!]!;
    const outcome = outcomeOf[s]!;
    run[t] = outcome === running[t] ? run[t]! + 1 : 1;
    running[t] = outcome;
    if (run[t]! > runs[outcome]!) runs[outcome] = run[t]!;
    const last = before[t]!;
    before[t] = kindOf[s]!;
    const took = duration[row]!;
    if (Number.isNaN(took) || (flags[row]! & FLAG_ENTRY_UNSEEN) !== 0) continue;
    const pair = pairs.intern(last, before[t]!);
    if (pair === waitOf.length) {
      const key = `${kindTexts[last]!}>${kindTexts[before[t]!]!}`;
      if (!waits.has(key)) waits.set(key, { count: 0, owned: 0, longest: 0, sum: 0, threads: 0 });
      waitOf.push(waits.get(key)!);
      latest.push(-1);
    }
    const w = waitOf[pair]!;
    const us = Math.round(took / 1000);
    w.sum += us;
    if (stack !== null && stack[row] !== NO_STACK && nodes[stack[row]!]! >= 0) w.owned++;
    if (latest[pair] !== t) {
      const known = done.size;
      if (done.intern(pair, t) === known) w.threads += Math.round(lifetime[t]!);
      latest[pair] = t;
    }
    if ((flags[row]! & FLAG_UNFINISHED) !== 0) continue;
    w.count++;
    w.longest = Math.max(w.longest, us);
  }
  for (const [text, number] of outcomes) if (runs[number]! > (longest.get(text) ?? 0)) longest.set(text, runs[number]!);
}
