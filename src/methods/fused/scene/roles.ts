/**
 * Roles of threads: which of the learned kinds of threads, told by their entry functions (the outermost functions of the program on
 * their stacks), a thread is. Maintenance threads issue the same naked sleeps; what tells them apart is the thread's whole
 * history, not the single call.
 */
import { grainNumbers } from '../../../context/contexts.js';
import type { Decoded, Decoder } from '../../../context/decoder.js';
import { CALL } from '../../../context/symbols.js';
import { inBlocks } from '../../../lib/in-blocks.js';
import { type Scene, lowerBound } from './scene.js';

/** Probability of each of the model's roles. */
export interface Role {
  readonly probability: Float64Array;
  /** The most likely one; -1 when nothing was learned. */
  readonly best: number;
}

export interface Roles {
  ofThreads(scene: Scene, onsetNs: number): { readonly ofThread: Int32Array; readonly roles: readonly Role[] };
  /** `decoded`, with what threads of other roles would do left out as far as the role is certain; null when threads of the role never
   * issued such a call. */
  narrow(decoded: Decoded, role: Role): Decoded | null;
}

/** Calls of a thread that are looked at: more would not change the answer. */
const HISTORY = 20_000;
/** A thread with fewer calls before the onset is judged by its first calls instead, whenever they come. */
const SHORT_HISTORY = 20;
const FIRST_CALLS = 200;
/** A role's own counts are mixed with so many calls spread as those of the whole program are: a rare role is not sure of itself. */
const SHARED_CALLS = 10;
/** What a thread did so often is its way; more of it is but a loop, which must not outvote all else it did. */
const ENOUGH = 8;
/** By number of calls. */
const LOGARITHMS = Array.from({ length: ENOUGH + 1 }, (_, n) => Math.log1p(n));
/** The weight of a role never falls below this: roles are guessed. */
const LEAST_ROLE = 0.02;
/** Below this, threads of the role never issued such a call. */
const FOREIGN = 0.06;

export function learnRoles(decoder: Decoder): Roles {
  const { model } = decoder;
  const entryOf = entries(model.nodes);
  /** By entry: roles whose threads were seen under it. */
  const rolesOfEntry = new Map<number, number[]>();
  model.roles.forEach(({ entries }, r) =>
    entries.forEach((e) => rolesOfEntry.set(e, [...(rolesOfEntry.get(e) ?? []), r])),
  );
  const everywhere = new Map<number, number>();
  let total = 0;
  const number = (text: string) => decoder.texts[CALL]!.get(text) ?? -1;
  const learned = model.roles.map(({ calls }) => {
    const pairs = new Map<number, number>();
    let sum = 0;
    for (const [before, call, n] of calls) {
      const key = pairKey(number(before), number(call));
      pairs.set(key, (pairs.get(key) ?? 0) + n);
      everywhere.set(key, (everywhere.get(key) ?? 0) + n);
      sum += n;
    }
    total += sum;
    return { pairs, sum };
  });

  /** Per role and pair of calls: the logarithm of how often its threads issue it. What no thread ever did speaks for none of them. */
  const evidenceOf = (pairs: readonly number[]) =>
    learned.map(({ pairs: own, sum }) =>
      Float64Array.from(pairs, (pair) => {
        if (!everywhere.has(pair)) return 0;
        const anywhere = everywhere.get(pair)! / total;
        return Math.log(((own.get(pair) ?? 0) + SHARED_CALLS * anywhere) / (sum + SHARED_CALLS));
      }),
    );

  /** Posterior of roles, from the pairs of calls that were met, by number, and how often each was. */
  function judge(met: readonly number[], counts: Uint16Array, evidence: readonly Float64Array[]): Role {
    const scores = learned.map(({ sum }, r) => {
      let score = Math.log(sum / total);
      for (const pair of met) score += LOGARITHMS[Math.min(counts[pair]!, ENOUGH)]! * evidence[r]![pair]!;
      return score;
    });
    const most = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - most));
    const all = weights.reduce((a, b) => a + b, 0);
    // Rounded so that threads with practically equal roles share one.
    const probability = Float64Array.from(weights, (w) => Math.round((100 * w) / all) / 100);
    return { probability, best: scores.indexOf(most) };
  }

  return {
    ofThreads(scene, onsetNs) {
      const { ofPlace, keys } = pairsOfPlaces(scene, decoder);
      const evidence = evidenceOf(keys);
      const roles: Role[] = [];
      const index = new Map<string, number>();
      const ofThread = new Int32Array(scene.trace.threads.length);
      eachHistory(scene, onsetNs, ofPlace, keys.length, (t, met, counts) => {
        const role = judge(met, counts, evidence);
        const key = role.probability.join(' ');
        let r = index.get(key);
        if (r === undefined) index.set(key, (r = roles.push(role) - 1));
        ofThread[t] = r;
      });
      return { ofThread, roles };
    },

    narrow(decoded, role) {
      const { nodes, weights } = decoded;
      const scaled = Float64Array.from(nodes, (node, i) => {
        const of = rolesOfEntry.get(entryOf[node]!);
        if (of === undefined) return weights[i]!;
        return (
          weights[i]! *
          Math.max(
            LEAST_ROLE,
            of.reduce((sum, r) => sum + role.probability[r]!, 0),
          )
        );
      });
      const sum = scaled.reduce((a, b) => a + b, 0);
      if (nodes.length === 0 || (sum < FOREIGN && role.probability[role.best]! > 0.5)) return null;
      if (sum === 0) return decoded;
      return { nodes, weights: scaled.map((w) => w / sum) };
    },
  };
}

/** Pairs of the call before and the call, as learning numbers them, in numbers of their own: per place its pair, per pair its key. */
function pairsOfPlaces({ places }: Scene, decoder: Decoder): { ofPlace: Int32Array; keys: number[] } {
  const { contexts, contextOf, symbols } = places;
  const calls = grainNumbers(symbols, decoder.texts, false)[CALL]!;
  const numbers = new Map<number, number>();
  const ofPlace = contextOf.map((k) => {
    const key = pairKey(calls[contexts.before[k]!]!, calls[contexts.symbol[k]!]!);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  return { ofPlace, keys: [...numbers.keys()] };
}

/**
 * Tells of each thread the pairs that it met, in the order of their first calls, and per pair how often: of its first HISTORY calls before the
 * onset; of a thread that has few of these, of its first calls. O(rows + threads): these calls are put in the order of threads first, since
 * tables of all pairs for thousands of threads would take too much room.
 */
function eachHistory(
  { trace, places: { ofRow }, endRow }: Scene,
  onsetNs: number,
  pairOfPlace: Int32Array,
  pairs: number,
  see: (thread: number, met: readonly number[], counts: Uint16Array) => void,
): void {
  const { thread } = trace.columns;
  const threads = trace.threads.length;
  const onsetRow = Math.min(endRow, lowerBound(trace, onsetNs));
  const calls = new Uint32Array(threads);
  inBlocks(0, onsetRow, (first, end) => {
    for (let i = first; i < end; i++) calls[thread[i]!]!++;
  });
  const left = calls.map((n) => (n < SHORT_HISTORY ? FIRST_CALLS : Math.min(n, HISTORY)));
  /** Per thread: where its calls end, among those of all threads. */
  const ends = new Uint32Array(threads);
  let room = 0;
  for (let t = 0; t < threads; t++) {
    ends[t] = room;
    room += left[t]!;
  }
  const begins = ends.slice();
  let missing = room;
  const placeOf = new (ofRow instanceof Uint16Array ? Uint16Array : Int32Array)(room);
  inBlocks(0, calls.some((n) => n < SHORT_HISTORY) ? endRow : onsetRow, (first, end) => {
    for (let i = first; i < end && missing > 0; i++) {
      const t = thread[i]!;
      if (left[t] === 0 || (i >= onsetRow && calls[t]! >= SHORT_HISTORY)) continue;
      left[t]!--;
      missing--;
      placeOf[ends[t]!++] = ofRow[i]!;
    }
  });
  const counts = new Uint16Array(pairs);
  let met: number[] = [];
  const meet = (first: number, end: number) => {
    for (let at = first; at < end; at++) {
      const pair = pairOfPlace[placeOf[at]!]!;
      if (counts[pair]!++ === 0) met.push(pair);
    }
  };
  for (let t = 0; t < threads; t++) {
    met = [];
    inBlocks(begins[t]!, ends[t]!, meet);
    see(t, met, counts);
    for (const pair of met) counts[pair] = 0;
  }
}

/** Per node: its outermost own function's node, 0 for node 0. */
function entries(nodes: readonly (readonly [number, number])[]): Int32Array {
  const out = new Int32Array(nodes.length);
  for (let n = 1; n < out.length; n++) {
    const parent = nodes[n]![0];
    out[n] = parent === 0 ? n : out[parent]!;
  }
  return out;
}

function pairKey(before: number, call: number): number {
  return (before + 1) * 0x100000 + call + 1;
}
