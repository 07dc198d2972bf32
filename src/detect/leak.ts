/**
 * Descriptors that are opened and no longer closed: the odd thing is a call that is missing, so it is looked for in what is left
 * open. For each kind of opening (call after call), the part that is still open and out of use when the window ends is compared
 * with the same part at the onset. Both the opening and the last use of what leaked are marked: who should have closed it
 * is as a rule near one of them. O(rows).
 */
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import type { DetectorInput, Finding, Item, Mark } from './finding.js';
import { ROWS_KEPT } from './finding.js';
import type { Scene } from './scene.js';

const OPENS =
  /^(?:open|openat2?|creat|socket|accept4?|dup|eventfd2?|epoll_create1?|timerfd_create|memfd_create|inotify_init1?|signalfd4?|pidfd_open)$/;
/** Unused for this long, a descriptor counts as left behind, ns. */
const UNUSED_NS = 2 * NANOSECONDS_PER_SECOND;
/** Fewer are no leak worth the name: 5 % of the usual limit of 1,024 (RLIMIT_NOFILE, getrlimit(2)). */
const FEWEST = 50;
/** The part left behind must have grown so many times ... */
const GROWN = 4;
/** ... from no less than this. */
const LEAST_PART = 0.02;

interface Opening {
  readonly row: number;
  last: number;
}

interface Kind {
  opened: number;
  readonly left: Opening[];
}

export function leak({ scene, cells, onset }: DetectorInput): Finding {
  const kinds = leftOpen(scene, onset.ns, scene.toNs);
  const usual = leftOpen(scene, scene.fromNs, onset.ns);
  const marks: Mark[] = [];
  const items: Item[] = [];
  let leaked = 0;
  for (const [k, kind] of kinds) {
    const before = usual.get(k);
    const part = before === undefined ? 0 : before.left.length / before.opened;
    const expected = GROWN * Math.max(part, LEAST_PART) * kind.opened;
    if (
      kind.left.length < FEWEST ||
      kind.left.length < expected ||
      kind.left.length < GROWN * (before?.left.length ?? 0)
    )
      continue;
    leaked += kind.left.length;
    for (const { row, last } of kind.left) {
      marks.push({ cell: cells.ofRow[row]!, weight: 0.5, on: 'context' });
      marks.push({ cell: cells.ofRow[last]!, weight: 0.5, on: 'context' });
    }
    const { before: previous, call } = scene.classes[k]!;
    items.push({
      rows: kind.left.slice(0, ROWS_KEPT).map(({ row }) => row),
      episode: [previous, call],
      cells: [...new Set(kind.left.flatMap(({ row, last }) => [cells.ofRow[row]!, cells.ofRow[last]!]))],
      weight: kind.left.length,
      count: kind.left.length,
      expected: Math.round(part * kind.opened),
      code: 'left-open',
      args: { opened: kind.opened },
    });
  }
  items.sort((a, b) => b.weight - a.weight);
  const strength = Math.min(1, leaked / (2 * FEWEST));
  return { detector: 'leak', share: leaked, strength, alarming: leaked >= FEWEST, marks, items };
}

/** Per class: openings in [fromNs, toNs), and those among them still open and unused at its end. */
function leftOpen(scene: Scene, fromNs: number, toNs: number): Map<number, Kind> {
  const { trace, classOf } = scene;
  const { call, descriptor, errno, result, start, thread } = trace.columns;
  const opens = trace.calls.map((name) => OPENS.test(name));
  const close = trace.calls.indexOf('close');
  const execve = trace.calls.indexOf('execve');
  const open = new Map<number, Map<number, Opening>>();
  const kinds = new Map<number, Kind>();
  for (let i = scene.firstRow; i < scene.endRow && start[i]! < toNs; i++) {
    const { pid } = trace.threads[thread[i]!]!;
    let table = open.get(pid);
    if (table === undefined) open.set(pid, (table = new Map()));
    const c = call[i]!;
    if (c === close) {
      if (errno[i] === 0) table.delete(descriptor[i]!);
      continue;
    }
    if (c === execve && errno[i] === 0) table.clear();
    const used = table.get(descriptor[i]!);
    if (used !== undefined) used.last = i;
    if (!opens[c]! || errno[i] !== 0 || result[i]! < 0 || start[i]! < fromNs) continue;
    table.set(result[i]!, { row: i, last: i });
    let kind = kinds.get(classOf[i]!);
    if (kind === undefined) kinds.set(classOf[i]!, (kind = { opened: 0, left: [] }));
    kind.opened++;
  }
  for (const [pid, table] of open) {
    // What a process that has ended left open is closed by the kernel.
    if (ended(trace.threads, pid, toNs)) continue;
    for (const opening of table.values()) {
      if (start[opening.last]! < toNs - UNUSED_NS) kinds.get(classOf[opening.row]!)!.left.push(opening);
    }
  }
  return kinds;
}

function ended(threads: Scene['trace']['threads'], pid: number, toNs: number): boolean {
  const own = threads.filter((t) => t.pid === pid);
  return own.every((t) => t.exitNs !== null && t.exitNs < toNs);
}
