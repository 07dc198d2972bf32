/**
 * Statistical debugging on stacks, as PASD does it (Khan et al., SCAM 2023): a call is slow when it takes longer than the mean
 * of its kind plus two standard deviations; a function is suspicious as far as calls with it on the stack are slow more often
 * than calls in which it could have been there:
 *
 *     Increase(f) = DF / (DF + DS) - OF / (OF + OS)
 *
 * DF and DS: slow and other calls with f on the stack. OF and OS: the same with a caller of f on the stack (f was observable);
 * for a function without callers of the program, all calls. Pure.
 */
import type { SignatureDatabase } from '../signatures/database.js';
import { normaliseName } from '../signatures/names.js';
import { NO_STACK } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';

const DEVIATIONS = 2;

/** Per function of the database its Increase, 0 where it has none. `trace` must have stacks. */
export function stackStatistics(trace: Trace, signatures: SignatureDatabase): Float64Array {
  const size = signatures.functions.length;
  const scores = new Float64Array(size);
  const { stacks } = trace;
  const { stack } = trace.columns;
  if (stacks === null || stack === null) return scores;
  const slow = slowCalls(trace);
  const slowOn = new Uint32Array(stacks.prefix.length);
  const otherOn = new Uint32Array(stacks.prefix.length);
  let [allSlow, allOther] = [0, 0];
  for (let i = 0; i < trace.length; i++) {
    if (stack[i] === NO_STACK) continue;
    if (slow[i] === 1) {
      slowOn[stack[i]!]!++;
      allSlow++;
    } else {
      otherOn[stack[i]!]!++;
      allOther++;
    }
  }

  // Per stack that was seen: its functions (innermost first), and from these who calls whom.
  const byName = new Map(signatures.functions.map((f, i) => [normaliseName(f.name), i]));
  const known = stacks.functions.map((name) => byName.get(normaliseName(name)) ?? -1);
  const chains: { functions: Set<number>; slow: number; other: number }[] = [];
  const callers = Array.from({ length: size }, () => new Set<number>());
  for (let s = 0; s < stacks.prefix.length; s++) {
    if (slowOn[s]! + otherOn[s]! === 0) continue;
    const functions: number[] = [];
    for (let n = s; n !== NO_STACK; n = stacks.prefix[n]!) {
      const fn = known[stacks.frameFunction[stacks.frame[n]!]!]!;
      if (fn >= 0) functions.push(fn);
    }
    for (let k = 0; k + 1 < functions.length; k++)
      if (functions[k] !== functions[k + 1]) callers[functions[k]!]!.add(functions[k + 1]!);
    chains.push({ functions: new Set(functions), slow: slowOn[s]!, other: otherOn[s]! });
  }

  for (let fn = 0; fn < size; fn++) {
    let [df, ds, of, os] = [0, 0, 0, 0];
    const above = callers[fn]!;
    for (const chain of chains) {
      if (chain.functions.has(fn)) {
        df += chain.slow;
        ds += chain.other;
      }
      if (above.size > 0 && intersects(chain.functions, above)) {
        of += chain.slow;
        os += chain.other;
      }
    }
    if (df === 0) continue;
    if (above.size === 0) [of, os] = [allSlow, allOther];
    scores[fn] = Math.max(0, df / (df + ds) - of / (of + os));
  }
  return scores;
}

function intersects(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  for (const x of b) if (a.has(x)) return true;
  return false;
}

/** 1 for each call that takes longer than the mean of its kind plus two standard deviations. */
function slowCalls(trace: Trace): Uint8Array {
  const { call, duration } = trace.columns;
  const n = new Float64Array(trace.calls.length);
  const mean = new Float64Array(trace.calls.length);
  const squares = new Float64Array(trace.calls.length);
  for (let i = 0; i < trace.length; i++) {
    const d = duration[i]!;
    if (Number.isNaN(d)) continue;
    const c = call[i]!;
    // Welford's update: stable for millions of nanoseconds.
    const delta = d - mean[c]!;
    mean[c]! += delta / ++n[c]!;
    squares[c]! += delta * (d - mean[c]!);
  }
  const slow = new Uint8Array(trace.length);
  for (let i = 0; i < trace.length; i++) {
    const c = call[i]!;
    if (duration[i]! > mean[c]! + DEVIATIONS * Math.sqrt(squares[c]! / Math.max(1, n[c]! - 1))) slow[i] = 1;
  }
  return slow;
}
