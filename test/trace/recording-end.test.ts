import { describe, expect, it } from 'vitest';
import { endsInCode, lastingUntil } from '../../src/trace/recording-end.js';
import { traceFromText } from '../helpers/trace.js';

const COMPUTES = '1/1 0 read:tcp +0.1\n1/1 1 write:tcp +0.1';
const WAITS = '1/2 0 futex +0.1\n1/2 2 futex +?';

describe('lastingUntil', () => {
  it('lets the last call of a thread that had not returned last to the end, and no other', () => {
    const read = traceFromText(`1/2 0.5 futex +?\n${COMPUTES}\n${WAITS}`);
    const before = [...read.columns.duration];
    const trace = lastingUntil(read, 10e9);
    const rows = Array.from({ length: trace.length }, (_, i) => i);
    const { start, duration, thread } = trace.columns;
    const open = rows.filter((i) => start[i] === 2e9);
    expect(trace.endNs).toBe(10e9);
    expect(open.map((i) => [trace.threads[thread[i]!]!.tid, duration[i]])).toEqual([[2, 8e9]]);
    for (const i of rows) if (!open.includes(i)) expect(duration[i]).toBe(before[i]);
  });

  it('leaves the calls of threads that ended as they are', () => {
    const read = traceFromText(WAITS);
    const ended = { ...read, threads: read.threads.map((t) => ({ ...t, exitNs: 3e9 })) };
    const before = [...ended.columns.duration];
    expect([...lastingUntil(ended, 10e9).columns.duration]).toEqual(before);
  });
});

describe('endsInCode', () => {
  const gone = (text: string, tid: number) => {
    const trace = traceFromText(text);
    return { ...trace, threads: trace.threads.map((t) => (t.tid === tid ? { ...t, exitNs: trace.endNs } : t)) };
  };

  it.each([
    ['one thread outside of calls', traceFromText(COMPUTES), true],
    ['one of two in a call', traceFromText(`${COMPUTES}\n${WAITS}`), false],
    ['a call that did not return, followed by one that did', traceFromText(`1/1 0 read +?\n${COMPUTES}`), true],
    ['the one in a call has ended', gone(`${COMPUTES}\n${WAITS}`, 2), true],
    ['nobody lives', gone(COMPUTES, 1), false],
  ])('%s: %s', (_, trace, expected) => expect(endsInCode(trace)).toBe(expected));
});
