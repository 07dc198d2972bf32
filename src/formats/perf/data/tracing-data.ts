/**
 * Formats of tracepoints, as the kernel describes them (events/.../format) and perf keeps them: numbers, names, and where fields stand.
 * Format: read_tracing_data() in tools/perf/util/trace-event-read.c of Linux; trace-cmd.dat(5).
 */
import type { Fields } from './fields.js';
import { utf8 } from './fields.js';

export interface TracepointField {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface Tracepoint {
  /** `raw_syscalls:sys_enter`. */
  readonly name: string;
  readonly fields: readonly TracepointField[];
  /** How it is printed. */
  readonly print: string;
}

const MAGIC = Buffer.from('\x17\x08\x44tracing', 'latin1');
const FIELD = /^\tfield:[^;]*?([A-Za-z_]\w*)(?:\[\w*\])?;\toffset:(\d+);\tsize:(\d+);/gm;

/** Tracepoints by number. Throws a RangeError where the bytes end before they should. */
export function readTracingData(fields: Fields): Map<number, Tracepoint> {
  const found = new Map<number, Tracepoint>();
  if (!MAGIC.equals(fields.take(MAGIC.length))) throw new RangeError('no tracing data');
  fields.text();
  const order = fields.u8();
  if ((order === 0) !== fields.little) throw new RangeError('another byte order');
  fields.at += 5;
  // header_page and header_event: how rings are laid out.
  for (let i = 0; i < 2; i++) {
    fields.text();
    fields.take(fields.u64());
  }
  for (let left = fields.u32(); left > 0; left--) addFormat(found, 'ftrace', fields);
  for (let systems = fields.u32(); systems > 0; systems--) {
    const system = fields.text();
    for (let left = fields.u32(); left > 0; left--) addFormat(found, system, fields);
  }
  return found;
}

function addFormat(found: Map<number, Tracepoint>, system: string, fields: Fields): void {
  const described = readFormat(system, utf8(fields.take(fields.u64())));
  if (described !== null) found.set(described.id, described.tracepoint);
}

/** A tracepoint by the text of its events/.../format; null where it is none. */
export function readFormat(
  system: string,
  text: string,
): { readonly id: number; readonly tracepoint: Tracepoint } | null {
  const name = /^name: (\S+)/m.exec(text)?.[1];
  const id = /^ID: (\d+)/m.exec(text)?.[1];
  if (name === undefined || id === undefined) return null;
  const fields = [...text.matchAll(FIELD)].map((m): TracepointField => ({
    name: m[1]!,
    offset: Number(m[2]),
    size: Number(m[3]),
  }));
  const print = /^print fmt: (.*)/m.exec(text)?.[1] ?? '';
  return { id: Number(id), tracepoint: { name: `${system}:${name}`, fields, print } };
}
