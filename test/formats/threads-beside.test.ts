/** Threads that stand beside lines which name none: told, where they are not read. */
import { expect, it } from 'vitest';
import { comeAgain, threadColumn, threadsLeftOut } from '../../src/formats/wrapping/threads.js';

const calls = [
  'read(3, "a 99 b", 80) = 5 <0.000012>',
  'poll([], 1, 100) = 0 (Timeout)',
  'close(7) = -1 EBADF (Bad file)',
];
const threads = ['711', '712', '711', '713', '712', '713', '711', '712'];
const lines = (of: (call: string, thread: string, i: number) => string) =>
  threads.map((thread, i) => of(calls[i % calls.length]!, thread, i));
const leftOut = (of: (call: string, thread: string, i: number) => string) =>
  threadsLeftOut(
    lines(of),
    lines((call) => call),
  );

it('tells numbers that come again, before and behind calls', () => {
  expect(leftOut((call, thread) => `{"pid":${thread},"msg":"${call}"}`)).toBe('711, 712, 713');
  expect(leftOut((call, thread) => `worker ${thread}: ${call}`)).toBe('711, 712, 713');
  expect(leftOut((call, thread) => `${call}\t${thread}`)).toBe('711, 712, 713');
  expect(leftOut((call, thread) => `| 10:11:12.000100 ${call} | ${thread} |`)).toBe('711, 712, 713');
});

it('tells those that stand on lines of their own, by their names', () => {
  const spread = (of: (call: string, thread: string) => string[]) =>
    threadsLeftOut(
      threads.flatMap((thread, i) => of(calls[i % 3]!, thread)),
      calls,
    );
  expect(spread((call, thread) => ['  {', `    "tid": ${thread},`, `    "log": "${call}"`, '  },'])).toBe(
    '711, 712, 713',
  );
  expect(spread((call, thread) => [`- pid: "${thread}"`, `  log: '${call}'`])).toBe('711, 712, 713');
  expect(spread((call, thread) => [`<thread-id>${thread}</thread-id>`, `<log>${call}</log>`])).toBe('711, 712, 713');
  expect(spread((call, thread) => [`    "bytes": ${thread},`, `    "log": "${call}"`])).toBe('');
});

it('tells nothing of times, numbers of lines and what is the same in all', () => {
  expect(leftOut((call, _, i) => `2024-03-15T10:${20 + (i % 3)}:12.${700 + (i % 3)}Z ${call}`)).toBe('');
  expect(leftOut((call, _, i) => `${100 + i} ${call}`)).toBe('');
  expect(leftOut((call) => `strace[4711]: ${call}`)).toBe('');
  expect(leftOut((call, thread) => `10:11:12 [ ${thread}] [00007f1c2d3e4f50] ${call}`)).toBe('');
  expect(leftOut((call, _, i) => `<${4 + (i % 3)}> ${call}`)).toBe('');
});

it('tells nothing where lines name their threads', () => {
  const named = lines((call, thread) => `${thread} ${call}`);
  expect(
    threadsLeftOut(
      named.map((line, i) => `cpu ${[10, 12, 11][i % 3]} ${line}`),
      named,
    ),
  ).toBe('');
});

it('takes a column by its name, else the only one whose numbers come again', () => {
  const rows = threads.map((thread, i) => ['700', thread, String(20 - (i % 2)), '10:11:12']);
  expect(threadColumn(['pid', 'tid', 'cpu', 'time'], rows)).toBe(1);
  expect(threadColumn(['pid', 'x', 'cpu', 'time'], rows)).toBe(-1);
  expect(threadColumn(null, rows)).toBe(-1);
  expect(
    threadColumn(
      null,
      rows.map(([pid, tid]) => [pid!, tid!]),
    ),
  ).toBe(1);
  expect(comeAgain(['12', '11', '10', '9'])).toBe(false);
});
