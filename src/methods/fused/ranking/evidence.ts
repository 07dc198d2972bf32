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
    const against = itemsByFunction(finding, cells, tree).get(fn) ?? [];
    let items = against.filter(({ likely }) => likely >= LIKELY).map(({ item }) => item);
    if (items.length === 0) items = heaviest(against);
    const sum = items.reduce((s, item) => s + item.weight, 0);
    const { detector } = finding;
    return items
      .slice(0, MOST)
      .map((item) => ({ detector, item, weight: sum === 0 ? 0 : (weight * item.weight) / sum }));
  });
  found.sort((a, b) => b.weight - a.weight);
  return found.slice(0, MOST).map(({ detector, item, weight }) => evidence(scene, detector, item, weight));
}

/** An item, and how likely its calls were issued under some function. */
interface Against {
  readonly item: Item;
  readonly likely: number;
}

/** The item with most weight times likelihood, if any has. */
function heaviest(against: readonly Against[]): Item[] {
  let best: Against | undefined;
  for (const each of against)
    if (best === undefined || each.item.weight * each.likely > best.item.weight * best.likely) best = each;
  return best === undefined ? [] : [best.item];
}

/** Cells of an item that are looked at: they differ in history alone, and decode much alike. */
const CELLS = 3;

/** Per finding: by function, its items in their order, as far as they speak against it: most speak against few of the hundreds of suspects. */
const against = new WeakMap<Told, ReadonlyMap<number, readonly Against[]>>();

function itemsByFunction(finding: Told, cells: Cells, tree: ContextTree): ReadonlyMap<number, readonly Against[]> {
  const known = against.get(finding);
  if (known !== undefined) return known;
  const found = new Map<number, Against[]>();
  for (const item of finding.items) {
    for (const [f, likely] of likelihoodsOf(item, cells, tree)) {
      const list = found.get(f);
      if (list === undefined) found.set(f, [{ item, likely }]);
      else list.push({ item, likely });
    }
  }
  against.set(finding, found);
  return found;
}

/** By function, the probability that calls of one of the item's first cells were issued under it; of the cell with the largest. */
function likelihoodsOf(item: Item, cells: Cells, tree: ContextTree): ReadonlyMap<number, number> {
  const best = new Map<number, number>();
  for (const cell of item.cells.slice(0, CELLS)) {
    const { nodes, weights } = cells.decode(cell);
    const under = new Map<number, number>();
    nodes.forEach((node, i) => {
      for (const f of tree.above(node)) under.set(f, (under.get(f) ?? 0) + weights[i]!);
    });
    for (const [f, p] of under) if (p > (best.get(f) ?? 0)) best.set(f, p);
  }
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
  const tids = mostFrequent(scene, item.rows);
  const [from, to] = extentOf(scene, item.rows);
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

/** tids of the threads of the rows, those of most rows first. */
function mostFrequent({ trace }: Scene, rows: readonly number[]): number[] {
  const { thread } = trace.columns;
  const ofThread = new Map<number, number>();
  // Rows of one thread mostly come together.
  for (let k = 0; k < rows.length;) {
    const t = thread[rows[k]!]!;
    const first = k;
    while (k < rows.length && thread[rows[k]!] === t) k++;
    ofThread.set(t, (ofThread.get(t) ?? 0) + k - first);
  }
  const count = new Map<number, number>();
  for (const [t, n] of ofThread) count.set(trace.threads[t]!.tid, (count.get(trace.threads[t]!.tid) ?? 0) + n);
  return [...count].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([tid]) => tid);
}

/** From the first begin of a row to the last end of one within the window, ns. */
function extentOf({ trace, toNs }: Scene, rows: readonly number[]): [from: number, to: number] {
  const { start, duration } = trace.columns;
  let [from, to] = [Infinity, 0];
  for (const row of rows) {
    const begin = start[row]!;
    if (begin < from) from = begin;
    const took = duration[row]!;
    const end = took > 0 ? begin + took : begin;
    const within = end < toNs ? end : toNs;
    if (within > to) to = within;
  }
  return [from, to];
}
