/** The fast reader of perf script lines against the JavaScript reader: the same chunk, whatever the text. */
import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { FastPerf } from '../../src/formats/perf/fast.js';
import { PerfLine } from '../../src/formats/perf/line.js';
import { PerfParser } from '../../src/formats/perf/parser.js';
import { perfScript } from '../../src/formats/perf/script.js';
import { X86_64_CALLS } from '../../src/formats/syscalls/index.js';
import { beginningOf, changesOf, damaged, expectCompiled, plainChunk, shippedTraces } from './fast-readers.js';
import { recording } from './random-perf.js';
import { bytesOf } from './strace-text.js';

const fast = FastPerf.ofThread();

/** Share of the lines of events that the fast reader took. */
function compare(bytes: Uint8Array, exits?: boolean): number {
  const prepared = perfScript.prepare!(bytes, { tid: 0 }).perf!;
  const layout = { ...prepared, exits: exits ?? prepared.exits };
  const lines = vi.spyOn(PerfLine.prototype, 'read');
  const reading = new PerfParser(bytes, layout, fast);
  lines.mockClear();
  const quick = reading.parse();
  const slow = lines.mock.calls.length;
  lines.mockClear();
  const plain = new PerfParser(bytes, layout, null).parse();
  const all = lines.mock.calls.length;
  lines.mockRestore();
  expect(plainChunk(quick)).toEqual(plainChunk(plain));
  return 1 - slow / Math.max(1, all);
}

it('is there', () => expect(fast).not.toBeNull());

/** Ways of perf to show who and when. */
const heads: ((name: string, tid: string, cpu: string, s: string, ns: string) => string)[] = [
  (name, tid, cpu, s, ns) => `${name} 1/${tid} [00${cpu}] ${s}.${ns}:`,
  (name, tid, cpu, s, ns) => `${name.padStart(16)} 18651/${tid.padEnd(5)} [00${cpu}] ${s.padStart(5)}.${ns}: `,
  (name, tid, cpu, s, ns) => `${name} ${tid} [00${cpu}] ${s}.${ns.slice(0, 6)}:`,
  (name, tid, _, s, ns) => `${name.padStart(16)}  ${tid} ${1_700_000_000 + Number(s)}.${ns}:`,
  (name, tid, cpu, s, ns) => `${name}: 1: a name of a thread 1/${tid} [00${cpu}] ${s}.${ns}:`,
  (name, tid, cpu, s, ns) => `${name} 1/${tid} [10${cpu}0] K ${s}.${ns}: 1`,
];
const HEAD = /^(\S.*?) 1\/(\d) \[00(\d)\] (\d+)\.(\d{9}):/gm;

function withHead(text: string, head: number): string {
  return text.replace(HEAD, (_, ...parts: string[]) =>
    heads[head]!(parts[0]!, parts[1]!, parts[2]!, parts[3]!, parts[4]!),
  );
}

it('reads random recordings as the JavaScript reader does', () => {
  fc.assert(
    fc.property(recording, fc.nat(heads.length - 1), fc.boolean(), (text, head, exits) => {
      compare(bytesOf(withHead(text, head)), exits);
    }),
    { numRuns: 500 },
  );
}, 30_000);

const golden = new URL('golden/perf-script/', import.meta.url);
const goldens = readdirSync(golden).filter((file) => file.endsWith('.txt'));

describe.each(goldens)('%s', (file) => {
  const text = readFileSync(new URL(file, golden), 'latin1');
  it('is the same, with CRLF and a few bytes less too', () => {
    compare(bytesOf(text));
    compare(bytesOf(text.slice(0, -7)));
    compare(bytesOf(text.replaceAll('\n', '\r\n')));
  });
});

/** Arguments and results at the borders of what the fast reader takes, of every call. */
const values = ['0', '1', '2', '3', '4', '6', 'a', '10', '11', '26', '40', '81', '10000', '10241', '406', 'ffffff9c'];
values.push('10e', 'ffffffffffffff9c', 'ffffffff', '7fffffff', '80000000', '123456789abcdef01', '');
const results = ['0', '1', '-0', '-1', '-11', '-133', '-134', '-512', '-515', '-516', '-4095', '-4096', '2147483647'];
results.push('2147483648', '94180000000000', '-94180000000000', '12345678', '123456789', '9223372036854775807', '');

const numbers = [...X86_64_CALLS.keys(), 999, 2047, 2048, 12345, 0x40000000];
/** Two of three calls of one kind: what is new to the fast reader is read once by the other. */
const borders = numbers.flatMap((number, i) =>
  [0, 1, 2].flatMap((round) => {
    const pick = (list: readonly string[], n: number) => list[(i * 7 + n * 5 + round * 3) % list.length]!;
    const args = [0, 1, 2, 3, 4, 5].map((n) => pick(values, n)).join(', ');
    const at = (n: number) => `5.${String((round * 1000 + i) * 2 + n).padStart(9, '0')}`;
    const head = (n: number) => `${'app'.padStart(16)} 4711/${4711 + (i % 3)} [00${i % 3}]  ${at(n)}:`;
    return [
      `${head(0)} raw_syscalls:sys_enter: NR ${number} (${args})`,
      `${head(1)}  raw_syscalls:sys_exit: NR ${number} = ${pick(results, 0)}`,
    ];
  }),
);
/** Calls that tell by their arguments, each with every value in every place. */
const telling = [
  'futex',
  'epoll_ctl',
  'fcntl',
  'epoll_wait',
  'epoll_pwait',
  'poll',
  'open',
  'openat',
  'openat2',
  'creat',
];
telling.push('socket', 'socketpair', 'setsockopt', 'getsockopt', 'ppoll', 'read', 'pipe2', 'getdents64', 'fchdir');
const tellings = telling.flatMap((name, c) =>
  values.flatMap((value, v) =>
    [0, 1, 2, 3].flatMap((place) => {
      const args = ['2', '1', '80001', '5', '0', '0'];
      args[place] = value;
      const head = (n: number) =>
        `app     9/9     [000]  6.${String(c * 100_000 + v * 100 + place * 2 + n).padStart(9, '0')}:`;
      const number = X86_64_CALLS.indexOf(name);
      return [
        `${head(0)}   raw_syscalls:sys_enter: NR ${number} (${args.join(', ')})`,
        `${head(1)}    raw_syscalls:sys_exit: NR ${number} = ${v - 3}`,
      ];
    }),
  ),
);
const samples = [
  ...goldens.map((file) => readFileSync(new URL(file, golden), 'latin1').slice(0, 8000)),
  ...heads.map((_, head) =>
    withHead(
      borders
        .slice(0, 120)
        .join('\n')
        .replace(/^ +app 4711\/47(1)1/gm, 'app 1/$1')
        .replace(/^.*4711.*\n/gm, '')
        .replaceAll('  5.', ' 5.'),
      head,
    ),
  ),
  borders.slice(-400).join('\n'),
  tellings.slice(0, 400).join('\n'),
];

it('reads every call and argument as the JavaScript reader does', () => {
  expect(compare(bytesOf(`${borders.join('\n')}\n`))).toBeGreaterThan(0.4);
  expect(compare(bytesOf(`${tellings.join('\n')}\n`))).toBeGreaterThan(0.95);
  compare(bytesOf(`${tellings.join('\n')}\n`), false);
  compare(bytesOf(`# arch : aarch64\n${tellings.join('\n')}\n`));
});

it.each(samples)('reads samples as the JavaScript reader does', (text) => {
  compare(bytesOf(text));
});

/** What may stand in a line where it is not expected. */
const fragments = [...'()[]{}=,."-+*/: 0x9Ef_\r\n\t#', ' NR ', 'NR -1', '_exit:', '_enter:', ' = ', '  ', ': ', '1: '];
fragments.push('raw_syscalls:', 'sched:sched_process_exit: comm=x pid=1', 'app', '[000] ', '7.', '12345678901', '-11');
fragments.push(
  'raw_syscalls:sys_enter: NR 0 (3, 0)',
  'raw_syscalls:sys_exit: NR 0 = 1',
  'sched:sched_process_exec: filename=/a pid=1',
);

it('reads damaged lines as the JavaScript reader does', () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), changesOf(fragments), (text, changes) => {
      compare(bytesOf(damaged(text, changes)));
    }),
    { numRuns: 400 },
  );
}, 60_000);

it('finds the time where it looked further behind in the line before', () => {
  const line = (name: string, i: number) => `${name} 1/1000 [000] 1.00000${i % 10}: raw_syscalls:sys_enter: NR 39 ()\n`;
  // So much longer that its time ends where the event's name does in the others.
  const longer = 'a'.repeat(1 + ' raw_syscalls:sys_enter:'.length);
  const text = [line(longer, 0), line(longer, 0), ...Array.from({ length: 200 }, (_, i) => line('a', i))].join('');
  expect(compare(bytesOf(text), false)).toBeGreaterThan(0.9);
});

it('goes on where its room ends', () => {
  const lines = (n: number, of: (i: number) => string) => bytesOf(Array.from({ length: n }, (_, i) => of(i)).join(''));
  const head = (i: number, tid: number) => `a 1/${tid} [000] 1.${String(i).padStart(6, '0')}:`;
  const enter = (i: number, tid: number) => `${head(i, tid)} raw_syscalls:sys_enter: NR 39 ()\n`;
  // More rows than its columns hold.
  expect(
    compare(
      lines(30_000, (i) => enter(i, 1000)),
      false,
    ),
  ).toBeGreaterThan(0.5);
  // More threads than it knows.
  compare(lines(20_000, (i) => enter(i, 1000 + (i % 5000))));
  // A line longer than its text.
  const long = `${head(5, 1000)} raw_syscalls:sys_enter: NR 1 (${'1, '.repeat(100_000)}1)\n`;
  expect(
    compare(
      lines(12, (i) => (i === 5 ? long : enter(i, 1000))),
      false,
    ),
  ).toBeGreaterThan(0.5);
});

it('is left alone for a while where it finds little, and knows what changed meanwhile', () => {
  const line = (i: number, name: string, event: string) =>
    `${name} 1000/1000 [000] 1.${String(i).padStart(9, '0')}: raw_syscalls:${event}\n`;
  const odd = Array.from({ length: 1000 }, (_, i) => line(i, i < 500 ? 'app' : 'other', 'sys_exit: NR -1 = 1'));
  const usual = Array.from({ length: 6000 }, (_, i) => line(1000 + i, 'app', 'sys_enter: NR 0 (3)'));
  const share = compare(bytesOf([usual[0], ...odd, ...usual].join('')));
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.9);
});

it('is left out for some chunks behind one in which it found little', () => {
  const chain = '\t 14b8 f (/a)\n'.repeat(20);
  const entry = (i: number) =>
    `app 1000/1000 [000] 1.${String(i).padStart(9, '0')}: raw_syscalls:sys_enter: NR 0 (3)\n`;
  const text = (lines: string) => bytesOf(Array.from({ length: 200 }, (_, i) => entry(i) + lines).join(''));
  compare(text(chain));
  const without = Array.from({ length: 8 }, () => FastPerf.ofThread() === null);
  expect(without).toEqual([true, true, true, true, true, true, true, false]);
  compare(text(''));
  expect(FastPerf.ofThread()).not.toBeNull();
});

it.each(shippedTraces('.perf'))('reads %s', async (file) => {
  // Nearly all lines of calls; where each has a chain behind it, it is not worth its calls.
  expect(compare(await beginningOf(file))).toBeGreaterThan(file.includes('stacks') ? 0.2 : 0.75);
});

it('is compiled from its source', () => expectCompiled('perf'));
