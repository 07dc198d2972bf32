/** Text to Trace, in one piece or cut into several at record boundaries. */
import { strace } from '../../src/formats/strace/index.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import { dumpTrace } from '../helpers/dump-trace.js';
import type { Trace } from '../../src/trace/table.js';

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** `limits`: sizes of the pieces looked at in turn; each is cut at its last record boundary. */
export function parse(bytes: Uint8Array, limits: readonly number[] = [], tid = 0): Trace {
  const builder = new TraceBuilder('strace');
  let from = 0;
  for (let i = 0; from < bytes.length; i++) {
    let to = bytes.length;
    if (limits.length > 0) {
      const end = from + limits[i % limits.length]!;
      const cut = end < bytes.length ? strace.lastRecordStart(bytes.subarray(from, end)) : 0;
      if (end < bytes.length && cut === 0 && i < 10_000) {
        // One record: a larger piece.
        limits = limits.map((limit) => limit * 2);
        continue;
      }
      if (cut > 0) to = from + cut;
    }
    builder.append(strace.parseChunk(bytes.subarray(from, to), { tid, last: to === bytes.length }));
    from = to;
  }
  return builder.finish();
}

export function parseText(text: string, limits?: readonly number[], tid?: number): Trace {
  return parse(bytesOf(text), limits, tid);
}

/** The rows of a trace as dumpTrace prints them, without the time in front when `bare`. */
export function rowsOf(text: string, tid?: number): string[] {
  return dumpTrace(parseText(text, [], tid))
    .split('\n')
    .slice(0, -1);
}

/** Everything of a Trace as plain data, to compare two. */
export function plain(trace: Trace): unknown {
  const { columns, stacks, ...rest } = trace;
  return {
    ...rest,
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column && [...column]])),
    stacks: stacks && {
      ...stacks,
      prefix: [...stacks.prefix],
      frame: [...stacks.frame],
      frameFunction: [...stacks.frameFunction],
      frameObject: [...stacks.frameObject],
    },
  };
}
