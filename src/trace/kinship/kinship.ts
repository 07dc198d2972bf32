/**
 * Which of the threads that were there when strace attached are of one process: strace says so on the terminal only, and with -o
 * nowhere. Told by what threads of one process share and others do not, see `strongVotes`; then by what is likely where nothing
 * contradicts. Processes that were attached together (-p A -p B) stay apart.
 */
import { inBlocks } from '../../lib/in-blocks.js';
import { FLAG_UNFINISHED, type Thread, type Trace } from '../table.js';
import { descriptorVotes } from './descriptor-votes.js';
import type { KinFacts } from './facts.js';
import { Votes } from './votes.js';

/** A thread that woke the only sleeper at a private futex is of its process; one that woke one of several may only seem to. */
const SURE = 2;
/** Votes from which on two groups are one; so many more than speak against it. */
const ENOUGH = 2;
/** strace itself says so. */
const CERTAIN = 1e9;
const MORE = 10;
/** Addresses from here on are chosen at random for each program that is started (and stay the same through fork). */
const RANDOM_ADDRESSES = 2 ** 40;
/** Variables of one program lie no further apart, bytes; those of another do by chance once in a million. */
const NEAR = 2 ** 20;
/** Threads end as soon as their process does, ns. */
const END_TOGETHER_NS = 1e9;

export interface Joined {
  readonly threads: readonly Thread[];
  /** Threads that nobody was seen to make and that are of a process with others now; the processes that these are. */
  readonly joined: number;
  readonly pids: readonly number[];
  /** Threads that nobody was seen to make, of which nothing tells whether they are of a process with others: each has one of its own. */
  readonly unknown: number;
}

/** The threads with their processes. null where nothing has to be told. */
export function joinAttached(trace: Trace, facts: KinFacts): Joined | null {
  const { threads } = trace;
  const roots = threads.flatMap(({ parent, tid, pid }, i) => (parent < 0 && tid > 0 && pid === tid ? [i] : []));
  if (roots.length < 2) return null;
  const pids = [...new Set(threads.map(({ pid }) => pid))];
  const groupOfPid = new Map(pids.map((pid, group) => [pid, group]));
  const groupOf = Int32Array.from(threads, ({ pid }) => groupOfPid.get(pid)!);
  const groupOfTid = new Map<number, number>();
  threads.forEach(({ tid }, i) => {
    if (!groupOfTid.has(tid)) groupOfTid.set(tid, groupOf[i]!);
  });
  const open = new Set(roots.map((i) => groupOf[i]!));
  const { joint, apart } = strongVotes(trace, facts, { groupOf, groupOfTid, groups: pids.length, open });
  const kin = new Groups(
    pids.length,
    open,
    (a, b) => apart.of(a, b) >= ENOUGH && joint.of(a, b) < MORE * apart.of(a, b),
  );
  for (const { a, b, votes } of joint.pairs()) if (votes >= ENOUGH) kin.join(a, b);
  joinLikely(kin, facts, groupOfTid, trace);
  return outcome(threads, roots, groupOf, pids, kin);
}

interface Numbering {
  readonly groupOf: Int32Array;
  readonly groupOfTid: ReadonlyMap<number, number>;
  readonly groups: number;
  /** Groups whose process is open. */
  readonly open: ReadonlySet<number>;
}

/** What cannot be otherwise, or hardly. */
function strongVotes(
  trace: Trace,
  facts: KinFacts,
  { groupOf, groupOfTid, groups, open }: Numbering,
): { joint: Votes; apart: Votes } {
  const { joint, apart } = descriptorVotes(trace, { groupOf, groups, open });
  const vote = (votes: Votes, a: number, b: number, weight: number) => {
    const [first, second] = [groupOfTid.get(a), groupOfTid.get(b)];
    if (first !== undefined && second !== undefined) votes.add(first, second, weight);
  };
  for (const { waker, sleeper, only } of facts.woke) vote(joint, waker, sleeper, only ? SURE : 1);
  for (const { pid, tid } of facts.signals) vote(joint, pid, tid, SURE);
  for (let i = 0; i < facts.apart.length; i += 2) vote(apart, facts.apart[i]!, facts.apart[i + 1]!, ENOUGH);
  const announced = [...new Set(facts.processes)];
  announced.forEach((a, i) => announced.slice(i + 1).forEach((b) => vote(apart, a, b, CERTAIN)));
  const { calls, threads } = trace;
  const { call: callOf, thread: threadOf, result, start } = trace.columns;
  const getpid = calls.indexOf('getpid');
  const exitGroup = calls.indexOf('exit_group');
  const exits = new Set(['exit', 'exit_group'].map((name) => calls.indexOf(name)));
  const ended: { group: number; ns: number }[] = [];
  const leftAlone = new Uint8Array(threads.length);
  const tells = Uint8Array.from(calls, (_, call) => Number(call === getpid || exits.has(call)));
  const see = (row: number) => {
    const call = callOf[row]!;
    const thread = threadOf[row]!;
    if (call === getpid) vote(joint, result[row]!, threads[thread]!.tid, SURE);
    if (call === exitGroup) ended.push({ group: groupOf[thread]!, ns: start[row]! });
    if (exits.has(call)) leftAlone[thread] = 1;
  };
  if (getpid >= 0 || exitGroup >= 0)
    inBlocks(0, trace.length, (first, end) => {
      for (let row = first; row < end; row++) if (tells[callOf[row]!] === 1) see(row);
    });
  threads.forEach(({ exitNs }, i) => {
    if (exitNs === null || leftAlone[i] === 1) return;
    const only = onlyEnding(ended, exitNs);
    if (only >= 0) joint.add(only, groupOf[i]!, SURE);
  });
  return { joint, apart };
}

/** The group whose process ended right before this moment; -1 where none did, or several. `ended`: in order of time. */
function onlyEnding(ended: readonly { group: number; ns: number }[], exitNs: number): number {
  let [from, to] = [0, ended.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ended[middle]!.ns > exitNs) to = middle;
    else from = middle + 1;
  }
  let only = -1;
  for (let i = from - 1; i >= 0 && ended[i]!.ns > exitNs - END_TOGETHER_NS; i--) {
    if (only >= 0 && ended[i]!.group !== only) return -1;
    only = ended[i]!.group;
  }
  return only;
}

/**
 * What is likely. Programs have their memory at different addresses, so who uses the same private futex, or one nearby, is of one
 * process, if no two of them are known to be apart. Who sleeps at a private futex has siblings, and who only sleeps and was numbered among the
 * threads of a process is one of them: of the only process there is, if there is one.
 */
function joinLikely(kin: Groups, facts: KinFacts, groupOfTid: ReadonlyMap<number, number>, trace: Trace): void {
  const futexes = facts.futexes.map(({ address, tids }) => ({
    address,
    groups: [...new Set(tids.flatMap((tid) => groupOfTid.get(tid) ?? []))],
  }));
  const random = futexes.filter(({ address }) => address >= RANDOM_ADDRESSES).sort((a, b) => a.address - b.address);
  for (const gap of [0, NEAR])
    for (const groups of neighbours(random, gap))
      if (!groups.some((a) => groups.some((b) => kin.areApart(a, b))))
        for (const group of groups) kin.join(groups[0]!, group);
  const sleepers = new Set(futexes.flatMap(({ groups }) => groups));
  const busy = busyGroups(trace, groupOfTid);
  const [only, ...more] = new Set(
    kin
      .members()
      .filter((group) => busy.has(group))
      .map((group) => kin.of(group)),
  );
  if (only === undefined || more.length > 0) return;
  for (const group of sleepers) kin.join(only, group);
  const tids = trace.threads.flatMap(({ tid }) => (kin.same(groupOfTid.get(tid)!, only) ? [tid] : []));
  if (tids.length < 2) return;
  // Of more than some 120,000 arguments Node's stack overflows.
  const least = tids.reduce((a, b) => Math.min(a, b));
  const most = tids.reduce((a, b) => Math.max(a, b));
  for (const { tid } of trace.threads) if (tid >= least - 1 && tid <= most + 1) kin.join(only, groupOfTid.get(tid)!);
}

/** Groups of futexes, in order of their addresses, that lie no more than `gap` from the next one. */
function neighbours(futexes: readonly { address: number; groups: readonly number[] }[], gap: number): number[][] {
  const found: { last: number; groups: Set<number> }[] = [];
  for (const { address, groups } of futexes) {
    const before = found.at(-1);
    if (before !== undefined && address - before.last <= gap) before.last = address;
    else found.push({ last: address, groups: new Set() });
    for (const group of groups) found.at(-1)!.groups.add(group);
  }
  return found.map(({ groups }) => [...groups]);
}

/** Calls of who has nothing to do. */
const QUIET = `futex restart_syscall nanosleep clock_nanosleep sched_yield set_robust_list rseq madvise`.split(' ');

/** Groups with a thread that did anything but sleep. */
function busyGroups({ calls, columns, length, threads }: Trace, groupOfTid: ReadonlyMap<number, number>): Set<number> {
  const { call, flags, thread } = columns;
  const acts = Uint8Array.from(calls, (name) => (QUIET.includes(name) ? 0 : 1));
  const busy = new Uint8Array(threads.length);
  inBlocks(0, length, (first, end) => {
    for (let row = first; row < end; row++)
      if (acts[call[row]!] === 1 && (flags[row]! & FLAG_UNFINISHED) === 0) busy[thread[row]!] = 1;
  });
  return new Set(threads.flatMap(({ tid }, i) => (busy[i] === 1 ? (groupOfTid.get(tid) ?? []) : [])));
}

/** Groups that become one, unless members of theirs are known to be apart. Only those whose process is open. */
class Groups {
  private readonly parents: number[];
  /** By the root of each process that is open: its groups. */
  private readonly membersOf: Map<number, number[]>;

  constructor(
    size: number,
    /** Groups whose process is open. */
    private readonly open: ReadonlySet<number>,
    private readonly apart: (a: number, b: number) => boolean,
  ) {
    this.parents = Array.from({ length: size }, (_, i) => i);
    this.membersOf = new Map(Array.from(open, (group) => [group, [group]]));
  }

  of(group: number): number {
    let root = group;
    while (this.parents[root] !== root) root = this.parents[root]!;
    return root;
  }

  same(a: number, b: number): boolean {
    return this.of(a) === this.of(b);
  }

  members(): number[] {
    return [...this.open];
  }

  /** Whether some member of one is known to be apart from some member of the other. O(members of the one x of the other). */
  areApart(a: number, b: number): boolean {
    if (this.same(a, b)) return false;
    const ones = this.membersOf.get(this.of(a));
    const others = this.membersOf.get(this.of(b));
    if (ones === undefined || others === undefined) return false;
    for (const one of ones) for (const other of others) if (this.apart(one, other)) return true;
    return false;
  }

  join(a: number, b: number): void {
    if (this.same(a, b) || !this.open.has(a) || !this.open.has(b) || this.areApart(a, b)) return;
    const [root, other] = [this.of(a), this.of(b)];
    this.parents[other] = root;
    const members = this.membersOf.get(root)!;
    for (const group of this.membersOf.get(other)!) members.push(group);
    this.membersOf.delete(other);
  }
}

function outcome(
  threads: readonly Thread[],
  roots: readonly number[],
  groupOf: Int32Array,
  pids: readonly number[],
  kin: Groups,
): Joined | null {
  const pidOf = new Map<number, number>();
  const groups = new Map<number, Set<number>>();
  for (const i of roots) {
    const process = kin.of(groupOf[i]!);
    // A process is older than its threads, mostly.
    pidOf.set(process, Math.min(pidOf.get(process) ?? Infinity, pids[groupOf[i]!]!));
    groups.set(process, (groups.get(process) ?? new Set()).add(groupOf[i]!));
  }
  const larger = [...groups].filter(([, of]) => of.size > 1);
  const unknown = unknownAmong([...groups.keys()], kin);
  if (larger.length === 0 && unknown === 0) return null;
  const found = new Set(larger.map(([process]) => process));
  return {
    threads: threads.map((thread, i) => ({ ...thread, pid: pidOf.get(kin.of(groupOf[i]!)) ?? thread.pid })),
    joined: threads.filter(({ parent }, i) => parent < 0 && found.has(kin.of(groupOf[i]!))).length,
    pids: larger.map(([process]) => pidOf.get(process)!),
    unknown,
  };
}

/** Processes that are compared with all others: it takes the square of them. */
const MOST_COMPARED = 300;

/** How many of the processes may be of one with another: nothing tells that they are apart. */
function unknownAmong(processes: readonly number[], kin: Groups): number {
  const compared = processes.slice(0, MOST_COMPARED);
  return compared.filter((a) => compared.some((b) => a !== b && !kin.areApart(a, b))).length;
}
