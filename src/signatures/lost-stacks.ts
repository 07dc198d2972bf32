/**
 * Calls whose stacks are nearly all lost in learning: an unwinder that cannot pass a function of the C library loses every stack that goes through
 * it (`futex` of a Java thread that parks), and the few that it does not lose are of another kind. So what they tell is true of them alone.
 */
import { KIND } from '../context/symbols.js';
import { TupleNumbers } from '../context/tuple-numbers.js';
import { NO_STACK } from '../trace/stacks.js';
import type { RowContexts } from '../context/contexts.js';
import type { LearningTrace } from './context-model.js';
import { byFirst } from './by-first.js';
import { BROKEN } from './own-tree.js';

/** So many times more lost than known stacks, and one more: with fewer, those that are known may well be a sample. */
const MOSTLY = 9;

/** Calls after calls (KIND grain): how many have a stack that tells something, and of how many it is lost. */
export class LostStacks {
  private readonly counts = new Map<string, [known: number, lost: number]>();

  /** O(rows). @param grains per symbol, its texts */
  add({ trace, nodes }: LearningTrace, { context, contexts }: RowContexts, grains: readonly string[][]): void {
    const { stack } = trace.columns;
    const pairs = new TupleNumbers();
    const found: [number, number][] = [];
    for (let i = 0; stack !== null && i < trace.length; i++) {
      const pair = pairs.intern(contexts.before[context[i]!]!, contexts.symbol[context[i]!]!);
      const count = (found[pair] ??= [0, 0]);
      count[stack[i] === NO_STACK || nodes[stack[i]!] === BROKEN ? 1 : 0]!++;
    }
    found.forEach(([known, lost], pair) => {
      const key = [pairs.first[pair]!, pairs.second[pair]!].map((s) => grains[s]![KIND]!).join('>');
      const sum = this.counts.get(key) ?? [0, 0];
      this.counts.set(key, [sum[0] + known, sum[1] + lost]);
    });
  }

  /** Those of which nearly all are lost. */
  finish(): (readonly [before: string, call: string, known: number, lost: number])[] {
    return [...this.counts]
      .filter(([, [known, lost]]) => lost >= MOSTLY * (known + 1))
      .sort(byFirst)
      .map(([key, [known, lost]]) => [...(key.split('>') as [string, string]), known, lost] as const);
  }
}
