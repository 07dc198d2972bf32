/** Where the frames of a flame graph lie: rows from the outermost down, as wide as their share of what is shown. Pure. */
import type { Weight } from '../../../stacks/stack-profile.js';
import type { FlameTree } from '../flame.js';

export type Part = 'before' | 'after';

export interface Frame {
  readonly node: number;
  /** Rows below the first. */
  readonly row: number;
  /** 0..1 of the width. */
  readonly left: number;
  readonly width: number;
}

/** Narrower frames are left out, and what is under them. */
const NARROWEST = 1e-3;

/** Frames under `top` with its callers above it, as wide as all: each has the place of its share of its caller, in the order of the nodes. */
export function framesBelow(tree: FlameTree, top: number, weight: Weight, part: Part): Frame[] {
  const amounts = tree.amounts[weight][part];
  const whole = amounts[top]!;
  const callers = callersOf(tree, top);
  const frames = callers.map((node, row): Frame => ({ node, row, left: 0, width: 1 }));
  if (whole <= 0) return frames;
  const placed = new Map<number, { left: number; row: number; next: number }>();
  placed.set(top, { left: 0, row: callers.length - 1, next: 0 });
  for (let node = top + 1; node < tree.parent.length; node++) {
    const caller = placed.get(tree.parent[node]!);
    if (caller === undefined) continue;
    const width = amounts[node]! / whole;
    const left = caller.next;
    caller.next += width;
    if (width < NARROWEST) continue;
    const row = caller.row + 1;
    placed.set(node, { left, row, next: left });
    frames.push({ node, row, left, width });
  }
  return frames;
}

/** The root first, `node` last. */
export function callersOf({ parent }: FlameTree, node: number): number[] {
  const callers: number[] = [];
  for (let at = node; at >= 0; at = parent[at]!) callers.push(at);
  return callers.reverse();
}

/** -1: only before the onset, 0: as before, 1: only after it; half as often or twice as often is a third of the way. */
export function changeOf(tree: FlameTree, node: number, weight: Weight): number {
  const { before, after } = tree.amounts[weight];
  const [a, b] = [before[node]!, after[node]!];
  return a + b > 0 ? (b - a) / (a + b) : 0;
}

/** Amounts of all frames that match, each counted once where several lie above each other. */
export function matched(tree: FlameTree, matches: ReadonlySet<number>, weight: Weight): Readonly<Record<Part, number>> {
  const sum = { before: 0, after: 0 };
  const inside = new Set<number>();
  tree.parent.forEach((caller, node) => {
    if (inside.has(caller)) inside.add(node);
    else if (matches.has(node)) {
      inside.add(node);
      sum.before += tree.amounts[weight].before[node]!;
      sum.after += tree.amounts[weight].after[node]!;
    }
  });
  return sum;
}

/** Nodes whose name has `text` in it, whatever the case of its letters. */
export function search(tree: FlameTree, text: string): Set<number> {
  const wanted = text.trim().toLowerCase();
  const matches = new Set<number>();
  if (wanted === '') return matches;
  const fits = tree.names.map((name) => name.toLowerCase().includes(wanted));
  tree.name.forEach((name, node) => {
    if (fits[name] === true) matches.add(node);
  });
  return matches;
}
