import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonPieces, linePieces } from '../../src/batch/large-text.js';

it('gives what JSON.stringify gives', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue())), (document) => {
      expect([...jsonPieces(document)].join('')).toBe(`${JSON.stringify(document, null, 1)}\n`);
    }),
  );
  const odd = {
    none: undefined,
    list: [undefined, null],
    empty: [],
    deep: [{ a: [1, { b: 'x\ny' }] }],
    date: new Date(0),
  };
  expect([...jsonPieces(odd)].join('')).toBe(`${JSON.stringify(odd, null, 1)}\n`);
});

it('holds no more than a little at once', () => {
  const incidents = Array.from({ length: 40_000 }, (_, i) => ({
    id: `incident-${i}`,
    functions: ['a', 'b'],
    seconds: i,
  }));
  const pieces = [...jsonPieces({ total: 1, incidents, after: 2 })];
  expect(pieces.length).toBeGreaterThan(2);
  for (const piece of pieces) expect(piece.length).toBeLessThan(1.1e6);
  expect(JSON.parse(pieces.join(''))).toEqual({ total: 1, incidents, after: 2 });
  const lines = incidents.map((i) => JSON.stringify(i));
  const written = [...linePieces(lines)];
  expect(written.length).toBeGreaterThan(1);
  expect(written.join('')).toBe(`${lines.join('\n')}\n`);
});
