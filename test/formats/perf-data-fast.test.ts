/** perf.data read in WebAssembly and without: the same, whatever was recorded, and however the file is damaged. */
import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FastPending } from '../../src/formats/perf/data/fast-pending.js';
import { SAMPLE } from '../../src/formats/perf/data/layout.js';
import { damage, damaged, folder } from './damaged-perf-data.js';
import { type MadeEvent, madePerfData } from './made-perf-data.js';
import { readPerfData, sharedFacts } from './read-perf-data.js';
import { rowsOf } from './read-text.js';

/** All that reading gives, so that two can be compared. */
async function told(bytes: Uint8Array, options: Parameters<typeof readPerfData>[1]) {
  const read = await readPerfData(bytes, options);
  if (read === null) return null;
  const { trace, messages, origin } = read;
  const { lines, notices, skipped } = trace;
  return {
    ...sharedFacts(trace),
    rows: rowsOf(trace),
    stacks: trace.stacks,
    messages,
    origin,
    lines,
    notices,
    skipped,
  };
}

async function compare(bytes: Uint8Array, options: { blockBytes?: number; pieceBytes?: number } = {}): Promise<void> {
  expect(await told(bytes, options)).toEqual(await told(bytes, { ...options, plain: true }));
}

it('is there', () => expect(FastPending.make()).not.toBeNull());

describe.each(readdirSync(folder).filter((file) => file.endsWith('.data.gz')))('%s', (file) => {
  const bytes = gunzipSync(readFileSync(new URL(file, folder)));

  it.each([
    [65536, 2 ** 20],
    [97, 1],
    [100_000, 1000],
  ])('where %i bytes come at once, and pieces have %i', (blockBytes, pieceBytes) =>
    compare(bytes, { blockBytes, pieceBytes }),
  );
});

it('damaged recordings', async () => {
  await fc.assert(
    fc.asyncProperty(damage, fc.constantFrom(64, 1000, 65536), (given, blockBytes) =>
      compare(damaged(given), { blockBytes, pieceBytes: 4096 }),
    ),
    { numRuns: 150 },
  );
});

const SECOND = 1_000_000_000n;
const USER = BigInt.asUintN(64, -512n);
const KERNEL = BigInt.asUintN(64, -128n);
const extreme = fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n, 2n ** 64n - 1n);
const address = fc.oneof(
  fc.constantFrom(USER, KERNEL, BigInt.asUintN(64, -4095n), BigInt.asUintN(64, -4096n)),
  fc.bigInt({ min: 0x401000n, max: 0x401010n }),
);
const made: fc.Arbitrary<MadeEvent> = fc.record({
  name: fc.constantFrom('sys_enter' as const, 'sys_exit' as const),
  pid: fc.oneof(fc.constantFrom(-1, 0, 2 ** 22, 2 ** 31 - 1), fc.integer({ min: 4, max: 6 })).map((pid) => pid >>> 0),
  tid: fc.oneof(fc.constantFrom(-1, 0, 2 ** 22, 2 ** 22 + 1), fc.integer({ min: 7, max: 10 })).map((tid) => tid >>> 0),
  ns: fc.oneof(
    extreme,
    fc.bigInt({ min: 1000n * SECOND, max: 1000n * SECOND + 50n }),
    fc.bigInt({ min: 1000n * SECOND - 50n, max: 1000n * SECOND + 500n }),
  ),
  cpu: fc.nat(3),
  number: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(0n, 1n, 3n, 41n, 56n, 60n, 72n, 202n, 257n) },
    { weight: 1, arbitrary: extreme },
  ),
  values: fc.array(
    fc.oneof(
      extreme,
      fc.bigInt({ min: -300n, max: 300n }).map((v) => BigInt.asUintN(64, v)),
    ),
    {
      maxLength: 6,
    },
  ),
  chain: fc.array(address, { maxLength: 6 }),
});

it('whatever samples tell', async () => {
  const recording = fc.record({
    little: fc.constant(true),
    machine: fc.constantFrom('x86_64', 'aarch64', 'none'),
    sampleType: fc
      .subarray([SAMPLE.IP, SAMPLE.PERIOD, SAMPLE.CALLCHAIN, SAMPLE.CPU, SAMPLE.ADDR])
      .map((bits) => bits.reduce((all, bit) => all | bit, SAMPLE.TID | SAMPLE.TIME | SAMPLE.ID | SAMPLE.RAW)),
    events: fc.array(made, { minLength: 1, maxLength: 60 }),
    names: fc.constant([{ tid: 7, pid: 5, name: 'worker' }]),
  });
  await fc.assert(
    fc.asyncProperty(recording, fc.constantFrom(1, 65536), (given, pieceBytes) =>
      compare(madePerfData(given), { pieceBytes }),
    ),
    { numRuns: 150 },
  );
}, 60_000);
