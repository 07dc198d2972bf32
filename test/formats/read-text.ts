/** Text of any format to Trace, in one piece or cut into several at record boundaries, as the coordinator does it. */
import type { ParseOptions, TraceFormat } from '../../src/formats/format.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import { dumpTrace } from '../helpers/dump-trace.js';
import type { Trace } from '../../src/trace/table.js';

/** `limit`: the largest piece, in bytes; grows where a record is larger. */
export function readBytes(
  format: TraceFormat,
  bytes: Uint8Array,
  limit = Infinity,
  options: ParseOptions = { tid: 0 },
): Trace {
  const builder = new TraceBuilder(format.id);
  const prepared = format.prepare?.(bytes, options) ?? options;
  for (let from = 0; from < bytes.length;) {
    let to = bytes.length;
    for (let size = limit; from + size < bytes.length; size *= 2) {
      const cut = format.lastRecordStart(bytes.subarray(from, from + size));
      if (cut === 0) continue;
      to = from + cut;
      break;
    }
    builder.append(format.parseChunk(bytes.subarray(from, to), { ...prepared, last: to === bytes.length }));
    from = to;
  }
  return builder.finish();
}

export function readText(format: TraceFormat, text: string, limit?: number, options?: ParseOptions): Trace {
  return readBytes(format, Buffer.from(text), limit, options);
}

/** The rows as dumpTrace prints them. */
export function rowsOf(trace: Trace): string[] {
  return dumpTrace(trace).split('\n').slice(0, -1);
}
