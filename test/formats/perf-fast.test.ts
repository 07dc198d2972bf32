/** The fast reader of perf script lines against the JavaScript reader: the same chunk, whatever the text. */
import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { FastPerf } from '../../src/formats/perf/fast.js';
import { PerfLine } from '../../src/formats/perf/line.js';
import { PerfParser } from '../../src/formats/perf/parser.js';
import { perfScript } from '../../src/formats/perf/script.js';
import { X86_64_CALLS } from '../../src/formats/syscalls/index.js';
import { beginningOf, changesOf, damaged, plainChunk, shippedTraces } from './fast-readers.js';
import { recording, switchText } from './random-perf.js';
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
});

it('reads switches as the JavaScript reader does', () => {
  const ends = fc.constantFrom('\n', '\n', '\r\n', ' \n');
  fc.assert(
    fc.property(fc.array(fc.tuple(switchText, ends), { maxLength: 12 }), (switches) => {
      const line = ([text, end]: [string, string], i: number) =>
        `         my app 1/1     [00${i % 2}]    5.00000${String(i % 10)}:     sched:sched_switch: ${text}${end}`;
      // Twice, so that all names are known.
      compare(
        bytesOf(
          `app 1/1 [000] 1.000000: raw_syscalls:sys_enter: NR 39 ()\n${[...switches, ...switches].map(line).join('')}`,
        ),
      );
    }),
    { numRuns: 500 },
  );
});

it('reads nearly all switches of a machine, also of tasks without calls', () => {
  const shapes = [
    (a: number, b: number) =>
      `prev_comm=task ${a} prev_pid=${a} prev_prio=120 prev_state=S ==> next_comm=task ${b} next_pid=${b} next_prio=120`,
    (a: number, b: number) => `task ${a}:${a} [120] R+ ==> task ${b}:${b} [-1]`,
  ];
  for (const shape of shapes) {
    const lines = Array.from({ length: 20_000 }, (_, i) => {
      const [a, b] = [1 + ((i * 7) % 300), 1 + ((i * 7 + 7) % 300)];
      const at = `   ${5 + Math.floor(i / 1000)}.${String(i % 1000).padStart(9, '0')}`;
      const event = i % 10 === 0 ? `sched:sched_wakeup: comm=task ${b} pid=${b}` : `sched:sched_switch: ${shape(a, b)}`;
      return `${`task ${a}`.padStart(16)} ${String(a).padStart(5)}/${String(a).padEnd(5)} [00${i % 2}] ${at}: ${event}\n`;
    });
    expect(compare(bytesOf(lines.join('')))).toBeGreaterThan(0.95);
  }
});

it('reads chains that are like one before', () => {
  const line = (i: number, chain: string) =>
    `app 1000/1000 [000] 1.${String(i).padStart(9, '0')}: raw_syscalls:sys_${i % 2 === 0 ? 'enter: NR 0 (3)' : 'exit: NR 0 = 1'}\n${chain}\n`;
  const frames = (i: number) => Array.from({ length: 1 + (i % 40) }, (_, n) => `\t ${n} f${i % 60} (/a)\n`).join('');
  const text = Array.from({ length: 5000 }, (_, i) => line(i, i % 7 === 6 ? '' : frames(i))).join('');
  expect(compare(bytesOf(text))).toBeGreaterThan(0.9);
  expect(compare(bytesOf(text.slice(0, 301_234)))).toBeGreaterThan(0.9);
  // More different ones than it keeps, and some that are too long for it.
  const many = Array.from({ length: 3000 }, (_, i) =>
    line(i, `\t 1 f${i} (/a)\n${'\t 2 long (/some/object)\n'.repeat(30)}`),
  );
  compare(bytesOf([...many, ...many].join('')));
  compare(bytesOf(Array.from({ length: 40 }, (_, i) => line(i, '\t 1 f (/a)\n'.repeat(i < 20 ? 5000 : 3))).join('')));
});

it('reads numbers of CPUs beyond 255', () => {
  const line = (i: number) =>
    `app 1/1000 [${String(i).padStart(3, '0')}] 1.00000000${i % 10}: raw_syscalls:sys_enter: NR 39 ()\n`;
  expect(compare(bytesOf(Array.from({ length: 1200 }, (_, i) => line(i)).join('')), false)).toBeGreaterThan(0.8);
});

it('takes no thread for another whose name and ids end alike', () => {
  const line = (head: string, i: number) =>
    `${head} 1.${String(i).padStart(6, '0')}: raw_syscalls:sys_enter: NR 39 ()\n`;
  const heads = ['my app 1/77', 'app 1/77', 'our app 1/77', '77', 'app 77', 'a new app of 15  4194303/4194304', '1/77'];
  const lines = Array.from({ length: 300 }, (_, i) => line(heads[(i * i) % heads.length]!, i));
  compare(bytesOf(lines.join('')));
});

it('takes no CPU without brackets for the id of a thread whose CPU has them', () => {
  const line = (head: string, i: number) => `${head} 1.00000${i}: raw_syscalls:sys_enter: NR 39 ()\n`;
  const heads = ['app 10600   0 [000]', 'app 10600   0', 'app 10600   0', 'app 7/7     0 [000]', 'app 7/7     0'];
  compare(bytesOf(heads.map(line).join('')));
});

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
  [
    'S ==> x',
    'prev_comm=app prev_pid=9 prev_prio=120 prev_state=S ==> next_comm=x next_pid=5 next_prio=120',
    'app:9 [120] R ==> y z:5 [-1]',
  ]
    .flatMap((text) =>
      Array.from({ length: 9 }, (_, i) => `app     9/9     [000]  6.00000000${i}: sched:sched_switch: ${text}`),
    )
    .concat(tellings.slice(0, 8).flatMap((line) => [line, '\t1 f (/a)\n\t2 g (/b)', '']))
    .join('\n'),
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
  'sched:sched_switch: ',
  ' ==> ',
  'prev_state=',
  ' prev_pid=',
  'next_comm=',
  ' next_pid=',
  ' next_prio=',
  ':1 [120]',
);
fragments.push(
  'sched:sched_wakeup: ',
  'cycles:',
  '\t1 f (/a)\n',
  '\n\n',
  'app 9/9 [000] 6.0: sched:sched_stat_wait: x\n',
);
fragments.push(
  'raw_syscalls:sys_enter: NR 0 (3, 0)',
  'raw_syscalls:sys_exit: NR 0 = 1',
  'syscalls:sys_enter_read: fd: 0x1',
  'sched:sched_process_exec: filename=/a pid=1',
);

it('reads damaged lines as the JavaScript reader does', () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), changesOf(fragments), (text, changes) => {
      compare(bytesOf(damaged(text, changes)));
    }),
    { numRuns: 400 },
  );
});

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
  const entry = (i: number) =>
    `app 1000/1000 [000] 1.${String(i).padStart(9, '0')}: raw_syscalls:sys_enter: NR 0 (3)\n`;
  const text = (chain: (i: number) => string) =>
    bytesOf(Array.from({ length: 200 }, (_, i) => entry(i) + chain(i)).join(''));
  compare(text((i) => `\t 14b8 f${i} (/a)\n`.repeat(20)));
  const without = Array.from({ length: 8 }, () => FastPerf.ofThread() === null);
  expect(without).toEqual([true, true, true, true, true, true, true, false]);
  compare(text(() => ''));
  expect(FastPerf.ofThread()).not.toBeNull();
});

it.each(shippedTraces('.perf'))('reads %s', async (file) => {
  expect(compare(await beginningOf(file))).toBeGreaterThan(0.9);
});
