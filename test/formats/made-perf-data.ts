/** Small perf.data files of either byte order, with whatever fields a sample may have: what recording machines here cannot make. */
import { SAMPLE } from '../../src/formats/perf/data/layout.js';

export interface MadeEvent {
  readonly name: 'sys_enter' | 'sys_exit';
  readonly pid: number;
  readonly tid: number;
  readonly ns: bigint;
  readonly cpu: number;
  readonly number: bigint;
  /** Arguments, or what was returned. */
  readonly values: readonly bigint[];
  /** Addresses, with the marks of the kernel. */
  readonly chain?: readonly bigint[];
}

export interface Made {
  readonly little: boolean;
  readonly sampleType: number;
  readonly readFormat?: number;
  readonly sampleIdAll?: boolean;
  readonly events: readonly MadeEvent[];
  readonly names?: readonly { readonly tid: number; readonly pid: number; readonly name: string }[];
  /** Of events that were lost up to then. */
  readonly lost?: readonly { readonly count: number; readonly ns: bigint; readonly cpu: number }[];
  /** Name of uname(2). */
  readonly machine: string;
}

const BRANCHES = 1 << 11;
const [TRACEPOINTS, IDS] = [
  { sys_enter: 11, sys_exit: 12 },
  { sys_enter: 101n, sys_exit: 102n },
];

class Bytes {
  readonly parts: Buffer[] = [];
  length = 0;
  constructor(readonly little: boolean) {}
  raw(bytes: Buffer): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }
  private number(size: number, value: bigint): this {
    const bytes = Buffer.alloc(size);
    for (let i = 0; i < size; i++) bytes[this.little ? i : size - 1 - i] = Number((value >> BigInt(8 * i)) & 0xffn);
    return this.raw(bytes);
  }
  u16 = (value: number) => this.number(2, BigInt(value));
  u32 = (value: number) => this.number(4, BigInt(value));
  u64 = (value: bigint | number) => this.number(8, BigInt(value));
  text(text: string, size: number): this {
    const bytes = Buffer.alloc(size);
    bytes.write(text);
    return this.raw(bytes);
  }
  done = () => Buffer.concat(this.parts);
}

function record(little: boolean, type: number, body: Buffer): Buffer {
  return new Bytes(little)
    .u32(type)
    .u16(0)
    .u16(8 + body.length)
    .raw(body)
    .done();
}

function rawData(little: boolean, { name, number, values }: MadeEvent): Buffer {
  const data = new Bytes(little).u16(TRACEPOINTS[name]).u16(0).u32(0).u64(number);
  const count = name === 'sys_enter' ? 6 : 1;
  for (let i = 0; i < count; i++) data.u64(values[i] ?? 0n);
  // With its size in front it takes whole words.
  return data.u32(0).done();
}

/** The order of fields is that of PERF_RECORD_SAMPLE in include/uapi/linux/perf_event.h. */
function sample(made: Made, event: MadeEvent): Buffer {
  const { little, sampleType, readFormat = 0 } = made;
  const has = (bit: number) => (sampleType & bit) !== 0;
  const body = new Bytes(little);
  const id = IDS[event.name];
  if (has(SAMPLE.IDENTIFIER)) body.u64(id);
  if (has(SAMPLE.IP)) body.u64(0xffffffff81000000n);
  if (has(SAMPLE.TID)) body.u32(event.pid).u32(event.tid);
  if (has(SAMPLE.TIME)) body.u64(event.ns);
  if (has(SAMPLE.ADDR)) body.u64(0x1234n);
  if (has(SAMPLE.ID)) body.u64(id);
  if (has(SAMPLE.STREAM_ID)) body.u64(77n);
  if (has(SAMPLE.CPU)) body.u32(event.cpu).u32(0);
  if (has(SAMPLE.PERIOD)) body.u64(1n);
  if (has(SAMPLE.READ)) {
    const group = (readFormat & 8) !== 0;
    const each = 1 + ((readFormat & 4) !== 0 ? 1 : 0) + ((readFormat & 16) !== 0 ? 1 : 0);
    const times = ((readFormat & 1) !== 0 ? 1 : 0) + ((readFormat & 2) !== 0 ? 1 : 0);
    if (group) body.u64(3n);
    for (let i = 0; i < times + each * (group ? 3 : 1); i++) body.u64(99n);
  }
  if (has(SAMPLE.CALLCHAIN)) {
    const chain = event.chain ?? [];
    body.u64(chain.length);
    for (const address of chain) body.u64(address);
  }
  if (has(SAMPLE.RAW)) {
    const raw = rawData(little, event);
    body.u32(raw.length).raw(raw);
  }
  if (has(BRANCHES)) body.u64(1n).u64(1n).u64(2n).u64(3n);
  return record(little, 9, body.done());
}

function attribute({ little, sampleType, readFormat = 0, sampleIdAll = false }: Made, config: number): Buffer {
  const flags = Buffer.alloc(8);
  // Bit 18, counted from the end of each byte that comes first in memory.
  if (sampleIdAll) flags[2] = little ? 1 << 2 : 1 << 5;
  const head = new Bytes(little).u32(2).u32(64).u64(config).u64(1n).u64(sampleType).u64(readFormat).raw(flags);
  return head.u64(0n).u64(0n).done();
}

function tracingData(little: boolean): Buffer {
  const common = '\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n';
  const format = (name: keyof typeof TRACEPOINTS, last: string) =>
    `name: ${name}\nID: ${TRACEPOINTS[name]}\nformat:\n${common}\tfield:long id;\toffset:8;\tsize:8;\tsigned:1;\n\tfield:${last}\n\nprint fmt: ""\n`;
  const formats = [
    format('sys_enter', 'unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;'),
    format('sys_exit', 'long ret;\toffset:16;\tsize:8;\tsigned:1;'),
  ];
  const data = new Bytes(little).raw(Buffer.from('\x17\x08\x44tracing0.6\0', 'latin1'));
  data.raw(Buffer.from([little ? 0 : 1, 8])).u32(4096);
  data.text('header_page', 12).u64(0n).text('header_event', 13).u64(0n).u32(0);
  data.u32(1).text('raw_syscalls', 13).u32(formats.length);
  for (const text of formats) data.u64(text.length).text(text, text.length);
  return data.done();
}

/** The whole file. */
export function madePerfData(made: Made): Buffer {
  const { little, events, names = [], lost = [], machine } = made;
  const trailer = (tid: number, ns = 0n, cpu = 0) => {
    if (made.sampleIdAll !== true) return Buffer.alloc(0);
    const out = new Bytes(little);
    const has = (bit: number) => (made.sampleType & bit) !== 0;
    if (has(SAMPLE.TID)) out.u32(tid).u32(tid);
    if (has(SAMPLE.TIME)) out.u64(ns);
    for (const bit of [SAMPLE.ID, SAMPLE.STREAM_ID]) if (has(bit)) out.u64(0n);
    if (has(SAMPLE.CPU)) out.u32(cpu).u32(0);
    if (has(SAMPLE.IDENTIFIER)) out.u64(0n);
    return out.done();
  };
  const records = [
    ...names.map(({ tid, pid, name }) => {
      const body = new Bytes(little).u32(pid).u32(tid).text(name, 16).raw(trailer(tid));
      return record(little, 3, body.done());
    }),
    ...lost.map(({ count, ns, cpu }) => {
      const body = new Bytes(little).u64(1n).u64(count);
      return record(little, 2, body.raw(trailer(0, ns, cpu)).done());
    }),
    ...events.map((event) => sample(made, event)),
  ];
  const data = Buffer.concat(records);
  const entry = 64 + 16;
  const idsAt = 104;
  const attributesAt = idsAt + 16;
  const dataAt = attributesAt + 2 * entry;
  const sections = [
    { bit: 1, bytes: tracingData(little) },
    { bit: 6, bytes: new Bytes(little).u32(64).text(machine, 64).done() },
  ];
  const features = Buffer.alloc(32);
  for (const { bit } of sections) features[little ? bit >> 3 : (bit >> 3) ^ 7]! |= 1 << (bit & 7);
  const file = new Bytes(little)
    .raw(Buffer.from(little ? 'PERFILE2' : '2ELIFREP'))
    .u64(104)
    .u64(entry);
  file
    .u64(attributesAt)
    .u64(2 * entry)
    .u64(dataAt)
    .u64(data.length)
    .u64(0n)
    .u64(0n)
    .raw(features);
  file.u64(IDS.sys_enter).u64(IDS.sys_exit);
  file.raw(attribute(made, TRACEPOINTS.sys_enter)).u64(idsAt).u64(8n);
  file
    .raw(attribute(made, TRACEPOINTS.sys_exit))
    .u64(idsAt + 8)
    .u64(8n);
  file.raw(data);
  let at = dataAt + data.length + 16 * sections.length;
  for (const { bytes } of sections) {
    file.u64(at).u64(bytes.length);
    at += bytes.length;
  }
  for (const { bytes } of sections) file.raw(bytes);
  return file.done();
}
