/** The fast reader of CSV against the JavaScript reader: the same chunk, whatever the text. */
import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { FastRecords } from '../../src/formats/csv/fast.js';
import { CsvParser } from '../../src/formats/csv/parser.js';
import { CsvRow } from '../../src/formats/csv/row.js';
import { csv } from '../../src/formats/csv/index.js';
import type { ParseOptions } from '../../src/formats/format.js';
import { strace } from '../../src/formats/strace/index.js';
import { errnoNames } from '../../src/trace/errno.js';
import { beginningOf, changesOf, damaged, plainChunk, shippedTraces } from './fast-readers.js';
import { bytesOf } from './strace-text.js';

const fast = FastRecords.ofThread();

/** Share of the records that the fast reader took. */
function compare(bytes: Uint8Array, options: ParseOptions = { tid: 0 }): number {
  let layout;
  try {
    layout = csv.prepare!(bytes, options).csv!;
  } catch {
    return 0;
  }
  const records = vi.spyOn(CsvRow.prototype, 'store');
  const quick = new CsvParser(bytes, layout, options.tid, fast).parse();
  const slow = records.mock.calls.length;
  records.mockClear();
  const plain = new CsvParser(bytes, layout, options.tid, null).parse();
  const all = records.mock.calls.length;
  records.mockRestore();
  expect(plainChunk(quick)).toEqual(plainChunk(plain));
  return 1 - slow / Math.max(1, all);
}

it('is there', () => expect(fast).not.toBeNull());

/** What may stand in each column, usual or not; `ns`: of the record. */
type Field = (ns: number) => fc.Arbitrary<string>;
const words = (usual: string[], odd: string[]): Field => {
  const arbitrary = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...usual) }, fc.constantFrom(...odd));
  return () => arbitrary;
};
const times: Record<string, (ns: number) => string> = {
  ts: (ns) => `${1_700_000_000 + Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, '0')}`,
  time: (ns) =>
    `${Math.floor(ns / 1e9)}.${String(ns % 1e9)
      .padStart(9, '0')
      .slice(0, 6)}`,
  ts_ns: (ns) => `${1_700_000_000 + Math.floor(ns / 1e9)}${String(ns % 1e9).padStart(9, '0')}`,
  ts_us: (ns) =>
    `${1_700_000_000 + Math.floor(ns / 1e9)}${String(ns % 1e9)
      .padStart(9, '0')
      .slice(0, 6)}`,
  'ts [ms]': (ns) => String(ns / 1e6),
  timestamp: (ns) => String(ns),
};
const oddTimes = ['', '0', '1e3', '1700000000', '1700000000.', '.5', '2023-11-14 22:13:20.5', '01700000000.5', 'x'];
oddTimes.push('1700000000.1234567891', '17000000001234567891', '1700000000.12345678', '170000000012345', '17.1.2');
oddTimes.push('99999999999.5', '1700000000 ');
const ids = words(
  ['1', '2', '3', '4711'],
  ['12345678', '123456789', '2147483647', '2147483648', '', '-1', ' 2', '0x1'],
);
const durations = words(
  ['0', '0.000004', '123000', '1', '12345678', '1.5'],
  ['123456789', '99999999999', '.5', '', '-1', '1e-3'],
);

const columns: Record<string, Field> = {
  ...Object.fromEntries(
    Object.entries(times).map(([name, time]): [string, Field] => [
      name,
      (ns) => fc.oneof({ weight: 12, arbitrary: fc.constant(time(ns)) }, fc.constantFrom(...oddTimes)),
    ]),
  ),
  pid: ids,
  tid: ids,
  cpu: words(['0', '1', '12'], ['65534', '65535', '70000', '', '-1']),
  syscall: words(
    ['read', 'write', 'futex', 'openat', 'socket', 'epoll_wait', 'sys_enter_read'],
    ['clone', 'exit_group', '0', '232', '', 'a b', 'restart_syscall', 'vfork', 'a_very_long_name_of_a_call'],
  ),
  nr: words(['0', '1', '202', '257', '232'], ['56', '60', '999', '219']),
  ret: words(
    ['0', '1', '-11', '140215512322048', '2147483647', '2147483648', '', '-512'],
    ['-0', '-4095', '-4096', '-99999999999', '?', '?x', '0x10', '-1 EAGAIN (x)', '+1', '-', '9999999999999999999'],
  ),
  dur: durations,
  dur_ns: durations,
  latency_us: durations,
  comm: words(
    ['app', 'app', 'app', 'a name'],
    ['other', 'fifteen letters', 'sixteen letters!', '', '"app"', 'é', 'a\rb', ' app', 'ap\0'],
  ),
  fd: words(['0', '3', '-100', '', '12'], ['-1', '4294967196', '12345678', '123456789', '1.5']),
  errno: words(['', '0', '11', 'EAGAIN'], ['-11', '255', '256', 'EPROTONOSUPPORT', 'ENOTHING', 'E', 'E2BIG', 'eagain']),
  note: words(['', 'x', 'a long remark of more than sixteen bytes'], ['"a, b"', 'a "b"', '"', '\r']),
};
const moments = Object.keys(times);
const calls = ['syscall', 'syscall', 'nr'];
const others = ['pid', 'tid', 'cpu', 'ret', 'comm', 'fd', 'errno', 'note'];
const lengths = ['dur', 'dur_ns', 'latency_us'];

/** Columns in any order, with what their records say; nearly all of them usual where `calm`. */
const texts = fc
  .record({
    moment: fc.constantFrom(...moments),
    call: fc.constantFrom(...calls),
    rest: fc.uniqueArray(fc.constantFrom(...others), { maxLength: 8 }),
    length: fc.constantFrom(...lengths, null),
    order: fc.array(fc.nat(20), { minLength: 12, maxLength: 12 }),
    delimiter: fc.constantFrom(',', ',', '\t', ';', '|', ' '),
    end: fc.constantFrom('\n', '\n', '\r\n'),
    repeat: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ moment, call, rest, length, order, delimiter, end, repeat }) => {
    const names = [moment, call, ...rest, ...(length === null ? [] : [length])];
    const sorted = names.map((name, i) => ({ name, key: order[i]! })).sort((a, b) => a.key - b.key);
    const ns = fc.integer({ min: 0, max: 30_000_000_000 });
    const record = ns.chain((at) => fc.tuple(...sorted.map(({ name }) => columns[name]!(at))));
    return fc.array(record, { maxLength: 25 }).map((records) => {
      const lines = records.map((fields) => fields.join(delimiter));
      const header = sorted.map(({ name }) => name).join(delimiter);
      // The same records again: so their names and threads are known.
      return [header, ...Array.from({ length: repeat }, () => lines).flat(), ''].join(end);
    });
  });

it('reads random records as the JavaScript reader does', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(0, 77), (text, tid) => {
      compare(bytesOf(text), { tid });
    }),
    { numRuns: 1000 },
  );
});

const golden = new URL('golden/csv/', import.meta.url);
const goldens = readdirSync(golden).filter((file) => file.endsWith('.txt'));

describe.each(goldens)('%s', (file) => {
  const text = readFileSync(new URL(file, golden), 'latin1');
  it('is the same, with CRLF and a few bytes less too', () => {
    compare(bytesOf(text));
    compare(bytesOf(text.slice(0, -7)));
    compare(bytesOf(text.replaceAll('\n', '\r\n')));
  });
});

/** A usual text of `n` records. */
function usual(n: number, columns: string, of: (i: number) => string): string {
  return `${columns}\n${Array.from({ length: n }, (_, i) => `${of(i)}\n`).join('')}`;
}
const second = (i: number) => `${1_700_000_000 + Math.floor(i / 10)}.${String(i % 10).padStart(6, '0')}`;
const samples = [
  usual(60, 'ts,pid,tid,cpu,syscall,ret,dur', (i) => `${second(i)},10,${10 + (i % 3)},1,read,${(i % 5) - 2},0.000004`),
  usual(60, 'ts,pid,tid,syscall,fd,ret,dur_ns', (i) => `${second(i)}000,10,10,openat,-100,${i},${i * 100}`),
  usual(60, 'comm;syscall;ts_us;errno', (i) => `redis;write;${1_700_000_000_000_000 + i};${i % 3 ? 'EAGAIN' : ''}`),
  usual(60, 'tid\tts_ns\tnote\tnr', (i) => `7\t${1_700_000_000}${String(i * 1001).padStart(9, '0')}\tx y\t${i % 3}`),
  ...goldens.map((file) => readFileSync(new URL(file, golden), 'latin1')),
];
samples.push(...samples.slice(0, 4).map((text) => text.replaceAll('\n', '\r\n')));

it.each(samples.slice(0, 4))('takes nearly all of usual records', (text) => {
  expect(compare(bytesOf(text))).toBeGreaterThan(0.85);
  expect(compare(bytesOf(text.replaceAll('\n', '\r\n')))).toBeGreaterThan(0.85);
});

/** What may stand in a record where it is not expected. */
const fragments = [
  ...',;\t|"\r\n #-+.?0x9Ee ',
  ',,',
  '""',
  '","',
  ' ,',
  '-1',
  '1e5',
  'EAGAIN',
  '12345678901',
  'exit_group',
];
fragments.push('clone', 'restart_syscall', '\n#', 'redis', 'é', '1700000001', '2023-11-14T22:13:20Z');

it('reads damaged records as the JavaScript reader does', () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), changesOf(fragments), (text, changes) => {
      compare(bytesOf(damaged(text, changes)));
    }),
    { numRuns: 500 },
  );
});

it('knows every error', () => {
  const names = errnoNames();
  compare(bytesOf(usual(names.length * 2, 'ts,syscall,errno', (i) => `${second(i)},read,${names[i >> 1]!}`)));
});

it('forgets a name that it cannot keep', () => {
  const names = ['a', 'a', 'a name of more than 15', 'a name of more than 15', 'a', 'a', 'é', 'a', '', 'a'];
  compare(bytesOf(usual(names.length, 'ts,syscall,comm', (i) => `${second(i)},read,${names[i]!}`)));
});

it('goes on where its room ends', () => {
  const header = 'ts,tid,syscall';
  // More rows than its columns hold: records are shorter than they are thought to be.
  expect(compare(bytesOf(usual(30_000, header, (i) => `${i}.1,1,a`)))).toBeGreaterThan(0.8);
  // More threads than it knows.
  compare(bytesOf(usual(20_000, header, (i) => `${i}.5,${1 + (i % 5000)},read`)));
  // A record longer than its text.
  const long = `${'x'.repeat(300_000)}`;
  const text = usual(12, `${header},note`, (i) => `${second(i)},1,read,${i === 5 ? long : ''}`);
  expect(compare(bytesOf(text))).toBeGreaterThan(0.5);
});

it('is left alone for a while where it finds little, and knows what changed meanwhile', () => {
  const record = (i: number, comm: string, ret: string) => `${second(i)},1,read,${comm},${ret}`;
  const text = usual(8000, 'ts,tid,syscall,comm,ret', (i) =>
    i > 0 && i < 1000 ? record(i, i < 500 ? 'app' : 'other', '0x1') : record(i, 'app', '1'),
  );
  const share = compare(bytesOf(text));
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.9);
});

/** The beginning of a shipped trace as CSV. */
it.each(shippedTraces('incident.strace'))('reads %s as CSV', async (file) => {
  const { rows, columns, calls, threads } = strace.parseChunk(await beginningOf(file), { tid: 1 });
  const records = ['ts,tid,syscall,fd,ret,dur'];
  for (let i = 0; i < rows; i++) {
    const ret = columns.errno[i]! > 0 && columns.errno[i]! < 200 ? -columns.errno[i]! : columns.result[i]!;
    const fd = columns.descriptor[i]! < 0 ? '' : columns.descriptor[i]!;
    const duration = Number.isNaN(columns.duration[i]!) ? '' : (columns.duration[i]! / 1e9).toFixed(9);
    const ts = 1_700_000_000 + Math.floor(columns.start[i]! / 1e9);
    const ns = String(columns.start[i]! % 1e9).padStart(9, '0');
    const { tid } = threads[columns.thread[i]!]!;
    records.push(`${ts}.${ns},${tid},${calls[columns.call[i]!]!},${fd},${ret},${duration}`);
  }
  const bytes = bytesOf(`${records.join('\n')}\n`);
  expect(compare(bytes)).toBeGreaterThan(0.8);
  compare(bytes.subarray(0, bytes.length - 11));
});
