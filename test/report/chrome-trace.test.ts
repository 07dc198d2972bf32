import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/report/reporter.js';
import { chromeTraceReporter } from '../../src/report/stacks/chrome-trace.js';
import type { ThreadSlices } from '../../src/stacks/slices.js';
import { document } from './document.js';

interface Event {
  name: string;
  cat: string;
  ph: string;
  ts: number;
  dur: number;
  pid: number;
  tid: number;
  args?: Record<string, unknown>;
}

const STACKS = [[], ['main'], ['main', 'loop'], ['main', 'loop', 'read'], ['main', 'save'], ['keeper']];

function rendered(threads: readonly ThreadSlices[]) {
  const slices = {
    source: 'decoded',
    onset: 1,
    from: 0,
    to: 9,
    stacks: STACKS,
    calls: ['read:tcp', 'write:tcp'],
    threads,
  } as const;
  const file = JSON.parse(chromeTraceReporter.render(document({ slices }), PLAIN)) as { traceEvents: Event[] };
  return { file, complete: file.traceEvents.filter((e) => e.ph === 'X') };
}

/** A thread from [pause, length, stack] of its calls, in whole microseconds. */
function threadOf(tid: number, calls: readonly (readonly [number, number, number])[]): ThreadSlices {
  let at = 0;
  const begin: number[] = [];
  const end: number[] = [];
  for (const [pause, length] of calls) {
    begin.push((at += pause) / 1e6);
    end.push((at += length) / 1e6);
  }
  const of = <T>(value: (call: readonly [number, number, number]) => T) => calls.map(value);
  return { pid: 1, tid, name: '', begin, end, stack: of((c) => c[2]), call: of(() => 0), certainty: of(() => 0.5) };
}

describe('chrome trace', () => {
  it('draws functions round their calls', () => {
    const { complete } = rendered([
      threadOf(7, [
        [1, 2, 3],
        [3, 1, 3],
        [2, 1, 4],
      ]),
    ]);
    expect(complete.map((e) => [e.name, e.ts, e.dur])).toEqual([
      ['main', 1, 9],
      ['loop', 1, 6],
      ['read', 1, 6],
      ['read:tcp', 1, 2],
      ['read:tcp', 6, 1],
      ['save', 9, 1],
      ['read:tcp', 9, 1],
    ]);
    expect(complete.find((e) => e.cat === 'call')!.args).toEqual({ certainty: 0.5 });
  });

  it('nests the slices of each track, callers before callees', () => {
    const call = fc.tuple(fc.nat(5), fc.nat(5), fc.nat(STACKS.length - 1));
    fc.assert(
      fc.property(fc.array(fc.array(call, { maxLength: 30 }), { maxLength: 3 }), (threads) => {
        const { complete } = rendered(threads.map((calls, i) => threadOf(i + 1, calls)));
        expect(complete.filter((e) => e.cat === 'call')).toHaveLength(threads.flat().length);
        for (const tid of threads.map((_, i) => i + 1)) {
          const open: Event[] = [];
          let last = 0;
          for (const e of complete.filter((x) => x.tid === tid)) {
            expect(e.ts).toBeGreaterThanOrEqual(last);
            last = e.ts;
            while (open.length > 0 && open.at(-1)!.ts + open.at(-1)!.dur <= e.ts && e.dur > 0) open.pop();
            for (const outer of open)
              if (outer.ts + outer.dur > e.ts) expect(e.ts + e.dur).toBeLessThanOrEqual(outer.ts + outer.dur);
            open.push(e);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is a file without events where there are no slices', () => {
    expect(JSON.parse(chromeTraceReporter.render(document(), PLAIN)).traceEvents).toEqual([]);
  });
});
