/** Recordings of ftrace's rings against what the kernel's own text says of the same events, and what becomes of damaged ones. */
import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME, type FrameKind, FrameReader, MAGIC, frame, jsonFrame } from '../../src/formats/ftrace/frames.js';
import { Gaps } from '../../src/formats/ftrace/gaps.js';
import { ftraceRing } from '../../src/formats/ftrace/index.js';
import { type PageLayout, pageLayout, readPage } from '../../src/formats/ftrace/page.js';
import { binaryFormat } from '../../src/formats/index.js';
import { perfScript } from '../../src/formats/perf/script.js';
import type { Trace } from '../../src/trace/table.js';
import { readPerfData } from './read-perf-data.js';
import { readBytes } from './read-text.js';

const folder = new URL('golden/ftrace-ring/', import.meta.url);
const names = readdirSync(folder).flatMap((file) => /^(.+)\.ring\.gz$/.exec(file)?.[1] ?? []);
const golden = (file: string) => gunzipSync(readFileSync(new URL(file, folder)));
const read = (bytes: Uint8Array, sizes = {}) => readPerfData(bytes, { ...sizes, format: ftraceRing });

const LINE = /^ *(.+)-(\d+) +\[(\d+)\] \S+ +([\d.]+): (sys_enter|sys_exit|sched_\w+): (.*)$/;

/** The kernel's text in the words of perf script, which has a reader. */
function asPerfScript(text: string): Buffer {
  const lines = text.split('\n').flatMap((line) => {
    const [, comm, tid, cpu, time, event, rest] = LINE.exec(line) ?? [];
    if (event === undefined) return [];
    const system = event.startsWith('sched') ? 'sched' : 'raw_syscalls';
    return [`${comm} ${tid}/${tid} [${cpu}] ${time}: ${system}:${event}: ${rest}`];
  });
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Calls in the order of their entries, to the microsecond that the kernel's text has. */
function callsOf({ columns, length, threads, calls }: Trace) {
  const micros = (ns: number) => Math.round(ns / 1000);
  return Array.from({ length }, (_, row) => ({
    start: micros(columns.start[row]! - columns.start[0]!),
    duration: micros(columns.duration[row]!),
    call: calls[columns.call[row]!],
    tid: threads[columns.thread[row]!]!.tid,
    errno: columns.errno[row],
    result: columns.result[row],
    descriptor: columns.descriptor[row],
    variant: columns.variant[row],
    cpu: columns.cpu![row],
  }));
}

describe.each(names)('%s', (name) => {
  const bytes = golden(`${name}.ring.gz`);

  it("is read as the kernel's text is", async () => {
    const { trace, messages, origin } = (await read(bytes))!;
    const expected = callsOf(readBytes(perfScript, asPerfScript(golden(`${name}.txt.gz`).toString())));
    const found = callsOf(trace);
    expect(found.length).toBeGreaterThan(200);
    const exact = (calls: ReturnType<typeof callsOf>) => calls.map((call) => ({ ...call, start: 0, duration: 0 }));
    expect(exact(found)).toEqual(exact(expected));
    for (const [i, call] of found.entries()) {
      expect(Math.abs(call.start - expected[i]!.start)).toBeLessThanOrEqual(1);
      if (!Number.isNaN(call.duration)) expect(Math.abs(call.duration - expected[i]!.duration)).toBeLessThanOrEqual(1);
    }
    expect(messages).toEqual([]);
    expect(trace.skipped.lines).toBe(0);
    expect(trace.clock).toBe('epoch');
    expect(origin).toBe('of vm, Linux 6.18.44-generic, recorded with -o golden -- sh');
  });

  it.each([
    [1, 1000],
    [977, 1],
    [100_000, 10_000],
  ])('is the same where %i bytes come at once, and pieces have %i', async (blockBytes, pieceBytes) => {
    const cut = (await read(bytes, { blockBytes, pieceBytes }))!;
    expect(callsOf(cut.trace)).toEqual(callsOf((await read(bytes))!.trace));
  });

  it('is recognised', () => expect(binaryFormat(bytes)?.id).toBe('ftrace-ring'));
});

it('threads have the names and processes that the recording tells', async () => {
  const { trace } = (await read(golden('threads.ring.gz')))!;
  const told = trace.threads.map(({ tid, pid, name }) => ({ own: tid === pid, name }));
  expect(told.filter((t) => /^worker-\d$/.test(t.name)).map((t) => t.own)).toEqual([false, false, false]);
  expect(new Set(trace.threads.filter((t) => /^worker/.test(t.name)).map((t) => t.pid)).size).toBe(1);
  expect(trace.switches!.time.length).toBeGreaterThan(10);
});

describe('damaged', () => {
  const bytes = golden('threads.ring.gz');
  const whole = read(bytes);

  it('never fails, and never gives more calls than there were', async () => {
    const calls = (await whole)!.trace.length;
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    const flips = fc.array(fc.record({ at: place, to: fc.nat(255) }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(flips, place, fc.constantFrom(64, 5000, 65536), async (given, keep, blockBytes) => {
        const copy = Buffer.from(bytes);
        for (const { at, to } of given) copy[8 + Math.floor(at * (copy.length - 9))] = to;
        const cut = copy.subarray(0, Math.ceil(copy.length * keep));
        const found = (await read(cut, { blockBytes, pieceBytes: 4096 }))!;
        expect(found.trace.length).toBeLessThanOrEqual(calls + 10);
      }),
      { numRuns: 100 },
    );
  });

  it('a flipped byte costs its frame, and is told with its place', async () => {
    const copy = Buffer.from(bytes);
    const at = copy.length >> 1;
    copy[at]! ^= 0x10;
    const { trace, messages } = (await read(copy))!;
    expect(messages.map((m) => m.code)).toEqual(['perf-data-damaged']);
    expect(messages[0]!.args['offset']).toBeLessThanOrEqual(at);
    expect(trace.skipped.lines).toBe(1);
    expect(trace.length).toBeLessThan((await whole)!.trace.length);
  });

  it('a cut is told, and what stands before it is kept', async () => {
    const { trace, messages } = (await read(bytes.subarray(0, bytes.length - 8)))!;
    expect(messages.map((m) => String(m.args['what'])).join()).toMatch(/the end is missing/);
    expect(trace.length).toBe((await whole)!.trace.length);
  });

  it.each([
    ['nothing behind the first bytes', MAGIC],
    ['no description', Buffer.concat([MAGIC, jsonFrame(FRAME.THREADS, []), frame(FRAME.ROUND)])],
    ['a description of nothing', Buffer.concat([MAGIC, jsonFrame(FRAME.PREAMBLE, { version: 1 })])],
    ['one of a later perfscope', Buffer.concat([MAGIC, jsonFrame(FRAME.PREAMBLE, { version: 2 })])],
  ])('%s: told, with its place', async (_, content) => {
    const { trace, messages } = (await read(content))!;
    expect(trace.length).toBe(0);
    expect(messages[0]!.args).toMatchObject({
      what: expect.stringMatching(/first frame|later perfscope/) as string,
      offset: MAGIC.length,
    });
  });
});

describe('readPage', () => {
  const layout: PageLayout = { committed: 8, data: 16 };
  const head = (kind: number, delta: number) => (kind | (delta << 5)) >>> 0;

  /** A page of these words behind its head, and what is told of it. */
  function told(time: bigint, words: readonly number[], used = words.length * 4) {
    const page = new Int32Array(4 + words.length);
    page[0] = Number(time & 0xffffffffn);
    page[1] = Number(time >> 32n);
    page[2] = used;
    page.set(words, 4);
    const events: [time: number, first: number | undefined, length: number][] = [];
    const event = (w: Int32Array, at: number, length: number, now: number) => events.push([now, w[at], length]);
    return { whole: readPage(page, page.byteLength, layout, 1_000_000n, { event }), events };
  }

  it('adds up times, also where they are long or noted anew', () => {
    const words = [head(1, 5), 11, head(30, 3), 2, head(1, 7), 12, head(31, 9), 1, head(2, 1), 13, 0];
    const { whole, events } = told(1_000_100n, words);
    expect(whole).toBe(true);
    expect(events).toEqual([
      [105, 11, 1],
      [105 + 3 + 2 * 2 ** 27 + 7, 12, 1],
      [2 ** 27 + 9 - 1_000_000 + 1, 13, 2],
    ]);
  });

  it('passes over padding, and long events tell their length', () => {
    const words = [head(29, 4), 8, 0, head(0, 2), 12, 21, 22, head(29, 0), 99, 99];
    expect(told(1_000_000n, words)).toEqual({ whole: true, events: [[6, 21, 2]] });
  });

  it.each([
    ['more than the page has', [head(1, 1), 5], 4096],
    ['an event beyond the end', [head(20, 1), 5], 8],
    ['a long event of no length', [head(0, 1), 0], 8],
    ['padding without an end', [head(29, 1), 2 ** 30], 8],
    ['half a time', [head(30, 1)], 4],
  ])('%s: makes no sense', (_, words, used) => expect(told(1_000_000n, words, used).whole).toBe(false));

  it('finds its way by what the kernel says of pages', () => {
    const text = `\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
\tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;
\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
\tfield: char data;\toffset:12;\tsize:4084;\tsigned:0;\n`;
    expect(pageLayout(text)).toEqual({ committed: 8, data: 12 });
    expect(pageLayout('')).toBeNull();
  });
});

it('gaps of several processors are told as the time with any of them', () => {
  const gaps = new Gaps();
  const ms = 1e6;
  gaps.page(0, false, 1 * ms, 10 * ms, 0);
  // The file knows nothing of this processor before.
  gaps.page(1, true, 5 * ms, 10 * ms, 0);
  gaps.page(0, true, 30 * ms, 40 * ms, 0);
  gaps.page(1, true, 35 * ms, 50 * ms, 0);
  gaps.page(0, false, 60 * ms, 70 * ms, 0);
  gaps.page(1, true, 60 * ms, 61 * ms, 0);
  expect(gaps.sum.seconds).toBeCloseTo(0.04, 9);
  expect(gaps.sum.longest).toBeCloseTo(0.025, 9);
});

it('a page that the kernel marked tells of a gap before it', async () => {
  const parts: Uint8Array[] = [MAGIC];
  let [from, to, offset] = [0n, 0n, 0n];
  const mark = (kind: number, content: Uint8Array) => {
    const copy = Buffer.from(content);
    if (kind === FRAME.PREAMBLE) {
      const told = JSON.parse(copy.toString()) as { fileBase: string; clockOffset: string };
      [from, offset] = [BigInt(told.fileBase), BigInt(told.clockOffset)];
    }
    if (kind === FRAME.PAGE && copy[0] === 1) {
      to = copy.readBigUInt64LE(8);
      copy.writeUInt32LE((copy.readUInt32LE(16) | 0x80000000) >>> 0, 16);
    }
    parts.push(kind === FRAME.END ? jsonFrame(FRAME.END, { lost: 9 }) : frame(kind as FrameKind, copy));
  };
  new FrameReader({ frame: mark, lost: () => undefined }, 8).push(golden('threads.ring.gz').subarray(8));
  const { trace, messages } = (await read(Buffer.concat(parts)))!;
  const seconds = Number(to - from) / 1e9;
  expect(seconds).toBeGreaterThan(0);
  expect(messages).toEqual([{ code: 'ftrace-lost-events', args: { events: 9, seconds, longest: seconds } }]);
  const whole = (await read(golden('threads.ring.gz')))!.trace;
  expect(callsOf(trace)).toEqual(callsOf(whole));
  expect(whole.gaps).toBeUndefined();
  const { seconds: second, nanoseconds } = trace.origin;
  expect(trace.gaps!.map(({ cpu }) => cpu)).toEqual([1]);
  const wall = BigInt(second) * 1_000_000_000n + BigInt(nanoseconds) + BigInt(trace.gaps![0]!.toNs);
  expect(Number(wall - to - offset)).toBeCloseTo(-1000, -3);
});

it('a recording lasts until it was ended, not until its last call', async () => {
  const bytes = golden('threads.ring.gz');
  const before = (await read(bytes))!.trace;
  const parts: Uint8Array[] = [MAGIC];
  let last = 0n;
  const ending = (at: (last: bigint) => unknown) => async () => {
    parts.splice(1);
    const keep = (kind: number, content: Uint8Array) => {
      const copy = Buffer.from(content);
      if (kind === FRAME.PREAMBLE) last = BigInt((JSON.parse(copy.toString()) as { fileBase: string }).fileBase);
      const isEnd = kind === FRAME.END;
      parts.push(isEnd ? jsonFrame(FRAME.END, { lost: 0, at: at(last) }) : frame(kind as FrameKind, copy));
    };
    new FrameReader({ frame: keep, lost: () => undefined }, 8).push(bytes.subarray(8));
    return (await read(Buffer.concat(parts)))!.trace;
  };
  const later = await ending((begun) => String(begun + 60_000_000_000n))();
  expect(later.endNs).toBeGreaterThan(55e9);
  expect(callsOf(later).slice(0, 10)).toEqual(callsOf(before).slice(0, 10));
  for (const damaged of ['', 'x', 7, null, '9999999999999999999', '99999999999999999999999'])
    expect((await ending(() => damaged)()).endNs).toBe(before.endNs);
});

it('frames are found again behind bytes that are none', () => {
  const found: string[] = [];
  const lost: number[][] = [];
  const reader = new FrameReader(
    {
      frame: (kind, content) => found.push(`${kind} ${Buffer.from(content).toString()}`),
      lost: (...where) => lost.push(where),
    },
    8,
  );
  const parts = [
    jsonFrame(FRAME.THREADS, [1]),
    Buffer.alloc(40, 7),
    jsonFrame(FRAME.END, { lost: 2 }),
    Buffer.alloc(30),
  ];
  for (const byte of Buffer.concat(parts)) reader.push(Uint8Array.of(byte));
  expect(reader.end()).toBeLessThan(30);
  expect(found).toEqual(['2 [1]', '5 {"lost":2}']);
  expect(lost[0]).toEqual([8 + parts[0]!.length, 40]);
});
