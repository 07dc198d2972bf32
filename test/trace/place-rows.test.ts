import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChunkColumns } from '../../src/trace/chunk.js';
import { type Placement, placeRows } from '../../src/trace/place-rows.js';
import { NO_STACK } from '../../src/trace/stacks.js';
import { FLAG_ENTRY_UNSEEN } from '../../src/trace/table.js';

const THREADS = 3;

function columns(rows: number, stacks: boolean): ChunkColumns {
  const shared = (bytes: number) => new SharedArrayBuffer(rows * bytes);
  return {
    start: new Float64Array(shared(8)),
    duration: new Float64Array(shared(8)),
    call: new Uint16Array(shared(2)),
    thread: new Uint32Array(shared(4)),
    errno: new Uint8Array(shared(1)),
    kind: new Uint8Array(shared(1)),
    variant: new Uint8Array(shared(1)),
    flags: new Uint8Array(shared(1)),
    descriptor: new Int32Array(shared(4)),
    result: new Int32Array(shared(4)),
    cpu: new Uint16Array(shared(2)),
    stack: stacks ? new Int32Array(shared(4)) : null,
  };
}

const row = fc.record({
  start: fc.integer({ min: 0, max: 50 }),
  duration: fc.constantFrom(NaN, 0, 3, 40),
  thread: fc.integer({ min: 0, max: THREADS - 1 }),
  unseen: fc.boolean(),
  value: fc.integer({ min: 0, max: 5 }),
});
const input = fc.record({
  rows: fc.array(row, { maxLength: 30 }),
  stacks: fc.boolean(),
  cuts: fc.array(fc.nat(), { maxLength: 3 }),
});

it('renumbers every column into its place, and tells of the rows what looking at each of them tells', () => {
  fc.assert(
    fc.property(input, ({ rows, stacks, cuts }) => {
      const n = rows.length;
      const from = columns(n, stacks);
      rows.forEach(({ start, duration, thread, unseen, value }, i) => {
        from.start[i] = start;
        from.duration[i] = duration;
        from.thread[i] = thread;
        from.flags[i] = unseen ? FLAG_ENTRY_UNSEEN : 0;
        for (const name of ['call', 'errno', 'kind', 'variant', 'descriptor', 'result', 'cpu'] as const)
          from[name][i] = value;
        if (from.stack !== null) from.stack[i] = value === 0 ? NO_STACK : value;
      });
      // Every stretch begins one place further than the last one ended, as where a row was put between.
      const borders = [0, ...cuts.map((cut) => cut % (n + 1)).sort((a, b) => a - b), n];
      const stretches = borders.slice(1).map((to, s) => ({ from: borders[s]!, to, at: borders[s]! + s + 1 }));
      const to = columns(n + borders.length, true);
      to.stack!.fill(77);
      const placement: Placement = {
        ...{ from, to, stretches, base: 1000 },
        threads: Int32Array.of(5, 6, 4),
        calls: Uint16Array.from([9, 8, 7, 6, 5, 4]),
        stacks: stacks ? Int32Array.from([0, 10, 20, 30, 40, 50]) : null,
      };
      const told = placeRows(placement);

      const places = stretches.flatMap(({ from, to, at }) => Array.from({ length: to - from }, (_, i) => at + i));
      places.forEach((place, i) => {
        const { start, duration, thread, unseen, value } = rows[i]!;
        expect([to.start[place], to.duration[place]]).toEqual([start + 1000, duration]);
        expect([to.thread[place], to.call[place]]).toEqual([[5, 6, 4][thread], 9 - value]);
        expect([to.errno[place], to.kind[place], to.variant[place]]).toEqual([value, value, value]);
        expect([to.descriptor[place], to.result[place], to.cpu[place]]).toEqual([value, value, value]);
        expect(to.flags[place]).toBe(unseen ? FLAG_ENTRY_UNSEEN : 0);
        expect(to.stack![place]).toBe(stacks && value > 0 ? 10 * value : NO_STACK);
      });
      for (let place = 0; place < to.start.length; place++)
        if (!places.includes(place)) expect([to.start[place], to.stack![place]]).toEqual([0, 77]);

      const starts = rows.map(({ start }) => start + 1000);
      const ends = rows.map(({ start, duration }) => start + 1000 + (duration > 0 ? duration : 0));
      expect(told.first).toBe(Math.min(Infinity, ...rows.map(({ unseen }, i) => (unseen ? ends[i]! : starts[i]!))));
      expect(told.last).toBe(Math.max(-Infinity, ...ends));
      expect(told.earliestStart).toBe(Math.min(Infinity, ...starts));
      expect(told.sorted).toBe(starts.every((at, i) => i === 0 || at >= starts[i - 1]!));
      if (n > 0) expect([told.startOfFirst, told.startOfLast]).toEqual([starts[0], starts.at(-1)]);
      let late = 0;
      for (let t = 0; t < THREADS; t++) {
        const own = rows.flatMap(({ thread }, i) => (thread === t ? [i] : []));
        const seen = own.filter((i) => !rows[i]!.unseen).map((i) => starts[i]!);
        late += seen.filter((at, i) => at < Math.max(-Infinity, ...seen.slice(0, i))).length;
        expect(told.firstOfThread[t]).toBe(Math.min(Infinity, ...own.map((i) => starts[i]!)));
        expect(told.lowestOfThread[t]).toBe(Math.min(Infinity, ...seen));
        expect(told.latestOfThread[t]).toBe(Math.max(-Infinity, ...seen));
      }
      expect(told.outOfOrder).toBe(late);
    }),
    { numRuns: 300 },
  );
});
