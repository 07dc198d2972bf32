/**
 * Stacks before the onset against after it, as the tree that the page draws: frames with what lies under them, cut to a number
 * that does not depend on the trace. Pure.
 */
import type { StackProfile, StackWeights, Weight } from '../../stacks/stack-profile.js';
import { framesOf } from '../../stacks/stack-profile.js';
import { shorten } from '../text.js';

export const WEIGHTS: readonly Weight[] = ['callTime', 'gapTime', 'calls'];

/** Amounts a second of each part, by node: threads at a time, or calls a second. So both parts compare, whatever their length. */
export interface Amounts {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Columns by node; the root (all of the window) is node 0, and each node comes before what is under it. */
export interface FlameTree {
  readonly source: 'recorded' | 'decoded';
  /** Seconds of the two parts; 0: nothing lies before the onset. */
  readonly seconds: { readonly before: number; readonly after: number };
  readonly names: readonly string[];
  /** Index into `names`, and node of the caller (the root's is -1). */
  readonly name: readonly number[];
  readonly parent: readonly number[];
  /** Of the stacks that go on through a node: probability, over their calls, that these were issued on the whole stack. */
  readonly certainty: readonly number[];
  readonly amounts: Readonly<Record<Weight, Amounts>>;
  /** The weight that tells most of the difference. */
  readonly first: Weight;
  /** Frames left out, being small or deep. */
  readonly left: number;
  /** Of all calls: the share whose stack is as certain as `SURE`. */
  readonly sure: number;
}

/** Frames on the page: more are narrower than a pixel on any screen. */
const NODES = 800;
/** Deeper ones are put into the frame at this depth: recursions. */
const DEPTH = 48;
const NAME = 100;
export const SURE = 0.9;

class Node {
  readonly under = new Map<string, Node>();
  readonly before = { callTime: 0, gapTime: 0, calls: 0 };
  readonly after = { callTime: 0, gapTime: 0, calls: 0 };
  /** Sum of certainty over calls. */
  certain = 0;
  constructor(
    readonly name: string,
    readonly parent: Node | null,
  ) {}

  child(name: string): Node {
    let found = this.under.get(name);
    if (found === undefined) this.under.set(name, (found = new Node(name, this)));
    return found;
  }

  add(before: StackWeights, after: StackWeights, certainty: number): void {
    for (const w of WEIGHTS) {
      this.before[w] += before[w];
      this.after[w] += after[w];
    }
    this.certain += (before.calls + after.calls) * certainty;
  }
}

/** Null: there are no stacks to draw, or no calls on them. */
export function flameOf(profile: StackProfile | undefined): FlameTree | null {
  if (profile === undefined || profile.source === 'none' || profile.stacks.length === 0) return null;
  const root = new Node('all', null);
  let sure = 0;
  for (const stack of profile.stacks) {
    const { before, after, certainty } = stack;
    const frames = framesOf(stack);
    // The call itself stays the innermost frame.
    const drawn = frames.length <= DEPTH ? frames : [...frames.slice(0, DEPTH - 2), '…', frames.at(-1)!];
    root.add(before, after, certainty);
    if (certainty >= SURE) sure += before.calls + after.calls;
    let at = root;
    for (const frame of drawn) (at = at.child(shorten(frame, NAME))).add(before, after, certainty);
  }
  const calls = root.before.calls + root.after.calls;
  const all = inOrder(root);
  const kept = largest(all, root);
  const seconds = { before: profile.onset - profile.from, after: profile.to - profile.onset };
  return {
    source: profile.source,
    seconds,
    ...columns(kept, seconds),
    first: mostChanged(all, seconds),
    left: all.length - kept.length,
    sure: calls > 0 ? sure / calls : 0,
  };
}

/** Each node before its children, children by name: so that a frame has its place whatever the weight. */
function inOrder(root: Node): Node[] {
  const out: Node[] = [];
  const visit = (node: Node) => {
    out.push(node);
    for (const [, child] of [...node.under].sort(([a], [b]) => (a < b ? -1 : 1))) visit(child);
  };
  visit(root);
  return out;
}

/** A caller has at least what lies under it, so no frame is kept without its callers. */
function largest(all: readonly Node[], root: Node): Node[] {
  if (all.length <= NODES) return [...all];
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0);
  const size = (n: Node) =>
    Math.max(...WEIGHTS.flatMap((w) => [share(n.before[w], root.before[w]), share(n.after[w], root.after[w])]));
  const sizes = new Map(all.map((n) => [n, size(n)]));
  const order = all.map((n, k) => ({ n, k })).sort((a, b) => sizes.get(b.n)! - sizes.get(a.n)! || a.k - b.k);
  const most = order.slice(0, NODES).sort((a, b) => a.k - b.k);
  return most.map(({ n }) => n);
}

function columns(nodes: readonly Node[], seconds: FlameTree['seconds']) {
  const numbers = new Map<string, number>();
  const number = (name: string) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  };
  const at = new Map(nodes.map((n, k) => [n, k]));
  const perSecond = (amount: number, length: number) => (length > 0 ? figures(amount / length) : 0);
  const amounts = (w: Weight): Amounts => ({
    before: nodes.map((n) => perSecond(n.before[w], seconds.before)),
    after: nodes.map((n) => perSecond(n.after[w], seconds.after)),
  });
  return {
    name: nodes.map((n) => number(n.name)),
    names: [...numbers.keys()],
    parent: nodes.map((n) => (n.parent === null ? -1 : at.get(n.parent)!)),
    certainty: nodes.map((n) => {
      const calls = n.before.calls + n.after.calls;
      return calls > 0 ? Math.round((100 * n.certain) / calls) / 100 : 0;
    }),
    amounts: { callTime: amounts('callTime'), gapTime: amounts('gapTime'), calls: amounts('calls') },
  };
}

/** More figures than anybody reads. */
const figures = (n: number) => Number(n.toPrecision(5));

/** By how much the two parts differ in where they spend a weight, as a part of what there is of it. */
function mostChanged(all: readonly Node[], { before, after }: FlameTree['seconds']): Weight {
  const leaves = all.filter((n) => n.under.size === 0);
  const rate = (amount: number, length: number) => (length > 0 ? amount / length : 0);
  const difference = (w: Weight) => {
    let [moved, there] = [0, 0];
    for (const n of leaves) {
      const [a, b] = [rate(n.before[w], before), rate(n.after[w], after)];
      moved += Math.abs(b - a);
      there += a + b;
    }
    return there > 0 ? moved / there : 0;
  };
  return WEIGHTS.reduce((best, w) => (difference(w) > difference(best) + 0.05 ? w : best));
}
