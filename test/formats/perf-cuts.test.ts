import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csv } from '../../src/formats/csv/index.js';
import type { TraceFormat } from '../../src/formats/format.js';
import { perfScript } from '../../src/formats/perf/script.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import { recording } from './random-perf.js';
import { readBytes, rowsOf } from './read-text.js';
import { plain } from './strace-text.js';

it('gives the same trace wherever the text is cut', () => {
  fc.assert(
    fc.property(recording, fc.integer({ min: 1, max: 600 }), (text, size) => {
      const bytes = Buffer.from(text);
      expect(plain(readBytes(perfScript, bytes, size))).toEqual(plain(readBytes(perfScript, bytes)));
    }),
    { numRuns: 400 },
  );
});

it('is not cut between frames, where perf warned of something', () => {
  const text =
    'app 1/1 [001] 5.000000000: \n\t1 f (/a)\nWarning: a word\n\t1 f (/a)\n\n' +
    'app 1/1 [001] 5.000000000: raw_syscalls:sys_enter: NR 0 (3, 1, 2, 0, 0, 0)\n\t1 f (/a)\n\n';
  const bytes = Buffer.from(text);
  expect(plain(readBytes(perfScript, bytes, 1))).toEqual(plain(readBytes(perfScript, bytes)));
  const noise = 'Warning: a word\n';
  expect(perfScript.lastRecordStart(Buffer.from(`${noise.repeat(3)}Warn`))).toBe(2 * noise.length);
});

it('pairs exits with entries as a simple reader does', () => {
  fc.assert(
    fc.property(recording, (text) => {
      const trace = readBytes(perfScript, Buffer.from(text));
      expect(trace.length).toBe(countCalls(text));
    }),
    { numRuns: 400 },
  );
});

/** Every entry is a call, and so is every exit that has none, but for the 0 that a new thread returns from its clone. */
function countCalls(text: string): number {
  const open = new Map<string, string>();
  let calls = 0;
  for (const line of text.split('\n')) {
    const ended = /sched_process_exit: .* pid=(\d)/.exec(line);
    if (ended) open.delete(ended[1]!);
    const [, tid, event, number, result] = /1\/(\d) .*sys_(enter|exit): NR (-?\d+)(?: = (-?\d+))?/.exec(line) ?? [];
    if (tid === undefined) continue;
    if (number === '-1') {
      // Damaged, or the exit of whatever call is open.
      if (event === 'exit') open.delete(tid);
    } else if (event === 'enter') {
      calls++;
      // exit does not come back.
      if (number === '60') open.delete(tid);
      else open.set(tid, number!);
    } else {
      // A thread that returns 0 from its clone is new.
      const isBirth = number === '56' && result === '0';
      if (open.get(tid) !== number && !isBirth) calls++;
      open.delete(tid);
    }
  }
  return calls;
}

const formats: [TraceFormat, string][] = [
  [perfScript, 'app 7/7 [001] 1.000001: raw_syscalls:sys_enter: NR 0 (1c, 0, 0)\n\t 14b8 f(int) (/a)\n\n'],
  [csv, 'ts,tid,syscall,ret,dur,comm\n1.5,7,read,-11,0.5,"a, b"\n2.5,8,futex,0,,c\n'],
];
it.each(formats)('$id reads damaged text without throwing, and says what it did with every line', (format, seed) => {
  const damage = fc.record({
    at: fc.nat(400),
    remove: fc.nat(20),
    insert: fc.oneof(
      fc.constantFrom('\n', '\n\n', '\t', '"', ': ', '=', ' NR ', '==> ', '(', '#', '\r', ',', '-'),
      fc.string(),
    ),
  });
  const prepared = format.prepare?.(Buffer.from(seed), { tid: 0 }) ?? { tid: 0 };
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 6 }), (damages) => {
      let text = seed.repeat(3);
      for (const { at, remove, insert } of damages) text = text.slice(0, at) + insert + text.slice(at + remove);
      const bytes = Buffer.from(text);
      const cut = format.lastRecordStart(bytes);
      expect(cut).toBeGreaterThanOrEqual(0);
      expect(cut).toBeLessThanOrEqual(bytes.length);
      const chunk = format.parseChunk(bytes, prepared);
      expect(chunk.bytes).toBe(bytes.length);
      expect(chunk.skippedLines + chunk.notices).toBeLessThanOrEqual(chunk.lines + 1);
      format.detect(bytes, '');
    }),
    { numRuns: 400 },
  );
});

it('joins an exit to its call where another event of its thread stands before the exits of others', () => {
  const head = (tid: number, time: string) => `app ${tid}/${tid} [001] ${time}:`;
  const before = [
    `${head(7, '1.000001')} raw_syscalls:sys_enter: NR 59 (0, 0, 0, 0, 0, 0)`,
    `${head(8, '1.000002')} raw_syscalls:sys_enter: NR 0 (3, 0, 0, 0, 0, 0)`,
  ];
  const after = [
    `${head(7, '1.000003')} sched:sched_process_exec: filename=/bin/x pid=7 old_pid=7`,
    `${head(8, '1.000004')} raw_syscalls:sys_exit: NR 0 = 5`,
    `${head(7, '1.000005')} raw_syscalls:sys_exit: NR 59 = 0`,
  ];
  const layout = { tid: 0, perf: { architecture: 'x86-64', raw: true, exits: true } } as const;
  const builder = new TraceBuilder('perf-script');
  for (const lines of [before, after])
    builder.append(perfScript.parseChunk(Buffer.from(`${lines.join('\n')}\n`), layout));
  expect(rowsOf(builder.finish())).toEqual([
    '0.000000000 7 execve 0.000004000s 0 @1',
    '0.000001000 8 read:unknown(3) 0.000002000s 5 @1',
  ]);
});
