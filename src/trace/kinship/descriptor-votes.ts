/**
 * Whether threads share a table of descriptors, told by what cannot be otherwise. In a process of its own, no thread gets a descriptor
 * anew that it did not close, and none uses one that it closed and did not get anew: where that happens, it shares its table with
 * the one that closed or opened it in between, if only one did. In one process, no descriptor is opened by two threads without
 * being closed in between, and none is used after another thread closed it: where that happens, the two are apart.
 */
import { Heap } from '../../lib/heap.js';
import { inBlocks } from '../../lib/in-blocks.js';
import { EBADF, descriptorEffects, CLOSES, COPIES, EXECUTES, MAKES, MAY_COPY } from '../descriptor-effects.js';
import { kindCode, variantCode } from '../kinds.js';
import type { Trace } from '../table.js';
import { Moments } from './moments.js';
import { Votes } from './votes.js';

const DUP = variantCode('dup');
const UNIX = kindCode('unix');
const UNKNOWN = kindCode('unknown');
/** Rows looked at: what a million calls do not tell, more will not. */
const ROWS = 1_000_000;
/** Calls that make descriptors which their rows do not show. */
const HIDDEN_MAKERS = new Set([
  'pipe',
  'pipe2',
  'socketpair',
  'recvmsg',
  'recvmmsg',
  'pidfd_getfd',
  'open_by_handle_at',
]);
/** Calls that close whatever stands at the descriptor that they are asked for. */
const REPLACERS = new Set(['dup2', 'dup3']);
const RANGES = new Set(['close_range', 'closefrom']);

/** One descriptor number: who opened and closed it last. */
interface Slot {
  readonly opened: Moments;
  readonly closed: Moments;
  /** The latest of each, -1 for none: most uses ask for nothing else. */
  lastOpen: number;
  lastClose: number;
}

interface Made {
  readonly ns: number;
  readonly row: number;
  readonly group: number;
  readonly descriptor: number;
  readonly replaces: boolean;
}

/**
 * Votes for and against groups being one process. `groupOf`: of each thread of the trace; `open`: the groups in question: the others are processes
 * of their own, whose tables are nobody else's, and tell nothing. O(rows), for each open times the groups that have the descriptor (moments.ts).
 */
export function descriptorVotes(
  trace: Trace,
  { groupOf, groups, open }: { groupOf: Int32Array; groups: number; open: ReadonlySet<number> },
): { joint: Votes; apart: Votes } {
  const walk = new Walk(groups);
  const inQuestion = Uint8Array.from(groupOf, (group) => Number(open.has(group)));
  const { calls } = trace;
  const { call, descriptor, duration, errno, kind, result, start, thread, variant } = trace.columns;
  const effects = descriptorEffects(calls);
  const [hidden, replaces, ranges] = [HIDDEN_MAKERS, REPLACERS, RANGES].map((names) =>
    Uint8Array.from(calls, (name) => (names.has(name) ? 1 : 0)),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  const coming = new Heap<Made>((a, b) => a.ns < b.ns || (a.ns === b.ns && a.row < b.row));
  const madeUntil = (ns: number) => {
    for (let next = coming.first; next !== undefined && next.ns <= ns; next = coming.first) {
      walk.made(next);
      coming.takeFirst();
    }
  };
  const see = (row: number) => {
    const c = call[row]!;
    const group = groupOf[thread[row]!]!;
    const effect = effects[c]!;
    const d = descriptor[row]!;
    if (effect === CLOSES) {
      if (d >= 0) walk.closes(group, d);
    } else if (d >= 0 && effect !== MAKES) walk.uses(group, d);
    if (hidden[c] === 1 && (kind[row] === UNIX || kind[row] === UNKNOWN || d < 0)) walk.loses(group);
    if (errno[row] !== 0) return;
    if (ranges[c] === 1 || effect === EXECUTES) walk.forgets(group);
    if (effect !== MAKES && effect !== COPIES && !(effect === MAY_COPY && variant[row] === DUP)) return;
    const lasted = duration[row]!;
    const ns = lasted > 0 ? start[row]! + lasted : start[row]!;
    coming.add({ ns, row, group, descriptor: result[row]!, replaces: replaces[c] === 1 });
  };
  inBlocks(0, Math.min(trace.length, ROWS), (first, end) => {
    for (let row = first; row < end; row++) {
      if (coming.first !== undefined) madeUntil(start[row]!);
      if (inQuestion[thread[row]!] === 1 && errno[row] !== EBADF) see(row);
    }
  });
  return walk;
}

class Walk {
  readonly joint: Votes;
  readonly apart: Votes;
  private readonly slots = new Map<number, Slot>();
  private readonly slotsOf = new Map<number, Set<Slot>>();
  private now = 0;
  /** By group: when it last made descriptors that nobody saw. */
  private readonly lost: Float64Array;

  constructor(groups: number) {
    this.joint = new Votes(groups);
    this.apart = new Votes(groups);
    this.lost = new Float64Array(groups).fill(-1);
  }

  made({ group, descriptor, replaces }: Made): void {
    const slot = this.slot(descriptor);
    const { opened, closed, lastClose } = slot;
    const own = opened.of(group);
    if (!replaces) {
      if (own > closed.of(group)) this.vote(this.joint, group, closed, own);
      if (slot.lastOpen > lastClose) for (const other of opened.others(group, lastClose)) this.apart.add(group, other);
    }
    this.note(group, slot, opened, (slot.lastOpen = ++this.now));
  }

  closes(group: number, descriptor: number): void {
    this.uses(group, descriptor);
    const slot = this.slot(descriptor);
    this.note(group, slot, slot.closed, (slot.lastClose = ++this.now));
  }

  uses(group: number, descriptor: number): void {
    const slot = this.slots.get(descriptor);
    if (slot === undefined) return;
    const { opened, closed } = slot;
    const ownOpen = opened.of(group);
    const ownClose = closed.of(group);
    if (ownClose > ownOpen) {
      if (this.lost[group]! < ownClose) this.vote(this.joint, group, opened, ownClose);
      // It is open again, whoever opened it.
      closed.forget(group);
      if (ownClose === slot.lastClose) slot.lastClose = closed.latest();
    } else if (ownOpen >= 0 && slot.lastClose > slot.lastOpen && this.lost[group]! < ownOpen) {
      this.vote(this.apart, group, closed, slot.lastOpen);
    }
  }

  /** Descriptors of the group were made that nobody saw. */
  loses(group: number): void {
    this.lost[group] = ++this.now;
  }

  /** Descriptors of the group were closed that nobody saw. */
  forgets(group: number): void {
    for (const slot of this.slotsOf.get(group) ?? []) {
      if (slot.opened.forget(group)) slot.lastOpen = slot.opened.latest();
      if (slot.closed.forget(group)) slot.lastClose = slot.closed.latest();
    }
  }

  private note(group: number, slot: Slot, moments: Moments, now: number): void {
    moments.note(group, now);
    const known = this.slotsOf.get(group);
    if (known === undefined) this.slotsOf.set(group, new Set([slot]));
    else known.add(slot);
  }

  /** For the only other group that did it after `since`. */
  private vote(votes: Votes, group: number, did: Moments, since: number): void {
    const only = did.onlyOther(group, since);
    if (only >= 0) votes.add(group, only);
  }

  private slot(descriptor: number): Slot {
    let slot = this.slots.get(descriptor);
    if (slot === undefined)
      this.slots.set(
        descriptor,
        (slot = { opened: new Moments(), closed: new Moments(), lastOpen: -1, lastClose: -1 }),
      );
    return slot;
  }
}
