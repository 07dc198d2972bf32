/** Samples of all layouts and of both byte orders tell the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { perfData } from '../../src/formats/perf/data/index.js';
import { SAMPLE } from '../../src/formats/perf/data/layout.js';
import { type MadeEvent, madePerfData } from './made-perf-data.js';
import { readPerfData } from './read-perf-data.js';
import { rowsOf } from './read-text.js';

const USER = BigInt.asUintN(64, -512n);
const KERNEL = BigInt.asUintN(64, -128n);
const SECOND = 1_000_000_000n;

const event = (
  name: MadeEvent['name'],
  ns: bigint,
  number: bigint,
  values: bigint[],
  { tid = 7, cpu = 1, chain }: { tid?: number; cpu?: number; chain?: readonly bigint[] } = {},
): MadeEvent => ({ name, pid: 5, tid, ns: 1000n * SECOND + ns, cpu, number, values, ...(chain && { chain }) });

/** Two threads on two CPUs, one ring behind the other. */
const EVENTS: readonly MadeEvent[] = [
  event('sys_enter', 100n, 0n, [3n, 0x7fff_0000_0000n, 64n], { chain: [KERNEL, 0xffffffff81000001n, USER, 0x401000n] }),
  event('sys_exit', 350n, 0n, [BigInt.asUintN(64, -11n)]),
  event('sys_enter', 900n, 202n, [0x7fff_0000_1000n, 0x80n, 2n]),
  event('sys_enter', 50n, 257n, [BigInt.asUintN(64, -100n), 0n, 0x241n], { tid: 8, cpu: 0 }),
  event('sys_exit', 800n, 257n, [9n], { tid: 8, cpu: 0 }),
  event('sys_exit', 1500n, 202n, [0n], { cpu: 0 }),
];
const ROWS = [
  '0.000000000 8 openat#create:file 0.000000750s 9 @0',
  '0.000000050 7 read:unknown(3)=EAGAIN 0.000000250s -1 @1',
  '0.000000850 7 futex#wait 0.000000600s 0 @1',
];
const NAMES = [{ tid: 7, pid: 5, name: 'worker' }];
const NEEDED = SAMPLE.TID | SAMPLE.TIME | SAMPLE.CPU | SAMPLE.RAW;

async function read(made: Partial<Parameters<typeof madePerfData>[0]>) {
  const file = madePerfData({
    little: true,
    sampleType: NEEDED | SAMPLE.ID,
    machine: 'x86_64',
    events: EVENTS,
    names: NAMES,
    ...made,
  });
  return (await readPerfData(file))!;
}

const plainRows = (trace: Awaited<ReturnType<typeof read>>['trace']) =>
  rowsOf({ ...trace, stacks: null, columns: { ...trace.columns, stack: null } });

describe('samples of perf.data', () => {
  it('tell the same whatever else they hold, in either byte order', async () => {
    const others = [SAMPLE.IP, SAMPLE.ADDR, SAMPLE.STREAM_ID, SAMPLE.PERIOD, SAMPLE.READ, SAMPLE.CALLCHAIN, 1 << 11];
    const layouts = fc.record({
      little: fc.boolean(),
      sampleIdAll: fc.boolean(),
      readFormat: fc.nat(31),
      id: fc.constantFrom(SAMPLE.ID, SAMPLE.IDENTIFIER, SAMPLE.ID | SAMPLE.IDENTIFIER),
      fields: fc.subarray(others),
    });
    await fc.assert(
      fc.asyncProperty(layouts, async ({ id, fields, ...made }) => {
        const sampleType = fields.reduce((type, bit) => type | bit, NEEDED | id);
        const { trace, messages } = await read({ ...made, sampleType });
        expect(messages).toEqual([]);
        expect(plainRows(trace)).toEqual(ROWS);
        expect(trace.threads.map(({ tid, pid, name }) => [tid, pid, name])).toEqual([
          [8, 5, ''],
          [7, 5, 'worker'],
        ]);
        const hasChains = fields.includes(SAMPLE.CALLCHAIN);
        expect(trace.stacks === null).toBe(!hasChains);
      }),
      { numRuns: 100 },
    );
  });

  it('without a thread or a time cannot be used, and that is told', async () => {
    for (const [left, what] of [
      [SAMPLE.TID, 'samples of no thread'],
      [SAMPLE.TIME, 'samples of no time'],
    ] as const) {
      const { trace, messages } = await read({ sampleType: (NEEDED | SAMPLE.ID) & ~left });
      expect(trace.length).toBe(0);
      expect(messages.map(({ args }) => args['what'])).toEqual([what]);
    }
  });

  it('have no CPU where none was recorded', async () => {
    const { trace } = await read({ sampleType: (NEEDED | SAMPLE.ID) & ~SAMPLE.CPU });
    expect(plainRows(trace)).toEqual(ROWS.map((row) => row.replace(/ @\d$/, '')));
  });

  it.each([
    ['x86_64', [3n, 4n, 265n, 240n], ['read', 'write', 'clock_gettime', 'futex']],
    ['aarch64', [63n, 64n, 98n, 56n], ['read', 'write', 'futex', 'openat']],
    ['armv7l', [3n, 4n, 240n, 252n], ['read', 'write', 'futex', 'epoll_wait']],
  ])('have the numbers of %s and its programs', async (machine, numbers, calls) => {
    const events = numbers.map((number, i) => event('sys_enter', BigInt(i), number, [3n]));
    const { trace } = await read({ machine, events: Array(20).fill(events).flat() as MadeEvent[] });
    expect(new Set(trace.calls)).toEqual(new Set(calls));
  });
});

it.each([true, false])(
  'of a file whose header says that it is packed much more is expected (little endian: %s)',
  (little) => {
    const file = madePerfData({ little, sampleType: NEEDED, events: EVENTS, machine: 'x86_64' });
    const { density } = perfData.arrangement!;
    const { rows } = density(file);
    // Feature 27, of 64 bits a word.
    file[72 + (little ? 3 : 4)]! |= 1 << 3;
    expect(density(file).rows).toBeGreaterThan(10 * rows);
  },
);

it('records of lost events tell up to when, and of which processor; where they have no time only how many', async () => {
  const lost = [{ count: 9, ns: 1000n * SECOND + 700_050n, cpu: 3 }];
  const events = [...EVENTS, event('sys_enter', 900_000n, 39n, [])];
  for (const little of [true, false])
    for (const more of [0, SAMPLE.IDENTIFIER]) {
      const sampleType = NEEDED | SAMPLE.ID | more;
      const { trace, messages } = await read({ little, sampleType, sampleIdAll: true, lost, events });
      expect(messages.map(({ code, args }) => [code, args['events']])).toEqual([['perf-lost-events', 9]]);
      expect(trace.gaps).toEqual([{ cpu: 3, fromNs: 0, toNs: expect.closeTo(699_000, -3) as number }]);
    }
  const { trace, messages } = await read({ lost, events });
  expect(messages.map(({ args }) => args['events'])).toEqual([9]);
  expect(trace.gaps).toBeUndefined();
});
