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

/** Groups remembered of a descriptor number, those that opened or closed it last: of many thousand processes each may have it. */
const MOST_GROUPS = 256;

/** One descriptor number: who opened and closed it last, by group, in the order of moments, which are numbers of events. */
interface Slot {
  readonly opened: Map<number, number>;
  readonly closed: Map<number, number>;
  /** The latest of each, -1 for none: most uses ask for nothing else, however many groups there are. */
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
 * of their own, whose tables are nobody else's, and tell nothing. O(rows), for each descriptor number times the groups in question that have it,
 * MOST_GROUPS at most.
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
    const own = opened.get(group) ?? -1;
    if (!replaces) {
      if (own > (closed.get(group) ?? -1)) this.vote(this.joint, group, closed, own);
      if (slot.lastOpen > lastClose)
        for (const [other, at] of opened) if (other !== group && at > lastClose) this.apart.add(group, other);
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
    const ownOpen = opened.get(group) ?? -1;
    const ownClose = closed.get(group) ?? -1;
    if (ownClose > ownOpen) {
      if (this.lost[group]! < ownClose) this.vote(this.joint, group, opened, ownClose);
      // It is open again, whoever opened it.
      closed.delete(group);
      if (ownClose === slot.lastClose) slot.lastClose = latest(closed);
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
      if (slot.opened.delete(group)) slot.lastOpen = latest(slot.opened);
      if (slot.closed.delete(group)) slot.lastClose = latest(slot.closed);
    }
  }

  private note(group: number, slot: Slot, moments: Map<number, number>, now: number): void {
    // Behind all others.
    moments.delete(group);
    moments.set(group, now);
    if (moments.size > MOST_GROUPS) moments.delete(moments.keys().next().value!);
    const known = this.slotsOf.get(group);
    if (known === undefined) this.slotsOf.set(group, new Set([slot]));
    else known.add(slot);
  }

  /** For the only other group that did it after `since`. */
  private vote(votes: Votes, group: number, did: ReadonlyMap<number, number>, since: number): void {
    let only = -1;
    for (const [other, at] of did) {
      if (other === group || at <= since) continue;
      if (only >= 0) return;
      only = other;
    }
    if (only >= 0) votes.add(group, only);
  }

  private slot(descriptor: number): Slot {
    let slot = this.slots.get(descriptor);
    if (slot === undefined)
      this.slots.set(descriptor, (slot = { opened: new Map(), closed: new Map(), lastOpen: -1, lastClose: -1 }));
    return slot;
  }
}

function latest(moments: ReadonlyMap<number, number>): number {
  let last = -1;
  for (const at of moments.values()) if (at > last) last = at;
  return last;
}
