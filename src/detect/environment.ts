/**
 * Is it the environment? Calls of one nature that got slow everywhere, with their numbers not grown, speak for a slow disk; answers on
 * all connections that the program opened that come late, for the network (if opening a connection is slow too) or the
 * peer; threads that are ready to run and do not get the CPU, for its lack. Then no function is to blame.
 */
import type { ExternalResource, Message } from '../result.js';
import { kindCode } from '../trace/kinds.js';
import type { Trace } from '../trace/table.js';
import type { Finding } from './finding.js';
import type { Scene } from './scene.js';

export interface Outside {
  readonly resource: ExternalResource;
  readonly reason: Message;
}

/** Slower is only what also costs this much more a call, ns. */
const SLOWER_NS = 10e6;
/** Quantiles of fewer calls say nothing. */
const FEWEST = 8;
/** More calls than this factor after the onset, and the program itself asks for more. */
const SAME_NUMBER = 1.5;
/** A thread was ready but off the CPU for this part of the time ... */
const STARVED = 0.15;
/** ... and so many times more than before. */
const STARVED_FACTOR = 4;

export function environment(
  scene: Scene,
  onsetNs: number,
  findings: readonly Finding[],
  slowFactor: number,
): Outside | null {
  const cpu = starved(scene, onsetNs);
  if (cpu !== null) return cpu;
  // More calls than the load explains are the program's own doing, whatever they wait for.
  if (findings.some((f) => f.detector === 'rate' && f.alarming)) return null;
  const disk = slowDisk(scene, onsetNs, slowFactor);
  if (disk !== null) return disk;
  // A thread that computes reads its answers late, whenever they came.
  return findings.some((f) => f.detector === 'busy' && f.alarming) ? null : slowAnswers(scene, onsetNs, slowFactor);
}

class Halves {
  readonly before: number[] = [];
  readonly after: number[] = [];
  constructor(
    private readonly scene: Scene,
    private readonly onsetNs: number,
  ) {}

  add(atNs: number, ns: number): void {
    if (!(ns >= 0) || atNs < this.scene.fromNs || atNs >= this.scene.toNs) return;
    (atNs < this.onsetNs ? this.before : this.after).push(ns);
  }

  /** Third quartile before and after if the second is much larger, else null: caches keep the faster half fast. */
  slower(factor: number): { before: number; after: number } | null {
    if (this.before.length < FEWEST || this.after.length < FEWEST) return null;
    const [before, after] = [thirdQuartile(this.before), thirdQuartile(this.after)];
    return after > factor * before && after - before > SLOWER_NS ? { before, after } : null;
  }

  /** Whether calls came as often as before, or less. */
  asOften(): boolean {
    const { fromNs, toNs } = this.scene;
    const rateBefore = this.before.length / (this.onsetNs - fromNs);
    return this.after.length / (toNs - this.onsetNs) <= SAME_NUMBER * rateBefore;
  }
}

const SYNCS = /^(?:fsync|fdatasync|sync_file_range|msync|syncfs|sync)$/;
const STORES =
  /^(?:read|write|pread64|pwrite64|readv|writev|preadv2?|pwritev2?|sendfile|fallocate|ftruncate|openat?|unlink|rename)$/;

function slowDisk(scene: Scene, onsetNs: number, factor: number): Outside | null {
  const { trace } = scene;
  const { call, kind, start } = trace.columns;
  const sync = trace.calls.map((name) => SYNCS.test(name));
  const store = trace.calls.map((name) => STORES.test(name));
  const stored = new Set([kindCode('file'), kindCode('directory')]);
  const syncs = new Halves(scene, onsetNs);
  const stores = new Halves(scene, onsetNs);
  for (let i = scene.firstRow; i < scene.endRow; i++) {
    const ns = lasted(trace, i, scene.toNs);
    if (sync[call[i]!]!) syncs.add(start[i]!, ns);
    else if (store[call[i]!]! && stored.has(kind[i]!)) stores.add(start[i]!, ns);
  }
  for (const half of [syncs, stores]) {
    const slower = half.slower(factor);
    if (slower !== null && half.asOften()) return { resource: 'disk', reason: reason('slow-disk', slower, onsetNs) };
  }
  return null;
}

function lasted(trace: Trace, row: number, toNs: number): number {
  return Math.min(trace.columns.duration[row]!, toNs - trace.columns.start[row]!);
}

const SENDS = /^(?:write|writev|send|sendto|sendmsg|sendmmsg|sendfile|splice)$/;
const RECEIVES = /^(?:read|readv|recv|recvfrom|recvmsg|recvmmsg)$/;

/** On connections that the program opened: from the last byte asked to the first byte answered, and from connect to first use. */
function slowAnswers(scene: Scene, onsetNs: number, factor: number): Outside | null {
  const { trace } = scene;
  const { call, errno, descriptor, start, thread, result } = trace.columns;
  const sends = trace.calls.map((name) => SENDS.test(name));
  const receives = trace.calls.map((name) => RECEIVES.test(name));
  const connect = trace.calls.indexOf('connect');
  const close = trace.calls.indexOf('close');
  const answers = new Halves(scene, onsetNs);
  const opened = new Halves(scene, onsetNs);
  // Per descriptor of a process: when it was asked (or connected) last, and whether it is connected by now.
  const asked = new Map<number, number>();
  const opening = new Map<number, number>();
  const ours = new Set<number>();
  const usable = /^(?:getsockopt|write|writev|send|sendto|sendmsg|read|recv|recvfrom)$/;
  const uses = trace.calls.map((name) => usable.test(name));
  for (let i = 0; i < scene.endRow; i++) {
    const d = descriptor[i]!;
    if (d < 0) continue;
    const c = call[i]!;
    const key = trace.threads[thread[i]!]!.pid * 0x100000 + d;
    const end = start[i]! + lasted(trace, i, scene.toNs);
    if (c === connect) {
      ours.add(key);
      asked.delete(key);
      opening.set(key, start[i]!);
      if (errno[i] === 0) {
        opened.add(start[i]!, end - start[i]!);
        opening.delete(key);
      }
    } else if (c === close) {
      ours.delete(key);
      asked.delete(key);
      opening.delete(key);
    } else if (ours.has(key)) {
      const since = opening.get(key);
      if (since !== undefined && uses[c]! && errno[i] === 0) {
        opened.add(since, start[i]! - since);
        opening.delete(key);
      }
      if (sends[c]! && errno[i] === 0) asked.set(key, end);
      else if (receives[c]! && errno[i] === 0 && result[i]! > 0) {
        const from = asked.get(key);
        if (from !== undefined) answers.add(from, Math.max(0, end - from));
        asked.delete(key);
      }
    }
  }
  const late = answers.slower(factor);
  if (late === null || !answers.asOften()) return null;
  const network = opened.slower(factor) !== null;
  return network
    ? { resource: 'network', reason: reason('slow-network', late, onsetNs) }
    : { resource: 'peer', reason: reason('slow-peer', late, onsetNs) };
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

function reason(code: string, slower: { before: number; after: number }, onsetNs: number): Message {
  return { code, args: { before: slower.before / 1e9, after: slower.after / 1e9, at: onsetNs / 1e9 } };
}

function thirdQuartile(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length * 0.75)]!;
}
