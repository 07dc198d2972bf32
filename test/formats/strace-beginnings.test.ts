/** Texts that were copied from the middle of a line on. */
import { describe, expect, it } from 'vitest';
import { formatById } from '../../src/formats/index.js';
import { readText, rowsOf } from './read-text.js';

const strace = formatById('strace');

/** `what` strace prints before the call of each line, by thread and second. */
const lines = (before: (tid: number, second: number) => string) =>
  [
    [4711, 'epoll_wait(5, [], 64, 1000) = 0 <0.000800>'],
    [4711, 'pread64(7, "abc", 4096, 0) = 3 <0.000012>'],
    [5312, 'openat(AT_FDCWD, "/srv/a", O_RDONLY) = 8 <0.000020>'],
    [4711, 'pread64(7, "abc", 4096, 3) = 3 <0.000012>'],
    [5312, 'close(8) = 0 <0.000010>'],
    [4711, 'epoll_wait(5, [], 64, 1000) = 0 <0.000800>'],
  ].map(([tid, call], second) => before(tid as number, second) + (call as string));

describe.each([
  ['-f -tt -o', (tid: number, second: number) => `${tid}  10:11:1${second}.000100 `],
  ['-f -ttt -o', (tid: number, second: number) => `${tid}  170963341${second}.000100 `],
  ['-f -tt', (tid: number, second: number) => `[pid  ${tid}] 10:11:1${second}.000100 `],
  ['-f -o', (tid: number) => `${tid}  `],
])('%s', (_, before) => {
  const [first, ...others] = lines(before);
  const rest = others.join('\n') + '\n';
  const whole = readText(strace, rest);

  it('takes no thread and no time from what is left of the first line', () => {
    const { threads, clock, endNs } = readText(strace, `${first}\n${rest}`);
    for (let from = 1; from < first!.length; from++) {
      const cut = readText(strace, `${first!.slice(from)}\n${rest}`);
      expect(cut.threads.map(({ tid }) => tid)).toEqual(expect.arrayContaining(threads.map(({ tid }) => tid)));
      expect(cut.threads.length).toBe(threads.length);
      expect(cut.clock).toBe(clock);
      expect(cut.endNs).toBeLessThanOrEqual(endNs);
      // A whole call without a thread is the first one's.
      expect(cut.length - whole.length).toBeLessThanOrEqual(1);
      expect(rowsOf(cut).join('\n')).not.toMatch(/ \d+ (?!epoll_wait|pread64|openat|close)\w+/);
    }
  });
});

it.each([
  ['a first thread of one digit', '1     10:11:11.0 read(3, "", 1) = 0', '11    ', '1'],
  ['hours of one thread', '10:11:11.0 read(3, "", 1) = 0', '', '0'],
])('leaves %s', (_, first, other, tid) => {
  const others = [2, 3, 4, 5].map((second) => `${other}10:11:1${second}.0 read(3, "", 1) = 0\n`).join('');
  const trace = readText(strace, `${first}\n${others}`);
  expect([trace.length, String(trace.threads[0]!.tid)]).toEqual([5, tid]);
});
