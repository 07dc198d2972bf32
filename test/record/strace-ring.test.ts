/** The ring of strace's text with a tracer made by hand: whatever the disk does, the pipe is read, for the program waits for that. */
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { StraceRing } from '../../src/record/ring/strace-ring.js';
import type { Ended, Tracer } from '../../src/record/tracer.js';
import { until } from '../helpers/running.js';
import { scratchFolder } from '../cli/run.js';

const scratch = scratchFolder();
afterAll(() => scratch.dispose());
afterEach(() => void vi.useRealTimers());

const END: Ended = { code: 0, signal: null, error: null };
const tracer: Tracer = {
  pid: 1,
  said: () => '',
  onLine: () => () => undefined,
  ended: Promise.resolve(END),
  hasEnded: () => false,
  signal: () => undefined,
  stop: () => Promise.resolve(END),
};

it('goes on reading while nothing can be written, counts what it dropped, and writes again when that is over', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const folder = scratch.at('ring');
  const said: string[] = [];
  const log = (_: string, line: string) => void said.push(line);
  const pipe = new PassThrough();
  const options = { target: { kind: 'pid', pids: [1] }, seconds: 60, folder, maxBytes: 2 ** 20, log } as const;
  const ring = new StraceRing(tracer, [], options, pipe);
  // There is no folder yet, as good as a disk without room.
  for (let i = 1; i <= 3; i++) {
    pipe.write(`1 1.0 lost${i}() = 0\n1 1.0 lost() = 0\n`);
    await until('the lines', () => ring.status().lost === 2 * i);
  }
  expect(said).toEqual([expect.stringContaining('the ring cannot be written')]);
  mkdirSync(folder);
  vi.advanceTimersByTime(1000);
  pipe.write('1 2.0 kept() = 0\n');
  await until('a file', () => readdirSync(folder).length > 0);
  pipe.end();
  await ring.ended;
  const { paths, lost } = await ring.snapshot(scratch.path, 60);
  expect(paths.map((file) => readFileSync(file, 'utf8'))).toEqual(['1 2.0 kept() = 0\n']);
  expect(lost).toBe(6);
});
