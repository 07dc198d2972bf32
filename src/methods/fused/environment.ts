/**
 * Is it the environment? Calls of one nature that got slow everywhere, with their numbers not grown, speak for a slow disk; answers on
 * all connections that the program opened that come late, for the network (if opening a connection is slow too) or the
 * peer; threads that are ready to run and do not get the CPU, for its lack. Then no function is to blame.
 */
import type { ExternalResource, Message } from '../../result.js';
import { kindCode } from '../../trace/kinds.js';
import { type RowsByThread, type Trace, rowsByThread } from '../../trace/table.js';
import { ByDescriptor } from './scene/by-descriptor.js';
import type { Finding } from './finding.js';
import type { Cells, Scene } from './scene/scene.js';
import { type Slower, Series } from './scene/series.js';
import { ownOldConnections } from './scene/sides.js';

export interface Outside {
  readonly resource: ExternalResource;
  readonly reason: Message;
}

/** A thread that waits for the disk less than this part of its time is not held up. */
const HARMFUL = 0.2;
/** A thread was ready but off the CPU for this part of the time ... */
const STARVED = 0.15;
/** So many times what was usual is more than noise. */
const MORE = 3;
/** Calls beyond what the load explains are most of all: the program itself fills the CPU. */
const MOST = 0.5;
/** ... and so many times more than before. */
const STARVED_FACTOR = 4;

export function environment(
  scene: Scene,
  cells: Cells,
  onsetNs: number,
  findings: readonly Finding[],
  slowFactor: number,
): Outside | null {
  // A thread that does little else has itself to wait for.
  const own = findings.some((f) => f.detector === 'rate' && f.share >= MOST);
  const cpu = own ? null : starved(scene, onsetNs);
  if (cpu !== null) return cpu;
  // More calls than the load explains are the program's own doing, whatever they wait for.
  if (findings.some((f) => f.detector === 'rate' && f.alarming)) return null;
  const disk = slowDisk(scene, slowFactor);
  if (disk !== null) return disk;
  // A thread that computes reads its answers late, whenever they came.
  if (findings.some((f) => f.detector === 'busy' && f.alarming)) return null;
  const late = slowAnswers(scene, cells, slowFactor);
  return late !== null && waitsForOne(scene, onsetNs) >= HARMFUL ? null : late;
}

const WAITS_FOR_MANY = /^(?:epoll_p?wait2?|_?newselect|p?select6?)$/;

/**
 * Time that threads which wait for many descriptors at once spend inside other calls, beyond before: share of the time, summed over
 * threads. Who serves many must not wait for one, however late its answer is.
 */
function waitsForOne({ trace, fromNs, toNs, firstRow, endRow }: Scene, onsetNs: number): number {
  const { call, start, duration, thread } = trace.columns;
  const many = trace.calls.map((name) => WAITS_FOR_MANY.test(name));
  const waits = trace.threads.map(() => ({ forMany: 0, longest: 0, before: 0, after: 0 }));
  const byCall = new Map<number, number>();
  for (let i = firstRow; i < endRow; i++) {
    const took = duration[i]!;
    if (!(took > 0)) continue;
    const of = waits[thread[i]!]!;
    if (many[call[i]!]!) {
      of.forMany += took;
      continue;
    }
    const key = thread[i]! * trace.calls.length + call[i]!;
    const sum = (byCall.get(key) ?? 0) + took;
    byCall.set(key, sum);
    of.longest = Math.max(of.longest, sum);
    of.before += Math.max(0, Math.min(start[i]! + took, onsetNs) - start[i]!);
    of.after += Math.max(0, Math.min(start[i]! + took, toNs) - Math.max(start[i]!, onsetNs));
  }
  let share = 0;
  for (const { forMany, longest, before, after } of waits)
    if (forMany > longest)
      share += Math.max(0, after / (toNs - onsetNs) - (MORE * before) / Math.max(1, onsetNs - fromNs));
  return share;
}

const SYNCS = /^(?:fsync|fdatasync|sync_file_range|msync|syncfs|sync)$/;
const STORES =
  /^(?:read|write|pread64|pwrite64|readv|writev|preadv2?|pwritev2?|sendfile|fallocate|ftruncate|openat?|unlink|rename)$/;

function slowDisk(scene: Scene, factor: number): Outside | null {
  const { trace } = scene;
  const { places, firstRow, endRow } = scene;
  const { start, thread } = trace.columns;
  const SYNC = 1;
  const STORE = 2;
  const nature = Uint8Array.from(places.contextOf, (context) => {
    const { call, kind } = places.symbols[places.contexts.symbol[context]!]!;
    if (SYNCS.test(call)) return SYNC;
    return STORES.test(call) && (kind === 'file' || kind === 'directory') ? STORE : 0;
  });
  const syncs = new Series();
  const stores = new Series();
  for (let i = firstRow; i < endRow; i++) {
    const n = nature[places.ofRow[i]!]!;
    if (n !== 0) (n === SYNC ? syncs : stores).add(start[i]!, lasted(trace, i, scene.toNs), thread[i]!);
  }
  for (const series of [syncs, stores]) {
    const slower = series.slower(scene, factor);
    if (slower !== null && series.share(trace.threads.length, scene, slower.atNs) >= HARMFUL)
      return { resource: 'disk', reason: reason('slow-disk', slower) };
    const stuck = series.stuck(scene, factor);
    if (stuck !== null) return { resource: 'disk', reason: reason('slow-disk', stuck) };
  }
  return null;
}

function lasted(trace: Trace, row: number, toNs: number): number {
  return Math.min(trace.columns.duration[row]!, toNs - trace.columns.start[row]!);
}

/** The kernel answers. */
const NETLINK = kindCode('netlink');
const SENDS = /^(?:write|writev|send|sendto|sendmsg|sendmmsg|sendfile|splice)$/;
const RECEIVES = /^(?:read|readv|recv|recvfrom|recvmsg|recvmmsg)$/;

/** A connection that the program opened. NaN: not. */
interface Connection {
  /** When the last byte was asked. */
  askedNs: number;
  /** When connect was called, until the connection is used. */
  openingNs: number;
  /** Whether the program is known to speak first on it. */
  asks: boolean;
}

/** On connections that the program opened: from the last byte asked to the first byte answered, and from connect to first use. */
function slowAnswers(scene: Scene, cells: Cells, factor: number): Outside | null {
  const { trace } = scene;
  const { call, errno, descriptor, start, thread, result, kind } = trace.columns;
  const sends = trace.calls.map((name) => SENDS.test(name));
  const receives = trace.calls.map((name) => RECEIVES.test(name));
  const connect = trace.calls.indexOf('connect');
  const close = trace.calls.indexOf('close');
  const socket = trace.calls.indexOf('socket');
  const answers = new Series();
  const opened = new Series();
  const usable = /^(?:getsockopt|write|writev|send|sendto|sendmsg|read|recv|recvfrom)$/;
  const uses = trace.calls.map((name) => usable.test(name));
  const ours = new ByDescriptor<Connection>(trace.threads);
  ownOldConnections(scene, cells).forEach((_, p, d) => ours.set(p, d, { askedNs: NaN, openingNs: NaN, asks: true }));
  for (let i = 0; i < scene.endRow; i++) {
    const c = call[i]!;
    const process = ours.processOf[thread[i]!]!;
    // Who speaks first on a socket asks: no connection is opened for a datagram.
    if (c === socket && errno[i] === 0 && kind[i] !== NETLINK)
      ours.set(process, result[i]!, { askedNs: NaN, openingNs: NaN, asks: false });
    const d = descriptor[i]!;
    if (d < 0) continue;
    if (c === connect) {
      const done = errno[i] === 0;
      ours.set(process, d, { askedNs: NaN, openingNs: done ? NaN : start[i]!, asks: true });
      if (done) opened.add(start[i]!, lasted(trace, i, scene.toNs), thread[i]!);
      continue;
    }
    const connection = ours.get(process, d);
    if (connection === undefined) continue;
    if (c === close) ours.set(process, d, undefined);
    if (c === close || errno[i] !== 0) continue;
    const end = start[i]! + lasted(trace, i, scene.toNs);
    if (!Number.isNaN(connection.openingNs) && uses[c]!) {
      opened.add(connection.openingNs, start[i]! - connection.openingNs, thread[i]!);
      connection.openingNs = NaN;
    }
    if (sends[c]!) {
      connection.askedNs = end;
      connection.asks = true;
    }
    if (receives[c]! && result[i]! > 0) {
      if (!connection.asks) ours.set(process, d, undefined);
      if (!Number.isNaN(connection.askedNs))
        answers.add(connection.askedNs, Math.max(0, end - connection.askedNs), thread[i]!);
      connection.askedNs = NaN;
    }
  }
  const late = answers.slower(scene, factor);
  if (late === null) return null;
  const network = opened.slower(scene, factor) !== null;
  return network
    ? { resource: 'network', reason: reason('slow-network', late) }
    : { resource: 'peer', reason: reason('slow-peer', late) };
}

const RUNNABLE = 'R'.charCodeAt(0);

/**
 * Time that threads of the trace were runnable but off the CPU while others ran, by sched_switch. A recording of one process shows
 * only how it loses the CPU; that it has it again shows in its next event.
 */
function starved(scene: Scene, onsetNs: number): Outside | null {
  const { trace, fromNs, toNs } = scene;
  const { switches, threads } = trace;
  if (switches === null) return null;
  const ready = [new Float64Array(threads.length), new Float64Array(threads.length)];
  const nextEvent = new NextEvents(trace);
  /** Per thread: the wait that was counted last. */
  const counted = threads.map(() => ({ at: 0, end: -Infinity }));
  for (let i = 0; i < switches.length; i++) {
    const at = switches.time[i]!;
    const t = switches.previous[i]!;
    if (t < 0 || switches.next[i]! >= 0 || at < fromNs || at >= toNs || switches.previousState[i] !== RUNNABLE)
      continue;
    const last = counted[t]!;
    // It ran in between, nobody knows how long: that it computes and is preempted now and then is no lack of the CPU.
    if (at < last.end) ready[last.at < onsetNs ? 0 : 1]![t]! -= last.end - last.at;
    const end = Math.min(nextEvent.of(t, at), toNs);
    ready[at < onsetNs ? 0 : 1]![t]! += end - at;
    counted[t] = { at, end };
  }
  const before = most(ready[0]!) / (onsetNs - fromNs);
  const after = most(ready[1]!) / (toNs - onsetNs);
  if (after < STARVED || after < STARVED_FACTOR * before) return null;
  return { resource: 'cpu', reason: { code: 'no-cpu', args: { before, after, at: onsetNs / 1e9 } } };
}

/** Threads may be more than a function can be given arguments. */
const most = (times: Float64Array) => times.reduce((a, b) => Math.max(a, b), -Infinity);

/** The next moment at which a thread certainly ran: the end of the call it is in, or its next call. */
class NextEvents {
  private readonly rows: RowsByThread;
  private readonly at: Uint32Array;
  constructor(private readonly trace: Trace) {
    this.rows = rowsByThread(trace);
    this.at = this.rows.offsets.slice();
  }

  /** Asked in order of time for each thread. */
  of(t: number, ns: number): number {
    const { order, offsets } = this.rows;
    const { start, duration } = this.trace.columns;
    let j = this.at[t]!;
    while (j < offsets[t + 1]! && start[order[j]!]! <= ns) j++;
    this.at[t] = j;
    if (j > offsets[t]!) {
      const end = start[order[j - 1]!]! + duration[order[j - 1]!]!;
      if (end > ns) return end;
    }
    return j < offsets[t + 1]! ? start[order[j]!]! : this.trace.endNs;
  }
}

function reason(code: string, { before, after, atNs }: Slower): Message {
  return { code, args: { before: before / 1e9, after: after / 1e9, at: atNs / 1e9 } };
}
