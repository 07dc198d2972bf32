/** Rows, pairs, threads and outcomes of shipped recordings against counts made with regular expressions, line by line. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dumpTrace } from '../helpers/dump-trace.js';
import { NO_STACK } from '../../src/trace/stacks.js';
import { FLAG_UNFINISHED } from '../../src/trace/table.js';
import { parse, plain } from './strace-text.js';

const LINE = /^(\d+) +(\d+)\.(\d{6}) (.*)$/;
const WHOLE = /^(\w+)\(.*\) += (\?|-?\d+|0x[0-9a-f]+)(<.*>)?( (E\w+) \(.*\)| \(.*\))?( <(\d+)\.(\d{6})>)?$/;
const RESUMED =
  /^<\.\.\. (\w+) resumed>.*\) += (\?|-?\d+|0x[0-9a-f]+)(<.*>)?( (E\w+) \(.*\)| \(.*\))?( <(\d+)\.(\d{6})>)?$/;
const BEGUN = /^(\w+)\(.*<unfinished \.\.\.>$/;

interface Counts {
  rows: number;
  byCall: Record<string, number>;
  errors: Record<string, number>;
  unfinished: number;
  stacks: number;
  tids: Set<string>;
  durationNs: number;
}

function countByRegex(text: string): Counts {
  const counts: Counts = { rows: 0, byCall: {}, errors: {}, unfinished: 0, stacks: 0, tids: new Set(), durationNs: 0 };
  const open = new Map<string, string>();
  let owned = false;
  const add = (record: Record<string, number>, key: string) => (record[key] = (record[key] ?? 0) + 1);
  const unfinished = (name: string) => {
    if (!name.startsWith('exit')) counts.unfinished++;
  };
  for (const line of text.split('\n')) {
    if (line.startsWith(' > ')) {
      if (owned && !line.includes('unexpected')) counts.stacks++;
      if (!line.includes('unexpected')) owned = false;
      continue;
    }
    owned = false;
    const [, tid, , , body] = LINE.exec(line) ?? [];
    if (body === undefined) continue;
    const outcome = (m: RegExpExecArray) => {
      owned = true;
      if (m[5]) add(counts.errors, m[5].startsWith('ERESTART') ? 'ERESTART' : m[5]);
      else if (m[2] === '?') unfinished(m[1]!);
      if (m[6]) counts.durationNs += Number(m[7]) * 1e9 + Number(m[8]) * 1e3;
    };
    let m: RegExpExecArray | null;
    if ((m = RESUMED.exec(body))) {
      expect(open.get(tid!)).toBe(m[1]);
      open.delete(tid!);
      outcome(m);
    } else if ((m = BEGUN.exec(body)) ?? (m = WHOLE.exec(body)) ?? (m = /^(\w+)\(/.exec(body))) {
      counts.rows++;
      counts.tids.add(tid!);
      add(counts.byCall, m[1]!);
      if (WHOLE.exec(body)) outcome(m);
      else open.set(tid!, m[1]!);
    }
  }
  for (const name of open.values()) unfinished(name);
  return counts;
}

const FILES = [
  'redis-healthy/incident.strace.gz',
  'memcached-ae6f426/incident.strace.gz',
  'postgresql-nightly-job/incident.strace.gz',
  'haproxy-slow-network/profile-1.strace-k.gz',
  'httpd-37680/profile-2.strace-k.gz',
];

describe.each(FILES)('%s', (file) => {
  const bytes = gunzipSync(readFileSync(new URL(`../../datasets/bugs/${file}`, import.meta.url)));
  const trace = parse(bytes);
  const { columns } = trace;

  it('has the rows that regular expressions find', () => {
    const counts = countByRegex(bytes.toString('latin1'));
    const byCall: Record<string, number> = {};
    for (const call of columns.call) byCall[trace.calls[call]!] = (byCall[trace.calls[call]!] ?? 0) + 1;
    expect(trace.length).toBe(counts.rows);
    expect(byCall).toEqual(counts.byCall);
    expect(new Set(trace.threads.map(({ tid }) => String(tid)))).toEqual(counts.tids);
    expect(columns.flags.filter((flags) => flags & FLAG_UNFINISHED).length).toBe(counts.unfinished);
    expect(columns.stack?.filter((stack) => stack !== NO_STACK).length ?? 0).toBe(counts.stacks);
    expect(trace.skipped.lines).toBe(0);
    const errors: Record<string, number> = {};
    for (const line of dumpTrace(trace).split('\n')) {
      const errno = /=(E\w+) /.exec(line)?.[1];
      if (errno) errors[errno] = (errors[errno] ?? 0) + 1;
    }
    expect(errors).toEqual(counts.errors);
  });

  it('is the same when cut into pieces', () => {
    const pieces = parse(bytes, [100_000, 30_001, 7_777]);
    expect(dumpTrace(pieces)).toBe(dumpTrace(trace));
    expect({ ...pieces, columns: null, stacks: null }).toEqual({ ...trace, columns: null, stacks: null });
  });
});

it('compares traces in full', () => {
  // plain() is what the tests of cuts rely on.
  const a = parse(Buffer.from('1 0.5 getpid() = 1\n'));
  expect(plain(a)).not.toEqual(plain(parse(Buffer.from('1 0.5 getpid() = 2\n'))));
});
