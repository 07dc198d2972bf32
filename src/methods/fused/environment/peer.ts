/** Peers and the network: answers on connections that the program opened come late. */
import { kindCode } from '../../../trace/kinds.js';
import { ByDescriptor } from '../scene/by-descriptor.js';
import type { Cells, Scene } from '../scene/scene.js';
import { Series } from '../scene/series.js';
import { ownOldConnections } from '../scene/sides.js';
import { type Outside, lasted, reason } from './outside.js';

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
export function slowAnswers(scene: Scene, cells: Cells, factor: number): Outside | null {
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
