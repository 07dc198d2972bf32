/**
 * Peers and the network: answers on connections that the program opened come late, or never.
 *
 * When an answer came no call tells, only when it was read. But a thread that slept until a wait for many descriptors ended had found
 * nothing to read before: the answer came at the end of that wait at the earliest. So a thread that computes or sleeps elsewhere, and
 * reads its answers late for that, does not make the peer look slow. O(rows).
 */
import { inBlocks } from '../../../lib/in-blocks.js';
import { kindCode } from '../../../trace/kinds.js';
import type { Trace } from '../../../trace/table.js';
import { ByDescriptor } from '../scene/by-descriptor.js';
import { type Cells, type Scene, partOf } from '../scene/scene.js';
import { Series } from '../scene/series.js';
import { ownOldConnections } from '../scene/sides.js';
import { type Outside, reason } from './outside.js';

/** The kernel answers. */
const NETLINK = kindCode('netlink');
const SENDS = /^(?:write|writev|send|sendto|sendmsg|sendmmsg|sendfile|splice)$/;
const RECEIVES = /^(?:read|readv|recv|recvfrom|recvmsg|recvmmsg)$/;
const FIRST_USES = /^(?:getsockopt|write|writev|send|sendto|sendmsg|read|recv|recvfrom)$/;
const WAITS = /^(?:epoll_p?wait2?|_?newselect|p?select6?|p?poll|io_uring_enter|io_p?getevents)$/;
/** A wait this long slept: with something to read it would have ended at once, even under a tracer. */
const SLEPT_NS = 1e6;
/** What changes farther from the onset than this part of the window is another matter. */
const AT_ONSET = 0.15;

/** A connection that the program opened. NaN: not. */
interface Connection {
  /** When the last byte was asked, and by whom. */
  askedNs: number;
  asker: number;
  /** When connect was called, until the connection is used. */
  openingNs: number;
  /** Whether the program is known to speak first on it. */
  asks: boolean;
}

/** From the last byte asked to the first byte answered, to the peer's end or to the program's giving up; and from connect to first use. */
export function slowAnswers(scene: Scene, cells: Cells, onsetNs: number, factor: number): Outside | null {
  const { trace, endRow, toNs } = scene;
  const { call, errno, descriptor, duration, start, thread, result, kind } = trace.columns;
  const [sends, receives, waits, uses] = [SENDS, RECEIVES, WAITS, FIRST_USES].map((calls) =>
    Uint8Array.from(trace.calls, (name) => (calls.test(name) ? 1 : 0)),
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const others = ['connect', 'close', 'socket'].map((name) => trace.calls.indexOf(name));
  const [connect, close, socket] = others;
  const matters = Uint8Array.from(sends, (_, c) =>
    others.includes(c) ? 1 : sends[c]! | receives[c]! | waits[c]! | uses[c]!,
  );
  const answers = new Series();
  const opened = new Series();
  const awake = new Awakenings(trace);
  const ours = new ByDescriptor<Connection>(trace.threads);
  const fresh = (openingNs: number, asks: boolean): Connection => ({ askedNs: NaN, asker: 0, openingNs, asks });
  ownOldConnections(scene, cells).forEach((_, p, d) => ours.set(p, d, fresh(NaN, true)));
  const answered = (connection: Connection, atNs: number, t: number, earliestNs: number) => {
    const { askedNs } = connection;
    if (!Number.isNaN(askedNs))
      answers.add(askedNs, Math.max(0, atNs - askedNs), t, Math.max(0, Math.min(atNs, earliestNs) - askedNs));
    connection.askedNs = NaN;
  };
  const see = (i: number) => {
    const c = call[i]!;
    const t = thread[i]!;
    const process = ours.processOf[t]!;
    const ns = Math.min(duration[i]!, toNs - start[i]!);
    if (waits[c] === 1) {
      if (ns >= SLEPT_NS) awake.note(t, process, start[i]! + ns);
      return;
    }
    // Who speaks first on a socket asks: no connection is opened for a datagram.
    if (c === socket && errno[i] === 0 && kind[i] !== NETLINK) ours.set(process, result[i]!, fresh(NaN, false));
    const d = descriptor[i]!;
    if (d < 0) return;
    if (c === connect) {
      const done = errno[i] === 0;
      ours.set(process, d, fresh(done ? NaN : start[i]!, true));
      if (done) opened.add(start[i]!, ns, t);
      return;
    }
    const connection = ours.get(process, d);
    if (connection === undefined) return;
    if (c === close) {
      answered(connection, start[i]!, t, awake.last(t, process));
      ours.set(process, d, undefined);
    }
    if (c === close || errno[i] !== 0) return;
    const end = start[i]! + ns;
    if (!Number.isNaN(connection.openingNs) && uses[c] === 1) {
      opened.add(connection.openingNs, start[i]! - connection.openingNs, t);
      connection.openingNs = NaN;
    }
    if (sends[c] === 1) {
      connection.askedNs = end;
      connection.asker = t;
      connection.asks = true;
    }
    if (receives[c] === 0) return;
    if (!connection.asks) ours.set(process, d, undefined);
    else answered(connection, end, t, ns >= SLEPT_NS ? end : awake.last(t, process));
  };
  inBlocks(0, endRow, (first, end) => {
    for (let i = first; i < end; i++) if (matters[call[i]!] === 1) see(i);
  });
  ours.forEach((connection, process) =>
    answered(connection, toNs, connection.asker, awake.last(connection.asker, process)),
  );
  const late = answers.slower(scene, factor);
  if (late === null || Math.abs(late.atNs - onsetNs) > partOf(scene, AT_ONSET)) return null;
  const network = opened.slower(scene, factor) !== null;
  return network
    ? { resource: 'network', reason: reason('slow-network', late) }
    : { resource: 'peer', reason: reason('slow-peer', late) };
}

/** When threads last slept in a wait for many descriptors. */
class Awakenings {
  private readonly ofThread: Float64Array;
  private readonly ofProcess: number[] = [];

  constructor({ threads }: Trace) {
    this.ofThread = new Float64Array(threads.length).fill(-Infinity);
  }

  note(thread: number, process: number, ns: number): void {
    this.ofThread[thread] = ns;
    this.ofProcess[process] = ns;
  }

  /** Of a thread that never does so, others wait for what it reads: when one of its process did. */
  last(thread: number, process: number): number {
    const own = this.ofThread[thread]!;
    return own === -Infinity ? (this.ofProcess[process] ?? -Infinity) : own;
  }
}
