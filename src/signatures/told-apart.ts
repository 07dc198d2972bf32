/**
 * Which functions the context model tells apart though their plain episodes are equal. Two functions f and g are told apart when
 * learning holds at least `FEWEST` calls that were issued under f and not under g (or the reverse) and that their context decodes
 * so: with a probability of at least `SURELY` to f, and of at most 1 - `SURELY` to g. Functions that are not told apart from one
 * another, directly or through third ones, stay one group.
 *
 * The contexts are those that were learned, so this says what the model can tell at best (docs/binary.md has the figures on
 * learning runs that were held out).
 */
import { Decoder, FIRST_COUNT, tableOf } from '../context/decoder.js';
import { parseSymbol } from '../context/symbols.js';
import type { ContextModel } from './context-model.js';

/** Fewer calls are chance. */
export const FEWEST = 4;
/** Three to one. */
export const SURELY = 0.75;

/**
 * Splits each group of function numbers into the groups that remain. Functions that are always on the same stacks are taken as one:
 * O(contexts x such kinds of functions).
 */
export function splitByContext(model: ContextModel, groups: readonly (readonly number[])[]): number[][][] {
  const kinds = byStacks(model, groups);
  const split = splitApart(
    model,
    kinds.map((of) => of.map((members) => members[0]!)),
  );
  return split.map((parts, g) => {
    const kindOf = new Map(kinds[g]!.map((members) => [members[0]!, members]));
    const place = new Map(groups[g]!.map((f, i) => [f, i]));
    return parts.map((part) => part.flatMap((f) => kindOf.get(f)!).sort((a, b) => place.get(a)! - place.get(b)!));
  });
}

function splitApart(model: ContextModel, groups: readonly (readonly number[])[]): number[][][] {
  const decoder = new Decoder(model);
  const table = tableOf(model);
  const decode = decoder.reader({ symbols: model.symbols.map(parseSymbol), contexts: table });
  const apart = groups.map((g) => new Float64Array(g.length * g.length));
  const functions = 1 + model.nodes.reduce((most, [, f]) => Math.max(most, f), -1);
  const probability = new Float64Array(functions);
  const calls = new Map<number, number>();
  for (let k = 0; k < table.size; k++) {
    const { nodes, weights } = decode(k);
    probability.fill(0);
    nodes.forEach((node, i) => above(model, node).forEach((f) => (probability[f]! += weights[i]!)));
    const row = model.contexts[k]!;
    calls.clear();
    for (let j = FIRST_COUNT; j < row.length; j += 2)
      if (row[j]! > 0) calls.set(row[j]!, (calls.get(row[j]!) ?? 0) + row[j + 1]!);
    groups.forEach((group, g) => {
      group.forEach((f, i) => {
        if (probability[f]! < SURELY) return;
        for (const [node, n] of calls) {
          const on = above(model, node);
          if (!on.has(f)) continue;
          group.forEach((other, j) => {
            if (probability[other]! <= 1 - SURELY && !on.has(other)) apart[g]![i * group.length + j]! += n;
          });
        }
      });
    });
  }
  return groups.map((group, g) => components(group, (i, j) => together(apart[g]!, group.length, i, j)));
}

/**
 * Of each group, the functions that were on the stack of exactly the same learned calls: whatever is made of a trace of such
 * calls, nothing in it can tell them apart. Groups of two and more.
 */
export function alwaysTogether(model: ContextModel, groups: readonly (readonly number[])[]): number[][] {
  return byStacks(model, groups)
    .flat()
    .filter((members) => members.length > 1);
}

/** Each group in parts that were on the stack of exactly the same learned calls, in the order of their first members. */
function byStacks(model: ContextModel, groups: readonly (readonly number[])[]): number[][][] {
  const nodesOf = new Map<number, number[]>(groups.flat().map((f) => [f, []]));
  const issuing = new Set<number>();
  for (const row of model.contexts) for (let j = FIRST_COUNT; j < row.length; j += 2) issuing.add(row[j]!);
  for (const node of [...issuing].sort((a, b) => a - b)) for (const f of above(model, node)) nodesOf.get(f)?.push(node);
  return groups.map((group) => {
    const same = new Map<string, number[]>();
    for (const f of group) {
      const key = nodesOf.get(f)!.join(' ');
      const members = same.get(key);
      if (members === undefined) same.set(key, [f]);
      else members.push(f);
    }
    return [...same.values()];
  });
}

function together(apart: Float64Array, size: number, i: number, j: number): boolean {
  return apart[i * size + j]! + apart[j * size + i]! < FEWEST;
}

const stacks = new WeakMap<ContextModel, (ReadonlySet<number> | undefined)[]>();

/** Functions of a node and its callers. */
function above(model: ContextModel, node: number): ReadonlySet<number> {
  let known = stacks.get(model);
  if (known === undefined) stacks.set(model, (known = []));
  return (known[node] ??= (() => {
    const found = new Set<number>();
    for (let n = node; n > 0; n = model.nodes[n]![0]) found.add(model.nodes[n]![1]);
    return found;
  })());
}

/** Connected components of `members` under `linked`, in their order. */
function components(members: readonly number[], linked: (i: number, j: number) => boolean): number[][] {
  const found: number[][] = [];
  const done = new Uint8Array(members.length);
  members.forEach((_, start) => {
    if (done[start] === 1) return;
    done[start] = 1;
    const reached = [start];
    for (const i of reached) {
      members.forEach((__, j) => {
        if (done[j] === 0 && linked(i, j)) {
          done[j] = 1;
          reached.push(j);
        }
      });
    }
    found.push(reached.sort((a, b) => a - b).map((i) => members[i]!));
  });
  return found;
}
