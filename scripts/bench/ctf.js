// The multiplied events of a shipped incident as a CTF 1.8 trace, as LTTng writes those of a kernel: metadata in text (TSDL), and one
// stream of packets with an event class for the entry and one for the exit of each call, tid and pid as context.
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { hasReturned, inOrder, incidentTrace, returnValue, stepOf } from './multiply.js';

const MAGIC = 0xc1fc1fc1;
/** Header (magic, UUID, stream, its instance) and context (times, sizes, number, what was lost, processor) of a packet, bytes. */
const PACKET_HEAD = 32 + 52;
/** A packet's room, bytes: LTTng's for a kernel's stream. */
const PACKET = 1 << 20;
/** Header (class, time), context (tid, pid) and payload of an event, bytes: an entry has the descriptor, an exit the result. */
const ENTRY = 12 + 8 + 4;
const EXIT = 12 + 8 + 8;
/** Two classes a call. */
const entryOf = (call) => 2 * call;
const exitOf = (call) => 2 * call + 1;

/**
 * Writes the trace into `folder`: as many copies as come nearest to so many calls, one at least. The UUID is a new one each time:
 * babeltrace2 takes two traces of the same for one.
 * @returns {Promise<{ calls: number, events: number, copies: number, bytes: number }>} `events`: two for a call that returned
 */
export async function writeCtf(folder, { id, calls }) {
  const trace = await incidentTrace(id);
  const copies = Math.max(1, Math.round(calls / trace.length));
  const uuid = randomUUID();
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'metadata'), metadata(trace, uuid));
  const out = openSync(path.join(folder, 'channel0_0'), 'w');
  const packets = new PacketWriter(uuid, (bytes) => writeSync(out, bytes));
  const step = stepOf(trace.threads.flatMap(({ pid, tid }) => [pid, tid]));
  let events = 0;
  for (const { ns, copy, record } of inOrder(recordsOf(trace), copies)) {
    packets.event(ns, record, copy * step);
    events++;
  }
  packets.flush();
  closeSync(out);
  return { calls: copies * trace.length, events, copies, bytes: packets.bytes };
}

/** Entries and exits in the order of their times, ns from the second in which the trace begins. */
function recordsOf(trace) {
  const { start, duration, call, thread, descriptor } = trace.columns;
  const records = [];
  for (let i = 0; i < trace.length; i++) {
    const { pid, tid } = trace.threads[thread[i]];
    const ns = trace.origin.nanoseconds + start[i];
    records.push({ ns, pid, tid, class: entryOf(call[i]), exit: false, value: descriptor[i] });
    if (!hasReturned(trace.columns, i)) continue;
    const value = returnValue(trace.columns, i);
    records.push({ ns: ns + duration[i], pid, tid, class: exitOf(call[i]), exit: true, value });
  }
  return records.sort((a, b) => a.ns - b.ns);
}

class PacketWriter {
  bytes = 0;
  #data = new DataView(new ArrayBuffer(PACKET));
  #at = PACKET_HEAD;
  #begin = 0;
  #end = 0;
  #number = 0;

  constructor(uuid, write) {
    this.uuid = Buffer.from(uuid.replaceAll('-', ''), 'hex');
    this.write = write;
  }

  event(ns, { pid, tid, class: eventClass, exit, value }, shift) {
    if (this.#at + EXIT > PACKET) this.flush();
    if (this.#at === PACKET_HEAD) this.#begin = ns;
    this.#end = ns;
    const data = this.#data;
    const at = this.#at;
    data.setUint32(at, eventClass, true);
    data.setBigUint64(at + 4, BigInt(Math.round(ns)), true);
    data.setInt32(at + 12, tid + shift, true);
    data.setInt32(at + 16, pid + shift, true);
    if (exit) data.setBigInt64(at + 20, BigInt(Math.trunc(value)), true);
    else data.setInt32(at + 20, value, true);
    this.#at += exit ? EXIT : ENTRY;
  }

  /** Writes the packet begun, if there is one. */
  flush() {
    if (this.#at === PACKET_HEAD) return;
    const data = this.#data;
    const bytes = new Uint8Array(data.buffer, 0, this.#at);
    data.setUint32(0, MAGIC, true);
    bytes.set(this.uuid, 4);
    // The stream's class and instance are 0, and so are the events lost and the processor.
    const bits = BigInt(8 * this.#at);
    const times = [this.#begin, this.#end].map((ns) => BigInt(Math.round(ns)));
    [...times, bits, bits, BigInt(this.#number++)].forEach((v, i) => data.setBigUint64(32 + 8 * i, v, true));
    this.bytes += this.write(bytes);
    this.#at = PACKET_HEAD;
  }
}

function metadata(trace, uuid) {
  const integer = (size, signed, more = '') =>
    `integer { size = ${size}; align = 8; signed = ${signed}; base = 10;${more} }`;
  const classes = trace.calls.flatMap((name, call) => [
    [entryOf(call), `syscall_entry_${name}`, 'int32_t _fd;'],
    [exitOf(call), `syscall_exit_${name}`, 'int64_t _ret;'],
  ]);
  return `/* CTF 1.8 */

typealias ${integer(8, false)} := uint8_t;
typealias ${integer(32, false)} := uint32_t;
typealias ${integer(64, false)} := uint64_t;
typealias ${integer(32, true)} := int32_t;
typealias ${integer(64, true)} := int64_t;

trace {
  major = 1;
  minor = 8;
  uuid = "${uuid}";
  byte_order = le;
  packet.header := struct {
    uint32_t magic;
    uint8_t uuid[16];
    uint32_t stream_id;
    uint64_t stream_instance_id;
  };
};

env {
  hostname = "server";
  domain = "kernel";
  tracer_name = "lttng-modules";
  tracer_major = 2;
  tracer_minor = 13;
};

clock {
  name = "monotonic";
  freq = 1000000000;
  offset_s = ${trace.origin.seconds};
};

typealias ${integer(64, false, ' map = clock.monotonic.value;')} := time_t;

stream {
  id = 0;
  event.header := struct {
    uint32_t id;
    time_t timestamp;
  };
  event.context := struct {
    int32_t _tid;
    int32_t _pid;
  };
  packet.context := struct {
    time_t timestamp_begin;
    time_t timestamp_end;
    uint64_t content_size;
    uint64_t packet_size;
    uint64_t packet_seq_num;
    uint64_t events_discarded;
    uint32_t cpu_id;
  };
};
${classes
  .map(
    ([number, name, fields]) => `
event {
  name = "${name}";
  id = ${number};
  stream_id = 0;
  fields := struct { ${fields} };
};
`,
  )
  .join('')}`;
}
