import { describe, expect, it } from 'vitest';
import { FLAG_UNFINISHED } from '../../src/trace/table.js';
import { traceFromText } from './trace.js';

describe('the text form of traces in tests', () => {
  it('fills the columns, threads and stacks', () => {
    const trace = traceFromText(`
      10        0.002 read:tcp=EAGAIN +0.5 main>loop@/opt/app/lib.so
      10/11(bg) 0.001 futex#wait +?
    `);
    expect(trace.calls).toEqual(['read', 'futex']);
    expect(trace.threads.map((t) => [t.pid, t.tid, t.name])).toEqual([
      [10, 10, ''],
      [10, 11, 'bg'],
    ]);
    expect([...trace.columns.start]).toEqual([1e6, 2e6]);
    expect([...trace.columns.duration]).toEqual([501e6, 5e8]);
    expect([...trace.columns.flags]).toEqual([FLAG_UNFINISHED, 0]);
    expect(trace.columns.errno[1]).toBe(11);
    const { stacks, columns } = trace;
    expect(stacks!.functions[stacks!.frameFunction[stacks!.frame[columns.stack![1]!]!]!]).toBe('loop');
    expect(columns.stack![0]).toBe(-1);
    expect(stacks!.objects).toEqual(['/opt/app/app', '/opt/app/lib.so']);
  });

  it('names the line that it cannot read', () => {
    expect(() => traceFromText('10 0.1 read:nosuchkind')).toThrow(/line 1: no such kind "nosuchkind"/);
    expect(() => traceFromText('\nten 0.1 read')).toThrow(/line 2/);
  });
});
