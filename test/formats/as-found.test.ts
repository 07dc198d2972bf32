/**
 * Texts as people hand them over, and what becomes of them: read behind what a log, a mail or a page put round the lines, or
 * refused by name. Put `x.txt` into golden/as-found, run with UPDATE_GOLDEN=1, look at `x.expected.json` with care, commit both.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Sampled, formatOf, withoutCalls } from '../../src/reading/sampling.js';
import { sentence } from '../../src/report/messages.js';
import { PerfscopeError } from '../../src/errors.js';
import { foreignTable, foreignTracer } from '../../src/formats/foreign/index.js';
import { findWrapping, firstLines } from '../../src/formats/wrapping/find.js';
import { wrappingNames } from '../../src/formats/wrapping/wrapping.js';
import type { Source } from '../../src/source/index.js';
import { followDescriptors } from '../../src/trace/descriptors.js';
import type { Trace } from '../../src/trace/table.js';
import { beginningOf, shippedTraces } from './fast-readers.js';
import { readBytes, rowsOf } from './read-text.js';
import { plain } from './strace-text.js';

const folder = new URL('golden/as-found/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.txt'))
  .map((file) => file.slice(0, -4));

const sampledOf = (bytes: Uint8Array): Sampled => ({
  source: { path: 'FILE', name: 'FILE', problem: null } as unknown as Source,
  sample: bytes,
  blocks: () => {
    throw new Error('not needed');
  },
  close: async () => undefined,
});

/** As the coordinator reads it, in pieces of so many bytes. */
function read(bytes: Uint8Array, limit = Infinity): { trace: Trace; format: string; wrapping: string[] } {
  const sampled = sampledOf(bytes);
  const chosen = formatOf(sampled, undefined);
  const trace = readBytes(chosen.format, bytes, limit);
  if (trace.length === 0) throw withoutCalls(sampled, chosen, trace);
  followDescriptors(trace);
  return { trace, format: chosen.format.id, wrapping: chosen.wrapping === null ? [] : wrappingNames(chosen.wrapping) };
}

function outcomeOf(bytes: Uint8Array): unknown {
  try {
    const { trace, format, wrapping } = read(bytes);
    const { threads, clock, origin, hasDurations, lines, notices, skipped, truncated } = trace;
    const tids = threads.map(({ tid, pid, name }) => ({ tid, pid, name }));
    return {
      format,
      wrapping,
      clock,
      origin,
      hasDurations,
      lines,
      notices,
      skipped,
      truncated,
      tids,
      rows: rowsOf(trace),
    };
  } catch (error) {
    if (!(error instanceof PerfscopeError)) throw error;
    return { refused: error.message, advice: error.advice };
  }
}

describe.each(names)('%s', (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(`${name}.txt`, folder)));

  it('is read, or refused by name', () => {
    const actual = outcomeOf(bytes);
    const expected = new URL(`${name}.expected.json`, folder);
    if (process.env.UPDATE_GOLDEN) writeFileSync(expected, JSON.stringify(actual, null, 1) + '\n');
    expect(actual).toEqual(JSON.parse(readFileSync(expected, 'utf8')));
  });

  it('is the same cut into pieces of one record', () => {
    let whole: Trace;
    try {
      whole = read(bytes).trace;
    } catch (error) {
      expect(error).toBeInstanceOf(PerfscopeError);
      return;
    }
    expect(plain(read(bytes, 1).trace)).toEqual(plain(whole));
  });
});

describe('with --input-format', () => {
  const warned = (file: string) => {
    const bytes = new Uint8Array(readFileSync(new URL(`${file}.txt`, folder)));
    return formatOf(sampledOf(bytes), 'strace').warnings.map((message) =>
      sentence(message, { clock: 'none', startedAt: 0 }),
    );
  };

  it('another tracer is read, and named all the same', () => {
    expect(warned('truss-freebsd')).toEqual([expect.stringMatching(/looks like a trace of truss.*reproduce there/)]);
    expect(warned('quote')).toEqual([]);
  });

  it('lines of several recordings are told', () => {
    expect(warned('compose-two-services')).toEqual([expect.stringContaining('lines of several recordings')]);
  });
});

describe('what is recorded as it should be', () => {
  it.each(shippedTraces('.gz').filter((file) => /strace|perf/.test(file)))('%s stands in nothing', async (file) => {
    const beginning = await beginningOf(file);
    expect(findWrapping(beginning)).toBeNull();
    const lines = firstLines(beginning);
    expect([foreignTracer(lines), foreignTable(lines)]).toEqual([null, null]);
  });

  const bare = (text: string) => text.replace(/^\d+ +\d+\.\d+ /gm, '');
  const ways: readonly ((text: string) => string)[] = [
    bare,
    (text) => bare(text).replace(/ <\d+\.\d+>$/gm, ''),
    (text) => text.replace(/^(\d+) +\d+\.\d+ /gm, '[pid $1] '),
    (text) => text.replace(/^\d+ +(?=\d+\.\d+ )/gm, ''),
  ];
  it.each(shippedTraces('.strace.gz'))('%s without threads, times and durations stands in nothing', async (file) => {
    const text = Buffer.from(await beginningOf(file)).toString('latin1');
    // From anywhere on, as people copy.
    for (const from of [0, 60_000, 120_000]) {
      const part = text.slice(text.indexOf('\n', from) + 1, from + 30_000);
      if (part === '') continue;
      for (const way of ways) expect(findWrapping(Buffer.from(way(part), 'latin1'))).toBeNull();
    }
  });
});
