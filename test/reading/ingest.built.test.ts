import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadOptions, readTrace } from '../../src/reading/ingest.js';
import { type Pool, createPool } from '../../src/pool/pool.js';
import { failure } from '../helpers/failure.js';
import { canonical } from './canonical.js';

let dir: string;
let pools: Pool[];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'perfscope-ingest-'));
  pools = [1, 2, 3].map((jobs) => createPool({ jobs }));
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  rmSync(dir, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Compares tables of arrays by their bytes: quick, and NaN equals NaN. */
function expectSameArrays(actual: object, expected: object): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(actual)) {
    const other: unknown = expected[name as keyof typeof expected];
    const same = ArrayBuffer.isView(value) && ArrayBuffer.isView(other) ? bytesOf(value).equals(bytesOf(other)) : null;
    if (same === null) expect(value).toEqual(other);
    else expect([name, same]).toEqual([name, true]);
  }
}

/** Reads with a pool that has no thread yet: a small input is then parsed in the calling thread, in one piece. */
async function readWhole(path: string, options: Partial<ReadOptions> = {}) {
  const pool = createPool({ jobs: 1 });
  try {
    const result = await readTrace([path], { pool, ...options });
    expect(pool.threads).toBe(0);
    return result;
  } finally {
    await pool.close();
  }
}

/** A recording of a few threads whose calls interrupt each other, are interrupted by signals, clone and exit. */
const recording = fc
  .array(
    fc.record({
      tid: fc.integer({ min: 1, max: 5 }),
      what: fc.integer({ min: 0, max: 9 }),
      gap: fc.integer({ min: 1, max: 4000 }),
    }),
    {
      minLength: 1,
      maxLength: 150,
    },
  )
  .map((steps) => {
    const open = new Map<number, number>();
    let us = 0;
    const lines = steps.map(({ tid, what, gap }) => {
      us += gap;
      const at = `${100 + tid} ${1700000000 + Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
      const began = open.get(tid);
      if (began !== undefined) {
        open.delete(tid);
        return `${at} <... read resumed>""..., 10) = ${what} <${((us - began) / 1e6).toFixed(6)}>`;
      }
      if (what < 3) {
        open.set(tid, us);
        return `${at} read(3<socket:[77]>,  <unfinished ...>`;
      }
      if (what === 3) return `${at} --- SIGCHLD {si_signo=SIGCHLD} ---`;
      if (what === 4)
        return `${at} clone(child_stack=NULL, flags=CLONE_THREAD|CLONE_VM) = ${101 + ((tid + gap) % 5)} <0.000020>`;
      if (what === 5) return `${at} close(4) = -1 EBADF (Bad file descriptor) <0.000004>`;
      return `${at} write(1</tmp/out.log>, "a, b) = 7 <unfinished ...>\\n"..., ${gap}) = ${gap} <0.000011>`;
    });
    return lines.join('\n') + '\n';
  })
  // A text without any call is refused.
  .filter((text) => /[a-z]\(|resumed/.test(text));

describe('readTrace', () => {
  it('gives the same Trace whatever the number of threads and the place of the cuts', async () => {
    await fc.assert(
      fc.asyncProperty(
        recording,
        fc.integer({ min: 40, max: 2000 }),
        fc.boolean(),
        fc.boolean(),
        async (lines, chunkBytes, packed, large) => {
          const expected = canonical((await readWhole(file('whole', lines))).trace);
          const path = file('cut', packed ? gzipSync(lines) : lines);
          for (const pool of pools) {
            // What a large text's rows lie in, too.
            const { trace } = await readTrace([path], { pool, chunkBytes, largeBytes: large ? 0 : Infinity });
            expect(canonical(trace)).toEqual(expected);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['strace', 'redis-849/incident.strace.gz'],
    ['perf script with scheduler events', 'redis-slow-disk/incident.perf.txt.gz'],
  ])('the same for a real incident in pieces of 200 kB: %s', async (_, name) => {
    const path = join(import.meta.dirname, '../../datasets/bugs', name);
    const content = gunzipSync(readFileSync(path));
    const plain = file('incident', content);
    const whole = await readTrace([plain], { pool: pools[0]!, chunkBytes: content.length });
    expect(whole.trace.length).toBeGreaterThan(10_000);
    for (const input of [path, plain]) {
      const { trace } = await readTrace([input], { pool: pools[1]!, chunkBytes: 200_000, largeBytes: 1e6 });
      expect({ ...trace, columns: null, switches: null }).toEqual({ ...whole.trace, columns: null, switches: null });
      expectSameArrays(trace.columns, whole.trace.columns);
      expectSameArrays(trace.switches ?? {}, whole.trace.switches ?? {});
    }
  });

  const LINES = Array.from(
    { length: 200 },
    (_, i) => `7 1700000000.${String(i).padStart(6, '0')} close(${i}) = 0 <0.000001>\n`,
  );

  it('starts no thread for one job, however many the pieces', async () => {
    const { trace } = await readWhole(file('many-pieces', LINES.join('')), { chunkBytes: 500 });
    expect(trace.length).toBe(LINES.length);
  });

  it('reads a gz of several members, and a file that only looks like one by name', async () => {
    const members = Buffer.concat([gzipSync(LINES.slice(0, 90).join('')), gzipSync(LINES.slice(90).join(''))]);
    for (const content of [members, LINES.join('')]) {
      const { trace, format, formatReason, warnings } = await readWhole(file('a.gz', content));
      expect(trace.length).toBe(200);
      expect(format).toBe('strace');
      expect(formatReason).not.toBe('');
      expect(warnings).toEqual([]);
    }
  });

  it('a gz cut in the middle gives what is there, and says so with file and offset', async () => {
    const whole = gzipSync(LINES.join(''), { level: 0 });
    const path = file('cut.gz', whole.subarray(0, 15 + 44 * 100 + 10));
    const { trace, warnings } = await readWhole(path);
    const complete =
      LINES.join('')
        .slice(0, 44 * 100 + 10)
        .split('\n').length - 1;
    expect(trace.length).toBeGreaterThanOrEqual(complete);
    expect(trace.truncated).toBe(true);
    expect(warnings).toContainEqual({
      code: 'truncated-input',
      args: { path, offset: 15 + 44 * 100 + 10, reason: 'unexpected end of file' },
    });
  });

  it('reads a folder of strace -ff: one file a thread, empty ones included', async () => {
    const folder = join(dir, 'ff');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 't.11'),
      '1700000000.000001 close(3) = 0 <0.000001>\n1700000000.000005 close(4) = 0 <0.000001>\n',
    );
    writeFileSync(join(folder, 't.12.gz'), gzipSync('1700000000.000003 close(5) = 0 <0.000001>\n'));
    writeFileSync(join(folder, 't.13'), '');
    const expected = [
      [11, 0],
      [12, 2000],
      [11, 4000],
    ];
    for (const pool of pools) {
      const { trace } = await readTrace([folder], { pool, chunkBytes: 60 });
      const rows = Array.from({ length: trace.length }, (_, i) => [
        trace.threads[trace.columns.thread[i]!]!.tid,
        Math.round(trace.columns.start[i]!),
      ]);
      expect(rows).toEqual(expected);
    }
  });

  it('joins several traces by time', async () => {
    const paths = [
      file('x.strace', LINES.slice(0, 100).join('')),
      file('y.strace', LINES.slice(100).join('').replace(/^7/gm, '8')),
    ];
    const { trace } = await readTrace(paths, { pool: pools[0]! });
    expect(trace.length).toBe(200);
    expect(trace.threads.map((t) => t.tid)).toEqual([7, 8]);
  });

  it('tells progress up to the end, in bytes as stored', async () => {
    const heard: [number, number | null][] = [];
    const path = file('progress', LINES.join(''));
    await readTrace([path], { pool: pools[1]!, chunkBytes: 1000, onProgress: (...told) => heard.push(told) });
    const size = LINES.join('').length;
    expect(heard.length).toBeGreaterThan(5);
    expect(heard.at(-1)).toEqual([size, size]);
    expect(heard.map(([done]) => done)).toEqual(heard.map(([done]) => done).sort((a, b) => a - b));
  });

  it('stops when cancelled, and the pool is fit for more', async () => {
    const controller = new AbortController();
    const path = file('cancelled', LINES.join('').repeat(50));
    const reading = readTrace([path], {
      pool: pools[1]!,
      chunkBytes: 1000,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect((await failure(reading)).code).toBe('interrupted');
    expect((await readTrace([path], { pool: pools[1]! })).trace.length).toBe(10_000);
  });

  /** Runs `body` in a process of its own, with `readTrace` and a pool at hand and a pipe as its standard input. */
  function inProcess(body: string) {
    const dist = new URL('../../dist/src/', import.meta.url).href;
    const script = `
      import { readTrace } from '${dist}reading/ingest.js';
      import { createPool } from '${dist}pool/pool.js';
      const pool = createPool({ jobs: 2 });
      ${body}
      await pool.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, output: text(child.stdout) };
  }

  it.each([
    ['plain', LINES.join('')],
    ['compressed', gzipSync(LINES.join(''))],
  ])('reads standard input, %s', async (_, content) => {
    const { child, output } = inProcess(`
      const { trace } = await readTrace(['-'], { pool, chunkBytes: 1000, onProgress: (_, total) => console.log(String(total)) });
      console.log(String(trace.length));`);
    child.stdin.end(content);
    const lines = (await output).trim().split('\n');
    expect(lines.at(-1)).toBe('200');
    expect(new Set(lines.slice(0, -1))).toEqual(new Set(['null']));
  });

  it('stops when cancelled while standard input is silent, and lets the process end', async () => {
    const { child, output } = inProcess(`
      const signal = AbortSignal.timeout(200);
      await readTrace(['-'], { pool, signal }).catch((error) => console.log(error.code));`);
    child.stdin.write(LINES.join(''));
    expect((await output).trim()).toBe('time-limit');
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
  });

  it.each([
    ['an empty file', '', 'input-empty', /is empty/],
    ['an empty gz', gzipSync(''), 'input-empty', /is empty/],
    [
      'a gz of which nothing is left',
      gzipSync('x'.repeat(5000)).subarray(0, 12),
      'input-damaged',
      /nothing of the gzip stream/,
    ],
    ['binary garbage', Buffer.from([1, 0, 2, 0, 255, 254]), 'input-format', /it is binary data/],
    ['perf.data', 'PERFILE2' + '\0'.repeat(100), 'input-damaged', /its header is cut off or damaged/],
    ['prose', 'Dear Sir or Madam,\nthe server hangs.\n', 'input-format', /none of the formats.*"Dear Sir or Madam,"/],
  ] as const)('%s is refused with place and advice', async (name, content, code, message) => {
    const path = file(`bad ${name}`, content);
    const error = await failure(readWhole(path));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.place.path).toBe(path);
    expect(error.advice).not.toBe('');
  });

  it('takes the format that it is told', async () => {
    const { format, formatReason } = await readWhole(file('told', LINES.join('')), { format: 'strace' });
    expect([format, formatReason]).toEqual(['strace', 'as asked']);
    expect((await failure(readWhole(join(dir, 'told'), { format: 'morse' }))).code).toBe('usage');
  });
});
