/** perf.data through the whole of reading: files that go on, copies that can be read once only, names of frames. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { perfScript } from '../../src/formats/perf/script.js';
import { inlinePool } from '../../src/pool/inline-pool.js';
import { readSources, readTrace } from '../../src/reading/ingest.js';
import { openStream } from '../../src/source/source.js';
import { followDescriptors } from '../../src/trace/descriptors.js';
import { stackNames } from '../helpers/dump-trace.js';
import { sharedFacts } from '../formats/read-perf-data.js';
import { readBytes } from '../formats/read-text.js';

const golden = fileURLToPath(new URL('../formats/golden/perf-data/', import.meta.url));
const pool = inlinePool;
const scratch = mkdtempSync(join(tmpdir(), 'perfscope-perf-data-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What perf script made of it. */
function factsOfText(name: string) {
  const trace = readBytes(perfScript, gunzipSync(readFileSync(join(golden, name))));
  followDescriptors(trace);
  return sharedFacts(trace);
}

it('reads what perf record --switch-output wrote as one recording, in whatever order it is given', async () => {
  const folder = join(golden, 'switched');
  const files = readdirSync(folder).filter((file) => file.includes('.data.'));
  const expected = factsOfText('switched/all.txt.gz');
  expect(expected.length).toBeGreaterThan(files.length);
  for (const order of [files, [...files].reverse()]) {
    const { trace, warnings } = await readTrace(
      order.map((file) => join(folder, file)),
      { pool },
    );
    expect(sharedFacts(trace)).toEqual(expected);
    expect(warnings).toEqual([]);
  }
});

it("strace's text is of the host and builds that FILE.meta.json tells", async () => {
  const file = join(scratch, 'recorded.strace');
  writeFileSync(file, '7 1700000000.000001 getppid() = 1 <0.000001>\n');
  const read = async (meta: string) => {
    writeFileSync(`${file}.meta.json`, meta);
    return await readTrace([file], { pool });
  };
  const about = {
    ...{
      schemaVersion: 1,
      tool: { name: 'perfscope', version: '0' },
      host: 'web1',
      kernel: '6.1',
      command: ['strace', '-f'],
    },
    programs: [{ pid: 7, path: '/usr/bin/app', buildId: 'c0ffee' }, { pid: 8, path: 3 }, null],
  };
  const told = await read(JSON.stringify(about));
  expect(told.formatReason).toBe('of web1, Linux 6.1, recorded with strace -f');
  expect([...told.trace.builds!]).toEqual([['/usr/bin/app', 'c0ffee']]);
  expect(told.warnings).toEqual([]);
  expect((await read('{')).warnings.map((w) => w.code)).toEqual(['recording-meta-damaged']);
  const foreign = await read('{"schemaVersion": 1}');
  expect([foreign.formatReason, foreign.trace.builds, foreign.warnings]).toEqual([
    '1 of 1 lines are strace calls',
    undefined,
    [],
  ]);
});

it('says where it is cut off if that is before the first call', async () => {
  const bytes = gunzipSync(readFileSync(join(golden, 'plain.data.gz')));
  const file = join(scratch, 'cut.data');
  const begin = Number(bytes.readBigUInt64LE(40));
  writeFileSync(file, bytes.subarray(0, begin + 200));
  await expect(readTrace([file], { pool })).rejects.toMatchObject({
    code: 'input-damaged',
    message: expect.stringMatching(/cut off or damaged before its first system call/) as string,
    place: { path: file, offset: expect.any(Number) as number },
  });
});

it.each(['plain', 'piped', 'packed'])('%s is the same from a file, a packed file and a stream', async (name) => {
  const packed = join(golden, `${name}.data.gz`);
  const bytes = gunzipSync(readFileSync(packed));
  const file = join(scratch, `${name}.data`);
  writeFileSync(file, bytes);
  async function* blocks() {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  }
  const expected = factsOfText(`${name}.txt.gz`);
  for (const path of [file, packed]) expect(sharedFacts((await readTrace([path], { pool })).trace)).toEqual(expected);
  const stream = { sources: [await openStream('-', '', null, blocks())], perThread: false };
  const { trace, format, formatReason } = await readSources([stream], { pool });
  expect(sharedFacts(trace)).toEqual(expected);
  expect([format, formatReason]).toEqual(['perf-data', expect.stringContaining('of vm, Linux')]);
  expect(trace.bytes).toBeGreaterThan(1000);
});

it('refuses text under the name of the format, and the format under the name of text', async () => {
  const text = join(scratch, 'text');
  writeFileSync(text, '1 read(3, "", 1) = 0\n');
  const data = join(golden, 'plain.data.gz');
  await expect(readTrace([text], { pool, format: 'perf-data' })).rejects.toThrow(/is no perf-data/);
  await expect(readTrace([data], { pool, format: 'strace' })).rejects.toThrow(/is a file of perf-data, and no text/);
});

const compiler = ['cc', 'gcc', 'clang'].find((name) =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name))),
);

/** A recording of a program whose functions keep frame pointers; null where that cannot be had. */
function recorded(): { data: string; program: string } | null {
  if (compiler === undefined) return null;
  const source = join(scratch, 'calls.c');
  const [program, data] = [join(scratch, 'calls'), join(scratch, 'calls.data')];
  writeFileSync(
    source,
    `#include <unistd.h>
     #define FRAME __attribute__((noinline))
     static FRAME void inner(int fd) { char c; if (read(fd, &c, 1) > 0) write(1, &c, 1); __asm__(""); }
     FRAME void outer(int fd) { inner(fd); __asm__(""); }
     int main(void) { for (int i = 0; i < 3; i++) outer(0); return 0; }`,
  );
  try {
    execFileSync(compiler, ['-O1', '-fno-omit-frame-pointer', '-o', program, source], { stdio: 'ignore' });
    const options = ['-q', '-g', '-o', data, '-e', 'raw_syscalls:*', '--', program];
    execFileSync('perf', ['record', ...options], { stdio: ['ignore', 'ignore', 'ignore'] });
    return { data, program };
  } catch {
    return null;
  }
}

const made = recorded();

it.skipIf(made === null)(
  'names frames by the program, and not by another build of it (skipped without perf or a compiler)',
  async () => {
    const { data, program } = made!;
    const namesOf = async () => {
      const { trace, warnings } = await readTrace([data], { pool });
      const row = trace.columns.call.lastIndexOf(trace.calls.indexOf('read'), trace.length - 1);
      return {
        names: stackNames(trace, trace.columns.stack![row]!).slice(1, 3),
        codes: warnings.map(({ code }) => code),
      };
    };
    expect(await namesOf()).toEqual({ names: ['outer', 'main'], codes: [] });
    copyFileSync('/bin/sh', program);
    expect(await namesOf()).toEqual({
      names: [`(${program})`, `(${program})`],
      codes: ['binary-other-build'],
    });
  },
);
