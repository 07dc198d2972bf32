import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { look, parseTotals, ratesBetween, totalsOf } from '../../src/watch/triggers/figures.js';
import { until } from '../helpers/running.js';

const io = 'rchar: 5\nwchar: 6\nsyscr: 120\nsyscw: 30\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n';
const stat = '42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 4 0 12345 1000 100 18446744073709551615';

it('reads what /proc says of a process, whatever its name', () => {
  expect(parseTotals(io, stat)).toEqual({ reads: 120, writes: 30, cpu: 4 });
  expect(parseTotals('', stat)).toBe(null);
  expect(parseTotals(io, '')).toBe(null);
});

it('rates are of processes that were there both times', () => {
  const at = (ms: number, ...of: [number, number][]) => {
    return { at: ms, of: new Map(of.map(([pid, n]) => [pid, { reads: n, writes: 2 * n, cpu: n / 100 }])) };
  };
  expect(ratesBetween(at(0, [1, 0], [2, 500]), at(2000, [1, 100], [3, 900]))).toEqual({
    reads: 50,
    writes: 100,
    cpu: 0.5,
  });
  expect(ratesBetween(at(0, [1, 0]), at(2000, [3, 900]))).toBe(null);
  // A number that was given to another process.
  expect(ratesBetween(at(0, [1, 900]), at(2000, [1, 5]))).toEqual({ reads: 0, writes: 0, cpu: 0 });
});

it.skipIf(!existsSync('/proc/self/io'))('reads this very kernel', async () => {
  const child = spawn('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'], { stdio: 'ignore' });
  try {
    await until('dd', async () => (await totalsOf(child.pid!)) !== null);
    const before = await look([child.pid!], 0);
    const done = (await totalsOf(child.pid!))!.reads;
    await until('dd to read', async () => (await totalsOf(child.pid!))!.reads > done + 1000);
    const rates = ratesBetween(before, await look([child.pid!], 300))!;
    expect(rates.reads).toBeGreaterThan(100);
    expect(rates.writes).toBeGreaterThan(100);
  } finally {
    child.kill('SIGKILL');
  }
  expect(await totalsOf(2 ** 30)).toBe(null);
});
