import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock } from '../../src/batch/lock.js';
import { scratchFolder } from '../cli/run.js';

let scratch: ReturnType<typeof scratchFolder>;
beforeEach(() => (scratch = scratchFolder()));
afterEach(() => scratch.dispose());

const held = () => JSON.parse(readFileSync(scratch.at('.lock'), 'utf8')) as Record<string, unknown>;

test('one at a time; free again after release', async () => {
  const lock = await takeLock(scratch.path);
  await expect(takeLock(scratch.path)).rejects.toThrow(`process ${process.pid}`);
  await lock.release();
  expect(readdirSync(scratch.path)).toEqual([]);
  await (await takeLock(scratch.path)).release();
});

test('of many who come at once, one gets it', async () => {
  const taken = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(scratch.path)));
  expect(taken.filter((t) => t.status === 'fulfilled')).toHaveLength(1);
});

test('the lock of a process that is no more is taken over', async () => {
  await takeLock(scratch.path);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(scratch.at('.lock'), JSON.stringify({ ...held(), pid: dead }));
  const lock = await takeLock(scratch.path);
  expect(held()['pid']).toBe(process.pid);
  await lock.release();
});

test('a number of a process that was given again is no holder', async () => {
  await takeLock(scratch.path);
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  try {
    // Alive, but begun at another time than the holder.
    writeFileSync(scratch.at('.lock'), JSON.stringify({ ...held(), pid: other.pid }));
    await (await takeLock(scratch.path)).release();
  } finally {
    other.kill('SIGKILL');
  }
});

test("another machine's lock is respected", async () => {
  await takeLock(scratch.path);
  writeFileSync(scratch.at('.lock'), JSON.stringify({ ...held(), host: 'elsewhere', pid: 1 }));
  await expect(takeLock(scratch.path)).rejects.toThrow('process 1 on elsewhere');
});

const notLocks: [string, (file: string) => void][] = [
  ...['', 'null', '{}', '[]', 'x', '{"pid":0,"host":"x","boot":"","started":""}', 'x'.repeat(10_000)].map(
    (text): [string, (file: string) => void] => [
      JSON.stringify(text.slice(0, 50)),
      (file) => writeFileSync(file, text),
    ],
  ),
  ['a folder', (file) => mkdirSync(path.join(file, 'x'), { recursive: true })],
  ['a pipe', (file) => execFileSync('mkfifo', [file])],
  ['a link to a device', (file) => symlinkSync('/dev/zero', file)],
  ['a link to nowhere', (file) => symlinkSync('/nonexistent', file)],
];
test.each(notLocks)('%s instead of a lock keeps nobody out, and that is said', async (_, put) => {
  put(scratch.at('.lock'));
  const said: string[] = [];
  const lock = await takeLock(scratch.path, (_level, { code }) => said.push(code));
  expect(held()['pid']).toBe(process.pid);
  expect(said).toEqual(['lock-damaged']);
  await lock.release();
  expect(existsSync(scratch.at('.lock'))).toBe(false);
});
