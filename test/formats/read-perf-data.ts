/** perf.data, or another format that arranges its records, in memory to a Trace, as the coordinator reads it; and what of a Trace the text of perf script tells as well. */
import { openRecording, perfData } from '../../src/formats/perf/data/index.js';
import { PerfDataParser } from '../../src/formats/perf/data/parser.js';
import type { Message } from '../../src/result.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import type { Trace } from '../../src/trace/table.js';
import { rowsOf } from './read-text.js';

export interface ReadPerfData {
  readonly trace: Trace;
  readonly messages: readonly Message[];
  readonly origin: string;
}

/** `blockBytes`: how much comes at once; `pieceBytes`: room of a piece; `plain`: without WebAssembly. Null where the header is damaged. */
export async function readPerfData(
  bytes: Uint8Array,
  { blockBytes = 65536, pieceBytes = 2 ** 20, format = perfData, plain = false } = {},
): Promise<ReadPerfData | null> {
  const arrangement = format.arrangement!;
  const records = arrangement.records(bytes.subarray(0, 4096));
  if (records === null) return null;
  const { begin, end } = records;
  const room = { pieceBytes, supply: () => new SharedArrayBuffer(pieceBytes) };
  const back = end === null ? bytes.subarray(bytes.length) : bytes.subarray(end);
  const front = bytes.subarray(0, begin);
  const arranger = plain
    ? openRecording(front, back, { tid: 0 }, room, null)
    : await arrangement.open(front, back, { tid: 0 }, room);
  const builder = new TraceBuilder(format.id);
  const stop = Math.min(bytes.length, end ?? Infinity);
  const pieces = [];
  for (let at = begin; at < stop; at += blockBytes)
    pieces.push(...arranger.push(bytes.subarray(at, Math.min(stop, at + blockBytes))));
  pieces.push(...arranger.end(end === null ? 0 : end - stop));
  for (const { buffer, length, options } of pieces)
    builder.append(
      plain
        ? new PerfDataParser(new Uint8Array(buffer, 0, length), options.perfData!, null).parse()
        : format.parseChunk(new Uint8Array(buffer, 0, length), options),
    );
  const { lastSeconds, gaps } = arranger;
  return {
    trace: builder.finish(Number.isNaN(lastSeconds) ? null : lastSeconds, gaps),
    messages: arranger.messages,
    origin: arranger.origin,
  };
}

/** What both tell. */
export function sharedFacts(trace: Trace) {
  const { length, threads, clock, origin, hasDurations, endNs, switches } = trace;
  return {
    length,
    threads,
    clock,
    origin,
    hasDurations,
    endNs,
    rows: rowsOf({ ...trace, stacks: null, columns: { ...trace.columns, stack: null } }),
    switches: switches && {
      time: [...switches.time],
      cpu: [...switches.cpu],
      previous: [...switches.previous],
      state: String.fromCharCode(...switches.previousState),
      next: [...switches.next],
      names: Array.from(switches.nextName, (name) => switches.nextNames[name]),
    },
  };
}
