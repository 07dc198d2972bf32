import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Stored, planRoom } from '../../src/watch/quota.js';

const stored = (id: string, part: Partial<Stored> = {}): Stored => {
  return { id, traceBytes: 100, otherBytes: 10, done: true, busy: false, ...part };
};
const text = (list: readonly Stored[], quota: number, room = 0) =>
  planRoom(list, quota, room)
    .removals.map((r) => `${r.id} ${r.what}`)
    .join(', ');

it.each([
  ['nothing while there is room', [stored('a'), stored('b')], 220, ''],
  ['the oldest trace', [stored('a'), stored('b'), stored('c')], 300, 'a trace'],
  ['traces before reports', [stored('a'), stored('b')], 20, 'a trace, b trace'],
  ['then the oldest report', [stored('a'), stored('b')], 10, 'a all, b trace'],
  ['never what is busy', [stored('a', { busy: true }), stored('b')], 0, 'b all'],
  ['never what is still to be analysed', [stored('a', { done: false }), stored('b')], 0, 'b all'],
  ['a report whose trace is gone', [stored('a', { traceBytes: 0 }), stored('b')], 5, 'b all, a all'],
] as const)('%s', (_, list, quota, expected) => {
  expect(text(list, quota)).toBe(expected);
});

it('makes room for what is about to be written', () => {
  expect(text([stored('a'), stored('b')], 220, 50)).toBe('a trace');
});

const any = fc.record({
  traceBytes: fc.nat(1000),
  otherBytes: fc.nat(100),
  done: fc.boolean(),
  busy: fc.boolean(),
});

it('ends within the quota or with nothing left to remove; removes nothing that it need not', () => {
  fc.assert(
    fc.property(fc.array(any, { maxLength: 12 }), fc.nat(5000), fc.nat(1000), (parts, quota, room) => {
      const list = parts.map((p, i) => ({ id: String(i), ...p }));
      const { removals, over } = planRoom(list, quota, room);
      const gone = new Map(removals.map((r) => [r.id, r.what]));
      const left = (s: Stored) => (gone.get(s.id) === 'all' ? 0 : s.otherBytes + (gone.has(s.id) ? 0 : s.traceBytes));
      const bytes = list.reduce((sum, s) => sum + left(s), room);
      const may = (s: Stored) => s.done && !s.busy;
      expect(over).toBe(Math.max(0, bytes - quota));
      for (const s of list) if (!may(s)) expect(gone.has(s.id)).toBe(false);
      if (over > 0) for (const s of list) if (may(s)) expect(left(s)).toBe(0);
      const before = list.reduce((sum, s) => sum + s.traceBytes + s.otherBytes, room);
      if (before <= quota) expect(gone.size).toBe(0);
    }),
  );
});
