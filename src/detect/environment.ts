/**
 * Is it the environment? Calls of one nature that got slow everywhere, with their numbers not grown, speak for a slow disk; answers on
 * all connections that the program opened that come late, for the network (if opening a connection is slow too) or the
 * peer; threads that are ready to run and do not get the CPU, for its lack. Then no function is to blame.
 */
import type { ExternalResource, Message } from '../result.js';
import { kindCode } from '../trace/kinds.js';
import type { Trace } from '../trace/table.js';
import type { Finding } from './finding.js';
import type { Cells, Scene } from './scene.js';
import { descriptorKey, ownOldConnections } from './sides.js';

export interface Outside {
  readonly resource: ExternalResource;
  readonly reason: Message;
}

/** Slower is only what also costs this much more a call, ns. */
const SLOWER_NS = 10e6;
/** Quantiles of fewer calls say nothing. */
const FEWEST = 8;
/** A change that has not lasted this part of the window is too young to judge. */
const LASTING = 0.15;
/** A thread that waits for the disk less than this part of its time is not held up. */
const HARMFUL = 0.2;
/** More calls than this factor after the onset, and the program itself asks for more. */
const SAME_NUMBER = 1.5;
/** A thread was ready but off the CPU for this part of the time ... */
const STARVED = 0.15;
/** ... and so many times more than before. */
const STARVED_FACTOR = 4;

export function environment(
  scene: Scene,
  cells: Cells,
  onsetNs: number,
  findings: readonly Finding[],
  slowFactor: number,
): Outside | null {
  const cpu = starved(scene, onsetNs);
  if (cpu !== null) return cpu;
  // More calls than the load explains are the program's own doing, whatever they wait for.
  if (findings.some((f) => f.detector === 'rate' && f.alarming)) return null;
  const disk = slowDisk(scene, slowFactor);
  if (disk !== null) return disk;
  // A thread that computes reads its answers late, whenever they came.
  return findings.some((f) => f.detector === 'busy' && f.alarming) ? null : slowAnswers(scene, cells, slowFactor);
}

/** Durations along time, and the moment at which they change most: a slow disk does not change the mix of calls. */
class Series {
  private readonly times: number[] = [];
  private readonly durations: number[] = [];
  private readonly threads: number[] = [];

  add(atNs: number, ns: number, thread: number): void {
    if (!(ns >= 0)) return;
    this.times.push(atNs);
    this.durations.push(ns);
    this.threads.push(thread);
  }

  /** Share of its time from a moment on that the thread most concerned spends in the calls. */
  share(scene: Scene, fromNs: number): number {
    const sums = new Map<number, number>();
    for (let i = 0; i < this.times.length; i++) {
      if (this.times[i]! >= fromNs) sums.set(this.threads[i]!, (sums.get(this.threads[i]!) ?? 0) + this.durations[i]!);
    }
    return Math.max(0, ...sums.values()) / (scene.toNs - fromNs);
  }

  /**
   * The change, if from some moment on the third quartile (caches keep the faster half fast) is `factor` times what it was and
   * calls come no oftener; else null. The moment is the cut with the largest variance of log durations between its sides: O(n log n).
   */
  slower(scene: Scene, factor: number): Slower | null {
    const n = this.times.length;
    const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => this.times[a]! - this.times[b]!);
    const logs = Float64Array.from(order, (i) => Math.log(Math.max(1000, this.durations[i]!)));
    const total = logs.reduce((a, b) => a + b, 0);
    let sum = 0;
    let [best, cut] = [0, -1];
    for (let i = 0; i < n; i++) {
      if (i >= FEWEST && n - i >= FEWEST) {
        const change = (total - sum) / (n - i) - sum / i;
        const between = change > 0 ? (change * change * i * (n - i)) / n : 0;
        if (between > best) [best, cut] = [between, i];
      }
      sum += logs[i]!;
    }
    if (cut < 0) return null;
    const sides = [order.subarray(0, cut), order.subarray(cut)].map((side) =>
      Float64Array.from(side, (i) => this.durations[i]!),
    );
    const [before, after] = sides.map(thirdQuartile) as [number, number];
    const atNs = this.times[order[cut]!]!;
    const perSecond = (cut / (atNs - scene.fromNs)) * (scene.toNs - atNs);
    if (scene.toNs - atNs < LASTING * (scene.toNs - scene.fromNs)) return null;
    const asOften = n - cut <= SAME_NUMBER * perSecond;
    return asOften && after > factor * before && after - before > SLOWER_NS ? { before, after, atNs } : null;
  }
}

interface Slower {
  readonly before: number;
  readonly after: number;
  readonly atNs: number;
}

const SYNCS = /^(?:fsync|fdatasync|sync_file_range|msync|syncfs|sync)$/;
const STORES =
  /^(?:read|write|pread64|pwrite64|readv|writev|preadv2?|pwritev2?|sendfile|fallocate|ftruncate|openat?|unlink|rename)$/;

function slowDisk(scene: Scene, factor: number): Outside | null {
  const { trace } = scene;
  const { call, kind, start, thread } = trace.columns;
  const sync = trace.calls.map((name) => SYNCS.test(name));
  const store = trace.calls.map((name) => STORES.test(name));
  const stored = new Set([kindCode('file'), kindCode('directory')]);
  const syncs = new Series();
  const stores = new Series();
  for (let i = scene.firstRow; i < scene.endRow; i++) {
    const ns = lasted(trace, i, scene.toNs);
    if (sync[call[i]!]!) syncs.add(start[i]!, ns, thread[i]!);
    else if (store[call[i]!]! && stored.has(kind[i]!)) stores.add(start[i]!, ns, thread[i]!);
  }
  for (const series of [syncs, stores]) {
    const slower = series.slower(scene, factor);
    if (slower !== null && series.share(scene, slower.atNs) >= HARMFUL)
      return { resource: 'disk', reason: reason('slow-disk', slower) };
  }
  return null;
}

function lasted(trace: Trace, row: number, toNs: number): number {
  return Math.min(trace.columns.duration[row]!, toNs - trace.columns.start[row]!);
}

const SENDS = /^(?:write|writev|send|sendto|sendmsg|sendmmsg|sendfile|splice)$/;
const RECEIVES = /^(?:read|readv|recv|recvfrom|recvmsg|recvmmsg)$/;

/** On connections that the program opened: from the last byte asked to the first byte answered, and from connect to first use. */
function slowAnswers(scene: Scene, cells: Cells, factor: number): Outside | null {
  const { trace } = scene;
  const { call, errno, descriptor, start, thread, result } = trace.columns;
  const sends = trace.calls.map((name) => SENDS.test(name));
  const receives = trace.calls.map((name) => RECEIVES.test(name));
  const connect = trace.calls.indexOf('connect');
  const close = trace.calls.indexOf('close');
  const answers = new Series();
  const opened = new Series();
  // Per descriptor of a process: when it was asked (or connected) last, and whether it is connected by now.
  const asked = new Map<number, number>();
  const opening = new Map<number, number>();
  const ours = ownOldConnections(scene, cells);
  const usable = /^(?:getsockopt|write|writev|send|sendto|sendmsg|read|recv|recvfrom)$/;
  const uses = trace.calls.map((name) => usable.test(name));
  for (let i = 0; i < scene.endRow; i++) {
    const d = descriptor[i]!;
    if (d < 0) continue;
    const c = call[i]!;
    const key = descriptorKey(trace.threads[thread[i]!]!.pid, d);
    const end = start[i]! + lasted(trace, i, scene.toNs);
    if (c === connect) {
      ours.add(key);
      asked.delete(key);
      opening.set(key, start[i]!);
      if (errno[i] === 0) {
        opened.add(start[i]!, end - start[i]!, thread[i]!);
        opening.delete(key);
      }
    } else if (c === close) {
      ours.delete(key);
      asked.delete(key);
      opening.delete(key);
    } else if (ours.has(key)) {
      const since = opening.get(key);
      if (since !== undefined && uses[c]! && errno[i] === 0) {
        opened.add(since, start[i]! - since, thread[i]!);
        opening.delete(key);
      }
      if (sends[c]! && errno[i] === 0) asked.set(key, end);
      else if (receives[c]! && errno[i] === 0 && result[i]! > 0) {
        const from = asked.get(key);
        if (from !== undefined) answers.add(from, Math.max(0, end - from), thread[i]!);
        asked.delete(key);
      }
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
  const nextEvent = new NextEvents(scene);
  for (let i = 0; i < switches.length; i++) {
    const at = switches.time[i]!;
    const t = switches.previous[i]!;
    if (t < 0 || switches.next[i]! >= 0 || at < fromNs || at >= toNs || switches.previousState[i] !== RUNNABLE)
      continue;
    ready[at < onsetNs ? 0 : 1]![t]! += Math.min(nextEvent.of(t, at), toNs) - at;
  }
  const before = Math.max(...ready[0]!) / (onsetNs - fromNs);
  const after = Math.max(...ready[1]!) / (toNs - onsetNs);
  if (after < STARVED || after < STARVED_FACTOR * before) return null;
  return { resource: 'cpu', reason: { code: 'no-cpu', args: { before, after, at: onsetNs / 1e9 } } };
}

/** The next moment at which a thread certainly ran: the end of the call it is in, or its next call. */
class NextEvents {
  private readonly at: Uint32Array;
  constructor(private readonly scene: Scene) {
    this.at = scene.rows.offsets.slice();
  }

  /** Asked in order of time for each thread. */
  of(t: number, ns: number): number {
    const { order, offsets } = this.scene.rows;
    const { start, duration } = this.scene.trace.columns;
    let j = this.at[t]!;
    while (j < offsets[t + 1]! && start[order[j]!]! <= ns) j++;
    this.at[t] = j;
    if (j > offsets[t]!) {
      const end = start[order[j - 1]!]! + duration[order[j - 1]!]!;
      if (end > ns) return end;
    }
    return j < offsets[t + 1]! ? start[order[j]!]! : this.scene.trace.endNs;
  }
}

function reason(code: string, { before, after, atNs }: Slower): Message {
  return { code, args: { before: before / 1e9, after: after / 1e9, at: atNs / 1e9 } };
}

function thirdQuartile(values: Float64Array): number {
  values.sort();
  return values[Math.floor(values.length * 0.75)]!;
}
