/** Recordings of perf (golden/perf-data), damaged in any way. */
import { readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';

export const folder = new URL('golden/perf-data/', import.meta.url);
const originals = readdirSync(folder)
  .filter((file) => file.endsWith('.data.gz'))
  .map((file) => gunzipSync(readFileSync(new URL(file, folder))));

/** Numbers that sizes, counts and offsets are likely to break with. */
const EXTREMES = [0, 1, 7, 8, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

export const damage = fc.record({
  file: fc.nat(originals.length - 1),
  bytes: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.nat(255) }), { maxLength: 4 }),
  words: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.constantFrom(...EXTREMES) }), {
    maxLength: 3,
  }),
  keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  hole: fc.oneof(fc.constant(0), fc.nat(500)),
});

type Damage = typeof damage extends fc.Arbitrary<infer Kind> ? Kind : never;

export function damaged({ file, bytes, words, keep, hole }: Damage): Buffer {
  const copy = Buffer.from(originals[file]!);
  for (const { at, to } of bytes) copy[Math.floor(at * (copy.length - 1))] = to;
  for (const { at, to } of words) copy.writeUInt32LE(to, Math.floor((at * (copy.length - 4)) / 4) * 4);
  const cut = copy.subarray(0, Math.ceil(copy.length * keep));
  const from = Math.floor(cut.length / 2);
  return Buffer.concat([cut.subarray(0, from), cut.subarray(from + hole)]);
}
