/**
 * Memory and time go by what a trace holds, not by the largest number in it, nor by its square. The limits are far from what is
 * needed, and farther still from what a table by number, or a look at all for each, would take.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { perfscope, scratchFolder } from './run.js';
import { PROFILE } from './small-traces.js';

const MOST_BYTES = 500 * 1024 * 1024;
const folder = scratchFolder();
const signatures = folder.at('app.signatures.json');

beforeAll(async () => {
  writeFileSync(folder.at('profile.strace-k'), PROFILE);
  expect(await perfscope(['learn', folder.at('profile.strace-k'), '-o', signatures])).toMatchObject({ code: 0 });
});
afterAll(() => folder.dispose());

const lines = (n: number, line: (i: number, time: string) => string) =>
  Array.from({ length: n }, (_, i) => line(i, (1795395800 + i / 1e5).toFixed(6))).join('\n') + '\n';

const TRACES: readonly (readonly [what: string, text: string])[] = [
  [
    'a large descriptor in each of many threads',
    lines(2000, (i, t) => `${1000 + i}  ${t} read(200000, "", 5) = 5 <0.000010>`),
  ],
  [
    'a large new descriptor in each of many threads',
    lines(
      4000,
      (i, t) => `${1000 + (i >> 1)}  ${t} ${i % 2 === 0 ? 'dup(3) = 1000000' : 'read(1000000, "", 5) = 5'} <0.000010>`,
    ),
  ],
  ['another descriptor in each thread', lines(20_000, (i, t) => `${1000 + i}  ${t} read(${i},  <unfinished ...>`)],
  [
    'the largest descriptor there is',
    lines(120, (i, t) =>
      i % 2 === 0
        ? `1000  ${t} accept4(3<TCP:[1:1]>, NULL, NULL, 0) = 2147483647<TCP:[127.0.0.1:1->127.0.0.1:2]> <0.000010>`
        : `1000  ${t} close(2147483647<TCP:[127.0.0.1:1->127.0.0.1:2]>) = 0 <0.000010>`,
    ),
  ],
  [
    'many children of a process with many descriptors',
    lines(20_000, (i, t) => `1000  ${t} openat(AT_FDCWD, "/a", O_RDONLY) = ${i} <0.000001>`) +
      lines(8000, (i) => {
        const t = (1795395801 + i / 1e4).toFixed(6);
        const child = 2000 + (i >> 1);
        return i % 2 === 0 ? `1000  ${t} fork() = ${child} <0.000001>` : `${child}  ${t} read(5, "", 5) = 5 <0.000001>`;
      }),
  ],
  [
    'many names of calls',
    // The beginning tells what a text is: it has calls of Linux only.
    lines(70_000, (i, t) => `1000  ${t} ${i < 20_000 ? 'read' : `sys${i}`}(5) = 5 <0.000010>`),
  ],
];

describe('analyze and inspect', () => {
  it.each(TRACES)('%s', async (_, text) => {
    writeFileSync(folder.at('trace.strace'), text);
    const options = ['-s', signatures, '--any-program', '--max-memory', '500M', '-f', 'json'];
    const ended = await perfscope(['analyze', folder.at('trace.strace'), ...options]);
    expect(ended.code, ended.stderr).toBe(0);
    expect((JSON.parse(ended.stdout) as { peakMemoryBytes: number }).peakMemoryBytes).toBeLessThan(MOST_BYTES);
    const inspected = await perfscope(['inspect', folder.at('trace.strace'), '--max-memory', '500M']);
    expect(inspected.code, inspected.stderr).toBe(0);
  });
});

describe('learn', () => {
  it('deep stacks, of many functions', async () => {
    const frames = (call: number) =>
      Array.from(
        { length: 30_000 },
        (_, k) => ` > /opt/app/server(f${(k * 7 + call) % 20_000}+0x1) [0x${k.toString(16)}]\n`,
      );
    const text = Array.from(
      { length: 3 },
      (_, i) => `1000  1795395800.00${i} read(5, "", 5) = 5 <0.000010>\n${frames(i).join('')}\n`,
    ).join('');
    writeFileSync(folder.at('deep.strace-k'), text);
    const ended = await perfscope(['learn', folder.at('deep.strace-k'), '-o', folder.at('deep.json')]);
    expect(ended.code, ended.stderr).toBe(0);
    const learned = JSON.parse(readFileSync(folder.at('deep.json'), 'utf8')) as { functions: unknown[] };
    expect(learned.functions).toHaveLength(20_000);
    // Without signatures the functions on the trace's own stacks are what there is.
    const alone = await perfscope(['analyze', folder.at('deep.strace-k'), '-f', `html=${folder.at('deep.html')}`]);
    expect(alone, alone.stderr).toMatchObject({ code: 0 });
  });

  it('stacks whose calls are damaged are no stacks', async () => {
    const text =
      '1  1795395232.810516 read(8, ""..., 20) = 20 <0.000013>\ngarbage\n' +
      ' > /lib/libc.so.6(write+0x10) [0xf8350]\n > /opt/x/srv(f+0xbf) [0x9b2f]\n';
    writeFileSync(folder.at('damaged.strace-k'), text);
    const ended = await perfscope(['learn', folder.at('damaged.strace-k'), '-o', folder.at('none.json')]);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/the learning traces hold no call stacks/);
  });
});
