import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findInvocations } from '../../src/signatures/invocations.js';
import { findOwnCode } from '../../src/signatures/own-code.js';
import { OwnTree } from '../../src/signatures/own-tree.js';
import type { Trace } from '../../src/trace/table.js';
import { traceFromText } from '../helpers/trace.js';

/** Per function: its invocations as the calls issued in them, `a b | c` = two invocations. */
function invocationsOf(...traces: Trace[]): Record<string, string> {
  const own = findOwnCode(
    traces.map((t) => ({
      table: t.stacks!,
      calls: new Uint32Array(t.stacks!.prefix.length).fill(1),
      lasting: new Set<string>(),
    })),
  );
  const tree = new OwnTree();
  const found = findInvocations(traces, own, tree);
  return Object.fromEntries(
    tree.functions.map((f, i) => {
      const ranges: string[] = [];
      for (let k = found.functionOffsets[i]!; k < found.functionOffsets[i + 1]!; k++) {
        const symbols = found.symbols.subarray(found.starts[k]!, found.ends[k]!);
        ranges.push([...symbols].map((s) => found.calls[s]!).join(' '));
      }
      return [f.name, ranges.join(' | ')];
    }),
  );
}

describe('invocations', () => {
  it('last while the function stays on the stack below the same callers', () => {
    const trace = traceFromText(`
      1 0.01 epoll_wait main>loop
      1 0.02 read       main>loop>serve>readQuery
      1 0.03 open       main>loop>serve>send
      1 0.04 write      main>loop>serve>send
      1 0.05 epoll_wait main>loop
      1 0.06 read       main>loop>serve>readQuery
      1 0.07 read       main>cron>readQuery
    `);
    expect(invocationsOf(trace)).toEqual({
      main: 'epoll_wait read open write epoll_wait read read',
      loop: 'epoll_wait read open write epoll_wait read',
      serve: 'read open write | read',
      readQuery: 'read | read | read',
      send: 'open write',
      cron: 'read',
    });
  });

  it("are apart by thread, and one thread does not end another one's", () => {
    const trace = traceFromText(`
      1 0.01 read  main>serve
      2 0.02 futex worker>wait
      1 0.03 write main>serve
      2 0.04 futex worker
    `);
    expect(invocationsOf(trace)).toEqual({
      main: 'read write',
      serve: 'read write',
      worker: 'futex futex',
      wait: 'futex',
    });
  });

  it('of a recursive function are counted at its outermost frame', () => {
    const trace = traceFromText(`
      1 0.01 open  main>walk
      1 0.02 open  main>walk>walk
      1 0.03 close main>walk>visit>walk
      1 0.04 close main>walk
    `);
    expect(invocationsOf(trace)).toMatchObject({ walk: 'open open close close', visit: 'close' });
  });

  it('look through libraries and JIT tiers', () => {
    const map = '/tmp/perf-1.map';
    const trace = traceFromText(`
      1 0.01 read  start@/usr/bin/node > JS:~serve /a/s.js:1:1@${map} > JS:^emit node:events:1:1@${map} > JS:~get /a/s.js:9:1@${map}
      1 0.02 write start@/usr/bin/node > JS:^serve /a/s.js:1:1@${map} > JS:*get /a/s.js:9:1@${map}
    `);
    expect(invocationsOf(trace)).toEqual({ serve: 'read write', get: 'read write' });
  });

  it('are not ended by a call without a usable stack, and do not claim it beyond their end', () => {
    const trace = traceFromText(`
      1 0.01 fstat  main>serve>load
      1 0.02 openat read@/usr/lib/libc.so.6
      1 0.03 read   main>serve>load
      1 0.04 openat [unknown]@[unknown]>open@/usr/lib/libc.so.6
      1 0.05 write  main>serve>send
      1 0.06 close  -
      1 0.07 epoll_wait clone3@/usr/lib/libc.so.6>poll@/usr/lib/libc.so.6
      1 0.08 close  -
    `);
    expect(invocationsOf(trace)).toEqual({
      main: 'fstat openat read openat write',
      serve: 'fstat openat read openat write',
      load: 'fstat openat read',
      send: 'write',
    });
  });

  it('join several traces', () => {
    const first = traceFromText('1 0.01 read main>serve');
    const second = traceFromText('7 0.01 write main>serve\n7 0.02 read main');
    expect(invocationsOf(first, second)).toEqual({ main: 'read | write read', serve: 'read | write' });
  });

  it('equal those found by looking at whole stacks', () => {
    const frame = fc.constantFrom('a', 'b', 'c');
    const call = fc.constantFrom('read', 'write', 'open');
    const rows = fc.array(
      fc.record({
        thread: fc.integer({ min: 1, max: 2 }),
        call,
        stack: fc.array(frame, { minLength: 1, maxLength: 4 }),
      }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(rows, (calls) => {
        const text = calls.map((c, i) => `${c.thread} ${i}.0 ${c.call} main>${c.stack.join('>')}`).join('\n');
        const sorted = (record: Record<string, string>) =>
          Object.fromEntries(Object.entries(record).map(([f, ranges]) => [f, ranges.split(' | ').sort()]));
        expect(sorted(invocationsOf(traceFromText(text)))).toEqual(sorted(byWholeStacks(calls)));
      }),
      { numRuns: 500 },
    );
  });
});

/** Oracle: for every outermost frame position, extends as long as the stack up to there stays the same. */
function byWholeStacks(calls: readonly { thread: number; call: string; stack: string[] }[]): Record<string, string> {
  const found: Record<string, string[]> = {};
  for (const thread of [1, 2]) {
    const rows = calls.filter((c) => c.thread === thread).map((c) => ({ call: c.call, stack: ['main', ...c.stack] }));
    const chain = (i: number, depth: number) =>
      rows[i] && rows[i].stack.length > depth ? rows[i].stack.slice(0, depth + 1).join('>') : null;
    rows.forEach((row, i) =>
      row.stack.forEach((f, depth) => {
        if (row.stack.indexOf(f) !== depth || chain(i - 1, depth) === chain(i, depth)) return;
        let end = i + 1;
        while (chain(end, depth) === chain(i, depth)) end++;
        (found[f] ??= []).push(
          rows
            .slice(i, end)
            .map((r) => r.call)
            .join(' '),
        );
      }),
    );
  }
  return Object.fromEntries(Object.entries(found).map(([f, ranges]) => [f, ranges.join(' | ')]));
}
