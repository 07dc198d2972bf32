import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/report/reporter.js';
import { firefoxReporter } from '../../src/report/stacks/firefox.js';
import type { ThreadSlices } from '../../src/stacks/slices.js';
import { document } from './document.js';

const STACKS = [[], ['main'], ['main', 'loop'], ['main', 'loop', 'read'], ['main', 'save'], ['read']];
const CALLS = ['read:tcp', 'read'];

type Column = readonly (number | null)[];
type Table = { length: number } & Partial<Record<'name' | 'frame' | 'prefix' | 'func' | 'category', Column>>;
interface Thread {
  pid: string;
  tid: number;
  samples: { time: number[]; stack: (number | null)[]; weight: number[]; weightType: string; length: number };
  markers: Table;
  stackTable: Table;
  frameTable: Table;
  funcTable: Table;
  resourceTable: Table;
  nativeSymbols: Table;
  stringArray: string[];
}
interface Profile {
  meta: Record<string, unknown> & { categories: unknown[] };
  threads: Thread[];
}

function rendered(threads: readonly ThreadSlices[]): Profile {
  const slices = { source: 'decoded', onset: 0.00001, from: 0, to: 9, stacks: STACKS, calls: CALLS, threads } as const;
  return JSON.parse(firefoxReporter.render(document({ slices }), PLAIN)) as Profile;
}

/** A thread from [pause, length, stack, call] of its calls, in whole microseconds. */
function threadOf(tid: number, calls: readonly (readonly [number, number, number, number])[]): ThreadSlices {
  let at = 0;
  const begin: number[] = [];
  const end: number[] = [];
  for (const [pause, length] of calls) {
    begin.push((at += pause) / 1e6);
    end.push((at += length) / 1e6);
  }
  const column = (k: 2 | 3) => calls.map((c) => c[k]);
  return { pid: 1, tid, name: '', begin, end, stack: column(2), call: column(3), certainty: calls.map(() => 1) };
}

/** Names of a stack, outermost first, as a reader of the format finds them. */
function namesOf({ stackTable, frameTable, funcTable, stringArray }: Thread, stack: number | null): string[] {
  const names: string[] = [];
  for (let at = stack; at !== null; at = stackTable.prefix![at]!)
    names.push(stringArray[funcTable.name![frameTable.func![stackTable.frame![at]!]!]!]!);
  return names.reverse();
}

/** What the format asks of every profile. */
function hold({ meta, threads }: Profile): void {
  expect(meta).toMatchObject({ preprocessedProfileVersion: 48, stackwalk: 1, markerSchema: [] });
  for (const thread of threads) {
    const { samples, stackTable, frameTable, funcTable, stringArray, markers } = thread;
    for (const table of [stackTable, frameTable, funcTable, markers, thread.resourceTable, thread.nativeSymbols])
      for (const [name, column] of Object.entries(table))
        if (name !== 'length') expect([name, (column as Column).length]).toEqual([name, table.length]);
    expect([samples.time.length, samples.stack.length, samples.weight.length]).toEqual(Array(3).fill(samples.length));
    const within = (column: readonly (number | null)[], length: number) => {
      for (const n of column) if (n !== null) expect(Number.isInteger(n) && n >= 0 && n < length).toBe(true);
    };
    within(samples.stack, stackTable.length);
    within(stackTable.frame!, frameTable.length);
    within(frameTable.func!, funcTable.length);
    within([...funcTable.name!, ...markers.name!], stringArray.length);
    within([...stackTable.category!, ...frameTable.category!, ...markers.category!], meta.categories.length);
    stackTable.prefix!.forEach((prefix, s) => prefix === null || expect(prefix).toBeLessThan(s));
    samples.time.forEach((time, i) => i === 0 || expect(time).toBeGreaterThanOrEqual(samples.time[i - 1]!));
    for (const weight of samples.weight) expect(weight).toBeGreaterThanOrEqual(0);
    expect(new Set(stringArray).size).toBe(stringArray.length);
    expect(typeof thread.pid).toBe('string');
  }
}

describe('Firefox profile', () => {
  it('has a sample a call, and one for the time before it', () => {
    const profile = rendered([
      threadOf(7, [
        [1, 2, 3, 0],
        [3, 1, 3, 0],
        [0, 1, 0, 1],
      ]),
    ]);
    hold(profile);
    const [thread] = profile.threads as [Thread];
    const { samples } = thread;
    const told = samples.time.map((t, i) => [t, samples.weight[i], namesOf(thread, samples.stack[i]!).join('>')]);
    expect(told).toEqual([
      [0, 0.001, 'main>loop>read'],
      [0.001, 0.002, 'main>loop>read>read:tcp'],
      [0.003, 0.003, 'main>loop>read'],
      [0.006, 0.001, 'main>loop>read>read:tcp'],
      [0.007, 0.001, 'read'],
    ]);
    expect(samples.weightType).toBe('tracing-ms');
    expect(thread.markers).toMatchObject({ startTime: [0.01], length: 1 });
  });

  it('keeps the rules of its format, and all of the time, whatever the calls', () => {
    const call = fc.tuple(fc.nat(5), fc.nat(5), fc.nat(STACKS.length - 1), fc.nat(CALLS.length - 1));
    fc.assert(
      fc.property(fc.array(fc.array(call, { maxLength: 30 }), { maxLength: 3 }), (threads) => {
        const profile = rendered(threads.map((calls, i) => threadOf(i + 1, calls)));
        hold(profile);
        threads.forEach((calls, t) => {
          const { weight } = profile.threads[t]!.samples;
          const micros = calls.reduce((sum, [pause, length]) => sum + pause + length, 0);
          expect(weight.reduce((sum, w) => sum + w, 0) * 1000).toBeCloseTo(micros, 6);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('has no thread where there are no slices', () => {
    expect(JSON.parse(firefoxReporter.render(document(), PLAIN)).threads).toEqual([]);
  });
});
