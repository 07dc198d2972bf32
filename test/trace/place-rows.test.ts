import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChunkColumns } from '../../src/trace/chunk.js';
import { placeInMemory, placingBytes } from '../../src/trace/place-in-memory.js';
import { type PlacedRows, type Placement, placeRows } from '../../src/trace/place-rows.js';
import { NO_STACK } from '../../src/trace/stacks.js';
import { FLAG_ENTRY_UNSEEN, NO_CPU } from '../../src/trace/table.js';

const THREADS = 3;

const CALLS = 6;

/** What the chunk or the trace has. */
interface Given {
  readonly stacks: boolean;
  readonly cpus: boolean;
}

/** Columns one behind the other in `memory`, from `at` on, and what their placing needs. */
function columns(rows: number, given: Given, memory: WebAssembly.Memory, at: number): ChunkColumns {
  let next = at;
  const column = <T>(
    Type: (new (buffer: ArrayBufferLike, at: number, rows: number) => T) & { BYTES_PER_ELEMENT: number },
  ): T => {
    const view = new Type(memory.buffer, next, rows);
    next = Math.ceil((next + rows * Type.BYTES_PER_ELEMENT) / 8) * 8;
    return view;
  };
  const made = {
    start: column(Float64Array),
    duration: column(Float64Array),
    call: column(Uint16Array),
    thread: column(Uint32Array),
    errno: column(Uint8Array),
    kind: column(Uint8Array),
    variant: column(Uint8Array),
    flags: column(Uint8Array),
    descriptor: column(Int32Array),
    result: column(Int32Array),
    cpu: given.cpus ? column(Uint16Array) : null,
    stack: given.stacks ? column(Int32Array) : null,
  };
  expect(next + placingBytes(THREADS, CALLS)).toBeLessThan(at + HALF);
  return made;
}
const HALF = 2 ** 15;

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
  cpus: fc.boolean(),
  cuts: fc.array(fc.nat(), { maxLength: 3 }),
});

const WAYS: readonly [string, (placement: Placement, memory: WebAssembly.Memory) => PlacedRows][] = [
  ['by JavaScript', placeRows],
  ['where both lie in one memory', placeInMemory],
];

it.each(WAYS)('renumbers every column into its place, and tells of the rows what each tells: %s', (_, place) => {
  fc.assert(
    fc.property(input, ({ rows, stacks, cpus, cuts }) => {
      const n = rows.length;
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const from = columns(n, { stacks, cpus }, memory, 0);
      rows.forEach(({ start, duration, thread, unseen, value }, i) => {
        from.start[i] = start;
        from.duration[i] = duration;
        from.thread[i] = thread;
        from.flags[i] = unseen ? FLAG_ENTRY_UNSEEN : 0;
        for (const name of ['call', 'errno', 'kind', 'variant', 'descriptor', 'result'] as const) from[name][i] = value;
        if (from.cpu !== null) from.cpu[i] = value;
        if (from.stack !== null) from.stack[i] = value === 0 ? NO_STACK : value;
      });
      // Every stretch begins one place further than the last one ended, as where a row was put between.
      const borders = [0, ...cuts.map((cut) => cut % (n + 1)).sort((a, b) => a - b), n];
      const stretches = borders.slice(1).map((to, s) => ({ from: borders[s]!, to, at: borders[s]! + s + 1 }));
      const to = columns(n + borders.length, { stacks: true, cpus: true }, memory, HALF);
      to.stack!.fill(77);
      const placement: Placement = {
        ...{ from, to, stretches, base: 1000 },
        threads: Int32Array.of(5, 6, 4),
        calls: Uint16Array.from([9, 8, 7, 6, 5, 4]),
        stacks: stacks ? Int32Array.from([0, 10, 20, 30, 40, 50]) : null,
        memory: null,
      };
      const told = place(placement, memory);

      const places = stretches.flatMap(({ from, to, at }) => Array.from({ length: to - from }, (_, i) => at + i));
      places.forEach((place, i) => {
        const { start, duration, thread, unseen, value } = rows[i]!;
        expect([to.start[place], to.duration[place]]).toEqual([start + 1000, duration]);
        expect([to.thread[place], to.call[place]]).toEqual([[5, 6, 4][thread], 9 - value]);
        expect([to.errno[place], to.kind[place], to.variant[place]]).toEqual([value, value, value]);
        expect([to.descriptor[place], to.result[place]]).toEqual([value, value]);
        expect(to.cpu![place]).toBe(cpus ? value : NO_CPU);
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
