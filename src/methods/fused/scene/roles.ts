/**
 * Roles of threads: which of the learned kinds of threads, told by their entry functions (the outermost functions of the program on
 * their stacks), a thread is. Maintenance threads issue the same naked sleeps; what tells them apart is the thread's whole
 * history, not the single call.
 */
import { grainNumbers } from '../../../context/contexts.js';
import type { Decoded, Decoder } from '../../../context/decoder.js';
import { CALL } from '../../../context/symbols.js';
import { inBlocks } from './counts.js';
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
/** Entries of the table in which calls are counted, by thread and place: 4 MB. */
const TABLE = 1 << 21;
/** A role's own counts are mixed with so many calls spread as those of the whole program are: a rare role is not sure of itself. */
const SHARED_CALLS = 10;
/** What a thread did so often is its way; more of it is but a loop, which must not outvote all else it did. */
const ENOUGH = 8;
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

  /** Posterior of roles; logarithms of counts. */
  function judge(history: ReadonlyMap<number, number>): Role {
    const scores = learned.map(({ pairs, sum }) => {
      let score = Math.log(sum / total);
      for (const [pair, n] of history) {
        // What no thread ever did speaks for none of them.
        if (!everywhere.has(pair)) continue;
        const anywhere = everywhere.get(pair)! / total;
        score +=
          Math.log1p(Math.min(n, ENOUGH)) *
          Math.log(((pairs.get(pair) ?? 0) + SHARED_CALLS * anywhere) / (sum + SHARED_CALLS));
      }
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
      const { contexts, symbols } = scene.places;
      const calls = grainNumbers(symbols, decoder.texts, false)[CALL]!;
      const roles: Role[] = [];
      const index = new Map<string, number>();
      const histories = historiesOf(scene, onsetNs);
      const ofThread = Int32Array.from(histories, (counted) => {
        const history = new Map<number, number>();
        counted.forEach((n, k) => {
          const pair = pairKey(calls[contexts.before[k]!]!, calls[contexts.symbol[k]!]!);
          history.set(pair, (history.get(pair) ?? 0) + n);
        });
        const role = judge(history);
        const key = role.probability.join(' ');
        let r = index.get(key);
        if (r === undefined) index.set(key, (r = roles.push(role) - 1));
        return r;
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

/**
 * Per thread: its calls in each context, the contexts in the order of their first calls. The first HISTORY calls before the onset; of
 * a thread that has few of these the first calls. A pass in the order of the rows for as many threads as a table has room for.
 */
function historiesOf(scene: Scene, onsetNs: number): Map<number, number>[] {
  const { trace, places, endRow } = scene;
  const { ofRow, contextOf } = places;
  const { thread } = trace.columns;
  const onsetRow = Math.min(endRow, lowerBound(trace, onsetNs));
  const size = contextOf.length;
  const histories = trace.threads.map(() => new Map<number, number>());
  const together = Math.max(1, Math.floor(TABLE / size));
  for (let first = 0; first < histories.length; first += together) {
    const threads = Math.min(together, histories.length - first);
    const counts = new Uint16Array(threads * size);
    const met: number[] = [];
    const left = new Uint16Array(threads).fill(HISTORY);
    const count = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const t = thread[i]! - first;
        if (t < 0 || t >= threads || left[t] === 0) continue;
        left[t]!--;
        const at = t * size + ofRow[i]!;
        if (counts[at]!++ === 0) met.push(at);
      }
    };
    inBlocks(0, onsetRow, count);
    left.forEach((n, t) => (left[t] = Math.max(0, n > HISTORY - SHORT_HISTORY ? n - HISTORY + FIRST_CALLS : 0)));
    if (left.some((n) => n > 0)) inBlocks(onsetRow, endRow, count);
    for (const at of met) {
      const history = histories[first + Math.floor(at / size)]!;
      const context = contextOf[at % size]!;
      history.set(context, (history.get(context) ?? 0) + counts[at]!);
    }
  }
  return histories;
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
