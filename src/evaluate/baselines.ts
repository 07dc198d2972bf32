/**
 * What a person would try first, on the same learning runs and the same list of functions as the methods. They always name
 * somebody: none of them can say that nothing is wrong.
 */
import { readTrace } from '../reading/ingest.js';
import { inlinePool } from '../pool/inline-pool.js';
import type { Method } from '../methods/registry.js';
import type { MethodInput, MethodOutcome } from '../methods/method.js';
import { FIRST_COUNT } from '../context/decoder.js';
import { parseSymbol } from '../context/symbols.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { decodedTotals } from './decoded-totals.js';
import { stackStatistics } from './pasd.js';

/** The functions in which most time was spent: durations of calls, attributed to the innermost function by decoding. */
export const timeBaseline: Method = (input) => Promise.resolve(ranking(input, decodedTotals(input).ownTime));

/** The functions that issued most calls, attributed likewise. */
export const countBaseline: Method = (input) => Promise.resolve(ranking(input, decodedTotals(input).ownCalls));

/**
 * `strace -c` of the first and of the second half of the window: the kinds of call whose number grew most, and the functions
 * that issue them. A function's score is the sum over kinds of log2((after + 1) / (before + 1)), where that is positive,
 * times the share of the kind's calls in learning that the function issued as the innermost one.
 */
export const ratioBaseline: Method = (input) => {
  const { trace, signatures, fromNs, toNs } = input;
  const middle = (fromNs + toNs) / 2;
  const before = new Float64Array(trace.calls.length);
  const after = new Float64Array(trace.calls.length);
  const { start, call } = trace.columns;
  for (let i = 0; i < trace.length; i++)
    if (start[i]! >= fromNs && start[i]! < toNs) (start[i]! < middle ? before : after)[call[i]!]!++;
  const issuers = issuersOf(signatures);
  const scores = new Float64Array(signatures.functions.length);
  trace.calls.forEach((name, c) => {
    const growth = Math.log2((after[c]! + 1) / (before[c]! + 1));
    if (growth > 0) for (const [fn, share] of issuers.get(name) ?? []) scores[fn]! += growth * share;
  });
  return Promise.resolve(ranking(input, scores));
};

/** Per kind of call: the functions that issued it in learning as the innermost one, and their shares. */
function issuersOf({ model }: SignatureDatabase): Map<string, Map<number, number>> {
  const counts = new Map<string, Map<number, number>>();
  const names = model.symbols.map((s) => parseSymbol(s).call);
  for (const context of model.contexts) {
    const name = names[context[2]!]!;
    let byFunction = counts.get(name);
    if (byFunction === undefined) counts.set(name, (byFunction = new Map()));
    for (let j = FIRST_COUNT; j < context.length; j += 2) {
      const fn = model.nodes[context[j]!]![1];
      if (fn >= 0) byFunction.set(fn, (byFunction.get(fn) ?? 0) + context[j + 1]!);
    }
  }
  for (const byFunction of counts.values()) {
    const total = [...byFunction.values()].reduce((a, b) => a + b, 0);
    for (const [fn, n] of byFunction) byFunction.set(fn, n / total);
  }
  return counts;
}

/** Statistical debugging on stacks (pasd.ts). It sees the oracle: stacks that nobody has in production. */
export function pasdBaseline(oracle: string | null): Method {
  return async (input, { signal }) => {
    if (oracle === null) return { ...ranking(input, new Float64Array(0)), verdict: 'inconclusive' };
    const { trace } = await readTrace([oracle], { pool: inlinePool, signal });
    return ranking(input, stackStatistics(trace, input.signatures));
  };
}

/** Functions by falling score, those with nothing left out. */
function ranking({ signatures }: MethodInput, scores: Float64Array): MethodOutcome {
  const ranked = Array.from(scores, (score, fn) => ({ score, fn }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.fn - b.fn)
    .map(({ score, fn }) => ({
      function: fn,
      name: signatures.functions[fn]!.name,
      score,
      confidence: 0,
      callPath: [],
      evidence: [],
      inferred: false,
    }));
  const verdict = ranked.length > 0 ? 'bug' : 'inconclusive';
  return { verdict, externalResource: null, reasons: [], units: { total: 0, abnormal: 0 }, clusters: [], ranked };
}
