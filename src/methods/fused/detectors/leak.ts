/**
 * Descriptors that are opened and no longer closed: the odd thing is a call that is missing, so it is looked for in what is left
 * open. For each call that opens (by name and kind), the openings in order of time are parted where the share of those left
 * behind changes most. Both the opening and the last use of what leaked are marked: who should have closed it is as a rule
 * near one of them. O(rows).
 */
import type { Places } from '../../../context/places.js';
import { symbolText } from '../../../context/symbols.js';
import { inBlocks } from '../../../lib/in-blocks.js';
import { nthSmallest } from '../../../lib/nth-smallest.js';
import { NANOSECONDS_PER_SECOND } from '../../../trace/units-of-measure.js';
import { ByDescriptor } from '../scene/by-descriptor.js';
import { countPlaces } from '../scene/counts.js';
import type { DetectorInput, Finding, Item, Mark } from '../finding.js';
import { ROWS_KEPT } from '../finding.js';
import type { Scene } from '../scene/scene.js';
import type { Thread } from '../../../trace/table.js';

const OPENS =
  /^(?:open|openat2?|creat|socket|accept4?|dup|eventfd2?|epoll_create1?|timerfd_create|memfd_create|inotify_init1?|signalfd4?|pidfd_open)$/;
/** Left behind: unused for this long, ns, and for so many times as long as nearly all of its kind live. */
const UNUSED_NS = 2 * NANOSECONDS_PER_SECOND;
const LIFETIMES = 4;
const NEARLY_ALL = 0.95;
/** Fewer are no leak worth the name: 5 % of the usual limit of 1,024 (RLIMIT_NOFILE, getrlimit(2)). */
const FEWEST = 50;
/** Outcome of a call that succeeded with the result 0, where that says something. */
const ZERO = '0';
const NO_USES = new Int32Array(0);
const NOTHING = 0;
const USES = 1;
const OPENED = 2;
const CLOSES = 3;
const EXECUTES = 4;
/** Uses of a descriptor are stores into a list of its process, as far as the list has no more places for each opening than this ... */
const PLACES_EACH = 16;
/** ... and for the first ones that many. Larger numbers are looked up. */
const FIRST_PLACES = 64;

/** The part left behind must have grown so many times ... */
const GROWN = 4;
/** ... from no less than this. */
const LEAST_PART = 0.02;

interface Opening {
  readonly row: number;
  last: number;
  /** When it was closed; NaN: never. */
  closedNs: number;
  /** Its process, and when that ended, if not with the window. */
  readonly pid: number;
  readonly endNs: number;
}

export function leak({ scene, cells }: DetectorInput): Finding {
  const { trace, places } = scene;
  const marks: Mark[] = [];
  const items: Item[] = [];
  let leaked = 0;
  for (const openings of openingsBySymbol(scene).values()) {
    if (neverClosed(openings) < FEWEST) continue;
    const behind = leftBehind(openings, trace.columns.start);
    const { cut, part } = change(openings, behind);
    const left = openings.slice(cut).filter((o) => behind.has(o));
    const share = left.length / (openings.length - cut);
    if (left.length < FEWEST || share < GROWN * Math.max(part, LEAST_PART)) continue;
    leaked += left.length;
    for (const { row, last } of left) {
      marks.push({ cell: cells.ofRow[row]!, weight: 0.5, on: 'context' });
      marks.push({ cell: cells.ofRow[last]!, weight: 0.5, on: 'context' });
    }
    const { before, call } = places.classes[places.classOf[places.ofRow[left[0]!.row]!]!]!;
    items.push({
      rows: left.slice(0, ROWS_KEPT).map(({ row }) => row),
      episode: [before, call],
      cells: [...new Set(left.flatMap(({ row, last }) => [cells.ofRow[row]!, cells.ofRow[last]!]))],
      weight: left.length,
      count: left.length,
      expected: Math.round(part * (openings.length - cut)),
      code: 'left-open',
      args: { opened: openings.length - cut },
    });
  }
  items.sort((a, b) => b.weight - a.weight);
  const strength = Math.min(1, leaked / (2 * FEWEST));
  return { detector: 'leak', share: leaked, strength, alarming: leaked >= FEWEST, marks, items };
}

/**
 * Openings of the window by what they open, in order of time. Those of processes that ended are left out, for the kernel closes; but one that
 * ended with as many descriptors as are a leak may have ended for want of more.
 */
function openingsBySymbol(scene: Scene): Map<string, Opening[]> {
  const { trace, places, endRow } = scene;
  const { descriptor, result, start, thread } = trace.columns;
  const { ofRow } = places;
  const found = new Map<string, Opening[]>();
  if (!enoughOpened(scene)) return found;
  const does = deedsOf(places);
  const ends = endsOf(scene);
  const open = new ByDescriptor<Opening>(trace.threads, livedShortly(scene, ends));
  const { processOf } = open;
  const children = forked(trace.threads);
  /** By process: the last use of each descriptor that was opened. To each row it is a store, and nothing to look up. */
  const uses: Int32Array[] = trace.threads.map(() => NO_USES);
  /** By process: how many places its list may have. */
  const room = new Float64Array(trace.threads.length).fill(FIRST_PLACES);
  const used = (p: number, d: number, row: number) => {
    if (d < uses[p]!.length) uses[p]![d] = row;
    else {
      const opening = open.get(p, d);
      if (opening !== undefined) opening.last = row;
    }
  };
  /** Stores uses of [row, end), up to the first row that opens, closes or executes: that is given. Small, so that it is compiled once. */
  const usesFrom = (row: number, end: number): number => {
    for (let i = row; i < end; i++) {
      const deed = does[ofRow[i]!]!;
      if (deed === NOTHING) continue;
      if (deed !== USES) return i;
      const p = processOf[thread[i]!]!;
      const d = descriptor[i]!;
      if (p < 0 || d < 0) continue;
      if (d < uses[p]!.length) uses[p]![d] = i;
      else if (d >= FIRST_PLACES) used(p, d, i);
    }
    return end;
  };
  const lastUse = (opening: Opening, p: number, d: number) => {
    opening.last = Math.max(opening.last, uses[p]![d] ?? 0);
  };
  /** A row that opens, closes or executes. */
  const act = (i: number): void => {
    const p = processOf[thread[i]!]!;
    if (p < 0) return;
    const deed = does[ofRow[i]!]!;
    const d = descriptor[i]!;
    if (deed === CLOSES) {
      // A tracer that is attached to a running process does not tell which threads are of one process: what one opened another
      // may close. Better to overlook a leak than to see one where there is none.
      // A child, though, closes its own copy of what its parent opened.
      const known = open.get(p, d) !== undefined;
      if (!known && children.has(trace.threads[thread[i]!]!.pid)) return;
      const owner = known ? p : open.anyWith(d);
      if (owner < 0) return;
      open.get(owner, d)!.closedNs = start[i]!;
      open.set(owner, d, undefined);
      return;
    }
    if (d >= 0) used(p, d, i);
    if (deed === EXECUTES) {
      // What a program that is started anew inherits, it need not know of.
      open.forEachOf(p, lastUse);
      open.clear(p);
      return;
    }
    const made = result[i]!;
    if (made < 0) return;
    const before = open.get(p, made);
    if (before !== undefined) lastUse(before, p, made);
    const { pid } = trace.threads[thread[i]!]!;
    const opening = { row: i, last: i, closedNs: NaN, pid, endNs: ends.get(pid) ?? scene.toNs };
    open.set(p, made, opening);
    room[p]! += PLACES_EACH;
    if (made >= uses[p]!.length && made < room[p]!) uses[p] = longer(uses[p]!, made + 1);
    const symbol = places.classes[places.classOf[ofRow[i]!]!]!.call;
    let list = found.get(symbol);
    if (list === undefined) found.set(symbol, (list = []));
    list.push(opening);
  };
  inBlocks(scene.firstRow, endRow, (first, end) => {
    for (let i = first; (i = usesFrom(i, end)) < end; i++) act(i);
  });
  open.forEach(lastUse);
  const held = new Map<number, number>();
  for (const openings of found.values())
    for (const { closedNs, pid } of openings) if (Number.isNaN(closedNs)) held.set(pid, (held.get(pid) ?? 0) + 1);
  const counts = ({ pid }: Opening) => !ends.has(pid) || (held.get(pid) ?? 0) >= FEWEST;
  return new Map([...found].map(([symbol, openings]) => [symbol, openings.filter(counts)]));
}

/** Processes that another one of the trace forked: what they were born with is their own. */
function forked(threads: readonly Thread[]): Set<number> {
  return new Set(
    threads.filter(({ pid, parent }) => parent >= 0 && threads[parent]!.pid !== pid).map(({ pid }) => pid),
  );
}

/** Per place: what its calls do to descriptors; nothing if they failed. */
function deedsOf({ contextOf, contexts, symbols }: Places): Uint8Array {
  const ofSymbol = Uint8Array.from(symbols, ({ call, outcome }) => {
    if (outcome !== '' && outcome !== ZERO) return NOTHING;
    if (call === 'close') return CLOSES;
    if (call === 'execve') return EXECUTES;
    return OPENS.test(call) ? OPENED : USES;
  });
  return Uint8Array.from(contextOf, (context) => ofSymbol[contexts.symbol[context]!]!);
}

function longer(list: Int32Array, least: number): Int32Array {
  const copy = new Int32Array(Math.max(least, 2 * list.length));
  copy.set(list);
  return copy;
}

/** Whether anything was opened so often in the window that it may be a leak. */
function enoughOpened({ places, firstRow, endRow }: Scene): boolean {
  const opened = new Map<string, number>();
  countPlaces(places, firstRow, endRow).forEach((n, place) => {
    const symbol = places.symbols[places.contexts.symbol[places.contextOf[place]!]!]!;
    const text = symbolText(symbol);
    if (OPENS.test(symbol.call)) opened.set(text, (opened.get(text) ?? 0) + n);
  });
  return [...opened.values()].some((n) => n >= FEWEST);
}

function neverClosed(openings: readonly Opening[]): number {
  let count = 0;
  for (const { closedNs } of openings) if (Number.isNaN(closedNs)) count++;
  return count;
}

function leftBehind(openings: readonly Opening[], start: Float64Array): Set<Opening> {
  const lives = new Float64Array(openings.length);
  let closed = 0;
  for (const { row, closedNs } of openings) {
    const ns = closedNs - start[row]!;
    if (ns >= 0) lives[closed++] = ns;
  }
  const usual = closed === 0 ? 0 : nthSmallest(lives.subarray(0, closed), Math.floor(closed * NEARLY_ALL));
  const unused = Math.max(UNUSED_NS, LIFETIMES * usual);
  return new Set(openings.filter((o) => Number.isNaN(o.closedNs) && o.endNs - start[o.last]! > unused));
}

/** Where the share of openings left behind grows most (the largest z), and the share before. */
function change(openings: readonly Opening[], behind: ReadonlySet<Opening>): { cut: number; part: number } {
  const n = openings.length;
  let [sum, best, cut, part] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    if (i > 0) {
      const z = ((behind.size - sum) / (n - i) - sum / i) * Math.sqrt((i * (n - i)) / n);
      if (z > best) [best, cut, part] = [z, i, sum / i];
    }
    if (behind.has(openings[i]!)) sum++;
  }
  // Never otherwise: there is nothing to compare with.
  return cut === 0 ? { cut: 0, part: n === 0 ? 0 : behind.size / n } : { cut, part };
}

/** When processes ended that did, by their pid. */
function endsOf({ trace, toNs }: Scene): Map<number, number> {
  const ends = new Map<number, number>();
  for (const { pid, exitNs } of trace.threads) ends.set(pid, Math.max(ends.get(pid) ?? 0, exitNs ?? Infinity));
  return new Map([...ends].filter(([, ns]) => ns < toNs));
}

/** Processes that ended before anything in them could be unused for long. */
function livedShortly({ trace }: Scene, ends: ReadonlyMap<number, number>): Set<number> {
  const born = new Map<number, number>();
  for (const { pid, firstNs } of trace.threads) born.set(pid, Math.min(born.get(pid) ?? Infinity, firstNs));
  return new Set([...ends].filter(([pid, ns]) => ns - born.get(pid)! <= UNUSED_NS).map(([pid]) => pid));
}
