/**
 * Steps: what is done from one call that its thread's role knows to the next in the same course (courses.ts), between two nodes of the
 * calling-context tree. Where a course should go on and does not, the last one did not come to its end: it is of the kinds that are missing.
 */
import { OUTCOME, grainsOf } from '../../../context/symbols.js';
import { TupleNumbers } from '../../../context/tuple-numbers.js';
import { inBlocks } from '../../../lib/in-blocks.js';
import { isTorn } from '../../../trace/gaps.js';
import { NO_CPU } from '../../../trace/table.js';
import { type Item, ROWS_KEPT } from '../finding.js';
import { type Courses, coursesOf, endOf } from './courses.js';
import { callsWithLostStacks } from './known-share.js';
import { type Cells, LOST, type Scene, likeliestNodes } from './scene.js';

/** A kind of step, from node to node: what it took before and after the onset, ns; how often it came, and how often after the onset. */
export interface StepKind {
  readonly from: number;
  readonly to: number;
  early: number;
  late: number;
  times: number;
  lateTimes: number;
  /** The first rows before the onset, and after it, that end one. */
  readonly earlyRows: number[];
  readonly rows: number[];
}

export interface Steps {
  /** Those that did not end among them, each in parts. */
  readonly kinds: readonly StepKind[];
  /** Time after the onset of those that did not end, ns, by the node that they were going to; where nothing tells, that they came from. */
  readonly silent: ReadonlyMap<number, number>;
}

/** A call that takes as long waits, ns. */
const WAIT_NS = 1e6;

/** O(rows). */
export function stepsOf(scene: Scene, cells: Cells, onsetNs: number): Steps {
  const nodeOf = likeliestNodes(cells);
  const courses = coursesOf(scene, cells, nodeOf);
  const { trace, endRow } = scene;
  const { start, duration, call, thread } = trace.columns;
  const { previous } = courses;
  const { ofRow } = cells;
  const size = previous === null ? trace.threads.length : endRow;
  /** Per row, or thread: the node of the last call of the course up to there that is known; -1: there is none. */
  const known = new Int32Array(size).fill(-1);
  /** When that returned, ns. */
  const since = new Float64Array(size);
  const [plain, waiting] = [new Kinds(scene, onsetNs, since), new Kinds(scene, onsetNs, since)];
  /** 1 if there is one since then that is nobody's and waits. */
  const waits = new Uint8Array(size);
  // What a virtual machine does for itself in between is no end of a step of the program's.
  const { model } = scene.decoder;
  const between = model.tasks === true ? new Uint8Array(trace.calls.length) : callsWithLostStacks(model, trace);
  inBlocks(0, endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      const at = previous === null ? thread[i]! : i;
      const p = previous === null ? at : previous[i]!;
      const from = p < 0 ? -1 : known[p]!;
      const to = nodeOf[ofRow[i]!]!;
      if (to < 0 || (to === 0 && between[call[i]!] === 1)) {
        known[at] = from;
        if (p >= 0) since[at] = since[p]!;
        const wait = (to === LOST || to === 0) && duration[i]! >= WAIT_NS;
        waits[at] = wait || (p >= 0 && waits[p] === 1) ? 1 : 0;
        continue;
      }
      if (from >= 0) (waits[p] === 1 ? waiting : plain).add(from, to, p, i);
      known[at] = to;
      // As endOf: a moment that a function gives may be an object.
      since[at] = duration[i]! > 0 ? start[i]! + duration[i]! : start[i]!;
      waits[at] = 0;
    }
  });
  const kinds = withWaits(plain, waiting);
  const lastNode = (row: number) => {
    const at = previous === null ? thread[row]! : row;
    return waits[at] === 1 ? -1 : known[at]!;
  };
  const silences = silencesOf(scene, courses, lastNode, onsetNs);
  return { kinds, silent: shareSilences(kinds, silences) };
}

/** Kinds of steps, in the order of first sight. */
class Kinds {
  readonly found: StepKind[] = [];
  private readonly numbers = new TupleNumbers(); // from, to

  constructor(
    private readonly scene: Scene,
    private readonly onsetNs: number,
    /** Per row, or thread: when the last call that is known returned, ns. */
    private readonly since: Float64Array,
  ) {}

  /** That of steps between two nodes, new if there are none yet. */
  of(from: number, to: number): StepKind {
    const number = this.numbers.intern(from, to);
    if (number === this.found.length) this.found.push(newKind(from, to));
    return this.found[number]!;
  }

  /** A step between two nodes, from what is known at one row or thread to when the call of a row began. Moments handed over would be objects. */
  add(from: number, to: number, at: number, row: number): void {
    const { onsetNs } = this;
    const { fromNs, toNs, trace } = this.scene;
    const begin = trace.columns.start[row]!;
    const since = this.since[at]!;
    const { gaps = [] } = trace;
    // What was on the way of it, and how long it took, nobody saw.
    if (gaps.length > 0 && isTorn(gaps, since, begin, trace.columns.cpu?.[row] ?? NO_CPU)) return;
    const kind = this.of(from, to);
    kind.times++;
    kind.early += Math.max(0, Math.min(begin, onsetNs) - Math.max(since, fromNs));
    if (begin >= onsetNs) {
      kind.late += Math.max(0, Math.min(begin, toNs) - Math.max(since, onsetNs));
      kind.lateTimes++;
      if (kind.rows.length < ROWS_KEPT) kind.rows.push(row);
    } else if (kind.earlyRows.length < ROWS_KEPT) kind.earlyRows.push(row);
  }
}

function newKind(from: number, to: number): StepKind {
  return { from, to, early: 0, late: 0, times: 0, lateTimes: 0, earlyRows: [], rows: [] };
}

/**
 * Whose a wait is that learning lost the stacks of, or that is the runtime's, nothing tells: a step in which there always is one is that of a
 * thread that waits for work, and how long it took says nothing. But where steps of that kind are usually made without, a wait on their way is
 * of the functions that they go by: one sleeps, or has come to a lock. O(kinds).
 */
function withWaits(plain: Kinds, waiting: Kinds): readonly StepKind[] {
  const before = ({ times, lateTimes }: StepKind) => times - lateTimes;
  for (const wait of waiting.found) {
    const kind = plain.of(wait.from, wait.to);
    if (before(kind) > before(wait)) {
      kind.early += wait.early;
      kind.late += wait.late;
    }
    kind.times += wait.times;
    kind.lateTimes += wait.lateTimes;
    kind.earlyRows.push(...wait.earlyRows.slice(0, ROWS_KEPT - kind.earlyRows.length));
    kind.rows.push(...wait.rows.slice(0, ROWS_KEPT - kind.rows.length));
  }
  return plain.found;
}

/** Steps that did not end: how many, and how long they are after the onset together, ns. */
interface Silence {
  readonly times: number;
  readonly ns: number;
}

/** By the node where they began. `nodeOf`: of the last known call of a course up to a row, -1 if there is none. */
function silencesOf(
  { trace, toNs }: Scene,
  { open }: Courses,
  nodeOf: (row: number) => number,
  onsetNs: number,
): Map<number, Silence> {
  const found = new Map<number, Silence>();
  for (const row of open) {
    const node = nodeOf(row);
    const ns = toNs - Math.max(endOf(trace, row), onsetNs);
    if (node < 0 || !(ns > 0)) continue;
    const before = found.get(node) ?? { times: 0, ns: 0 };
    found.set(node, { times: before.times + 1, ns: before.ns + ns });
  }
  return found;
}

/**
 * Adds the steps that did not end to the kinds that are missing: so many of each kind as began at the same node were to be expected after
 * the onset, as before it, and so many came. O(kinds).
 */
function shareSilences(kinds: readonly StepKind[], silences: ReadonlyMap<number, Silence>): Map<number, number> {
  const next = new Map<number, StepKind[]>(Array.from(silences.keys(), (from) => [from, []]));
  for (const kind of kinds) next.get(kind.from)?.push(kind);
  const silent = new Map<number, number>();
  const add = (node: number, ns: number) => silent.set(node, (silent.get(node) ?? 0) + ns);
  for (const [from, { times, ns }] of silences) {
    const after = next.get(from)!;
    const early = after.reduce((sum, k) => sum + k.times - k.lateTimes, 0);
    const late = after.reduce((sum, k) => sum + k.lateTimes, times);
    const missing = after.map((k) => Math.max(0, (late * (k.times - k.lateTimes)) / Math.max(1, early) - k.lateTimes));
    const all = missing.reduce((sum, x) => sum + x, 0);
    if (!(all > 0)) {
      add(from, ns);
      continue;
    }
    after.forEach((kind, j) => {
      const share = missing[j]! / all;
      if (share === 0) return;
      kind.late += share * ns;
      kind.lateTimes += share * times;
      kind.times += share * times;
      add(kind.to, share * ns);
    });
  }
  return silent;
}

/** The calls of a step that ends at `row`, as people read them, and the cell in which it ends. */
export function episodeOf({ places }: Scene, cells: Cells, row: number): Pick<Item, 'episode' | 'cells'> {
  const cell = cells.ofRow[row]!;
  const context = cells.context[cell]!;
  const symbols = [places.contexts.before[context]!, places.contexts.symbol[context]!];
  return { episode: symbols.map((symbol) => grainsOf(places.symbols[symbol]!)[OUTCOME]!), cells: [cell] };
}
