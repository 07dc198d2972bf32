/** Why a function is suspected: the items of the findings that were issued under it, as the result document has them. */
import type { Finding, Item } from '../finding.js';
import type { Cells, Scene } from '../scene/scene.js';
import type { Evidence } from '../../../result.js';
import type { Blamed } from './blame.js';
import type { ContextTree } from './context-tree.js';

/** Pieces of evidence a suspect at most. */
const MOST = 4;
/**
 * An item is evidence against a function from this probability on that its calls were issued under it; where none is that
 * likely, the one that weighs most against it.
 */
const LIKELY = 0.2;
const THREADS = 8;

/** What evidence is told of: a finding, or a mass. */
export type Told = Pick<Finding, 'detector' | 'strength' | 'items'>;

export function evidenceOf(
  scene: Scene,
  cells: Cells,
  findings: readonly Told[],
  { fn, coverage }: Pick<Blamed, 'fn' | 'coverage'>,
  tree: ContextTree,
): Evidence[] {
  const total = findings.reduce((sum, f, d) => sum + f.strength * coverage[d]!, 0);
  const found = findings.flatMap((finding, d) => {
    const weight = total === 0 ? 0 : (finding.strength * coverage[d]!) / total;
    const likely = finding.items.map((item) => likelihoodsOf(item, cells, tree).get(fn) ?? 0);
    let items = finding.items.filter((_, i) => likely[i]! >= LIKELY);
    if (items.length === 0) items = heaviest(finding.items, likely);
    const sum = items.reduce((s, item) => s + item.weight, 0);
    return items
      .slice(0, MOST)
      .map((item) => evidence(scene, finding.detector, item, sum === 0 ? 0 : (weight * item.weight) / sum));
  });
  return found.sort((a, b) => b.weight - a.weight).slice(0, MOST);
}

/** The item with most weight times likelihood, if any has. */
function heaviest(items: readonly Item[], likely: readonly number[]): Item[] {
  let best = -1;
  items.forEach(({ weight }, i) => {
    if (likely[i]! > 0 && (best < 0 || weight * likely[i]! > items[best]!.weight * likely[best]!)) best = i;
  });
  return best < 0 ? [] : [items[best]!];
}

/** Cells of an item that are looked at: they differ in history alone, and decode much alike. */
const CELLS = 3;

/** Per item: by function, the probability that calls of one of its first cells were issued under it; of the cell with the largest. */
const likelihoods = new WeakMap<Item, ReadonlyMap<number, number>>();

function likelihoodsOf(item: Item, cells: Cells, tree: ContextTree): ReadonlyMap<number, number> {
  const known = likelihoods.get(item);
  if (known !== undefined) return known;
  const best = new Map<number, number>();
  for (const cell of item.cells.slice(0, CELLS)) {
    const { nodes, weights } = cells.decode(cell);
    const under = new Map<number, number>();
    nodes.forEach((node, i) => tree.above(node).forEach((f) => under.set(f, (under.get(f) ?? 0) + weights[i]!)));
    for (const [f, p] of under) if (p > (best.get(f) ?? 0)) best.set(f, p);
  }
  likelihoods.set(item, best);
  return best;
}

/** An item as the result document has it. */
export function evidence(scene: Scene, detector: string, item: Item, weight: number): Evidence {
  let told = described.get(item);
  if (told === undefined) described.set(item, (told = describe(scene, item)));
  return { detector, weight, ...told };
}

/** What an item says is the same for each of the hundreds of functions that it is evidence against, and it has thousands of rows. */
const described = new WeakMap<Item, Omit<Evidence, 'detector' | 'weight'>>();

function describe(scene: Scene, item: Item): Omit<Evidence, 'detector' | 'weight'> {
  const { columns, threads } = scene.trace;
  const count = new Map<number, number>();
  let [from, to] = [Infinity, 0];
  for (const row of item.rows) {
    const { tid } = threads[columns.thread[row]!]!;
    count.set(tid, (count.get(tid) ?? 0) + 1);
    from = Math.min(from, columns.start[row]!);
    to = Math.max(to, Math.min(scene.toNs, columns.start[row]! + (columns.duration[row]! || 0)));
  }
  const tids = [...count].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([tid]) => tid);
  const span = { from: from / 1e9, to: to / 1e9 };
  return {
    units: item.cells.length,
    threads: tids.slice(0, THREADS),
    span,
    episode: item.episode,
    count: item.count,
    expected: item.expected,
    message: {
      code: item.code,
      args: {
        thread: tids[0] ?? 0,
        threads: tids.length,
        calls: item.episode.join(', '),
        count: item.count,
        expected: item.expected,
        from: span.from,
        ...item.args,
      },
    },
  };
}
