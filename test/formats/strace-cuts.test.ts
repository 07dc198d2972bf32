import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { texts } from './random-strace.js';
import { parse, plain } from './strace-text.js';

it('gives the same trace wherever the text is cut', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }), (text, limits) => {
      const bytes = Buffer.from(text, 'latin1');
      expect(plain(parse(bytes, limits))).toEqual(plain(parse(bytes)));
    }),
    { numRuns: 600 },
  );
});

it('places calls within their seconds the same whether a notice stands in a piece of its own or not', () => {
  const text =
    '1  23:59:55 --- SIGCHLD {si_pid=2} ---\n' +
    '1  23:59:56 read(3<TCP:[1->2]>, "", 4) = 0 <0.008968>\n' +
    '1  23:59:56 read(3<TCP:[1->2]>, "", 4) = 0 <12.000000>  <-- ';
  const whole = parse(Buffer.from(text, 'latin1'));
  expect(plain(parse(Buffer.from(text, 'latin1'), [1]))).toEqual(plain(whole));
  expect([...whole.columns.start]).toEqual([0, 504_484_000]);
});

it('ends no other thread where lines that name none tell of an execve', () => {
  const text =
    '[pid  3] 1700086395.000000 read(3, "", 4) = 0\n' +
    '[pid  2] 1700086395.000000 +++ exited with 0 +++\n' +
    '1700086396.500000 +++ superseded by execve in pid 3 +++\n' +
    '1700086396.500000 read(3, "", 4) = 0\n';
  const whole = parse(Buffer.from(text, 'latin1'));
  expect(plain(parse(Buffer.from(text, 'latin1'), [1]))).toEqual(plain(whole));
  expect(whole.threads.map(({ tid, exitNs }) => [tid, exitNs])).toEqual([
    [3, 1_500_000_000],
    [2, 0],
    [0, null],
  ]);
});

it('ends the thread that another line tells of, though lines that name none stand between', () => {
  const text =
    '[pid  3] 1700086395.000000 read(3,  <unfinished ...>\n' +
    '[pid  4] 1700086395.500000 +++ exited with 0 +++\n' +
    '1700086396.000000 getpid() = 3\n' +
    '[pid  5] 1700086396.500000 +++ superseded by execve in pid 3 +++\n' +
    '[pid  3] 1700086397.000000 getpid() = 3\n';
  const whole = parse(Buffer.from(text, 'latin1'));
  expect(plain(parse(Buffer.from(text, 'latin1'), [1]))).toEqual(plain(whole));
  expect(whole.threads.map(({ tid, exitNs }) => [tid, exitNs])).toEqual([
    [3, 1_500_000_000],
    [4, 500_000_000],
    [5, 1_500_000_000],
    [3, null],
  ]);
});

it('reads damaged recordings without throwing, and the same wherever they are cut', () => {
  const recordings = ['pids', 'terminal', 'stacks'].map((name) =>
    readFileSync(new URL(`golden/strace/${name}.strace`, import.meta.url)).subarray(0, 9_000),
  );
  const damage = fc.array(
    fc.tuple(fc.nat(8_999), fc.oneof(fc.integer({ min: 11, max: 255 }), fc.constantFrom(34, 40, 41, 60, 62, 32))),
    {
      maxLength: 40,
    },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...recordings),
      damage,
      fc.array(fc.integer({ min: 20, max: 3000 }), { minLength: 1, maxLength: 4 }),
      (recording, changes, limits) => {
        const bytes = Uint8Array.from(recording);
        for (const [at, value] of changes) {
          // Not who and when: a clock gone wild, or none, shows what the first piece took it for.
          const inLeader = at - bytes.subarray(0, at).lastIndexOf(10) < 40;
          if (!inLeader) bytes[at] = value;
        }
        const whole = parse(bytes);
        expect(plain(parse(bytes, limits))).toEqual(plain(whole));
        expect(whole.length + whole.skipped.lines + whole.notices).toBeLessThanOrEqual(
          whole.lines + whole.threads.length,
        );
      },
    ),
    { numRuns: 100 },
  );
});
