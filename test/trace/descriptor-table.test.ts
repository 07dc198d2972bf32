import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DescriptorTable } from '../../src/trace/descriptor-table.js';

const LARGEST = 0x7fffffff;
const descriptor = fc.oneof(fc.nat(40), fc.nat(5000), fc.nat(LARGEST));
const step = fc.record({ table: fc.nat(3), what: fc.constantFrom('set', 'forget', 'copy', 'exec'), descriptor });

function contents(table: DescriptorTable<number>): [number, number][] {
  const found: [number, number][] = [];
  table.forEach((value, d) => found.push([d, value]));
  return found;
}

describe('descriptors by number', () => {
  it('holds what a map would, and copies do not see what becomes of each other', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tables = [0, 1, 2, 3].map(() => new DescriptorTable<number>());
        const maps = [0, 1, 2, 3].map(() => new Map<number, number>());
        steps.forEach(({ table, what, descriptor: d }, value) => {
          if (what === 'copy') {
            tables[(table + 1) % 4] = tables[table]!.copy();
            maps[(table + 1) % 4] = new Map(maps[table]);
          } else if (what === 'exec') {
            tables[table]!.clearFrom(3);
            for (const key of maps[table]!.keys()) if (key >= 3) maps[table]!.delete(key);
          } else {
            tables[table]!.set(d, what === 'set' ? value : undefined);
            if (what === 'set') maps[table]!.set(d, value);
            else maps[table]!.delete(d);
          }
          expect(tables[table]!.get(d)).toBe(maps[table]!.get(d));
        });
        tables.forEach((t, i) => expect(contents(t)).toEqual([...maps[i]!].sort((a, b) => a[0] - b[0])));
      }),
    );
  });

  it('keeps nothing for what no descriptor is', () => {
    const table = new DescriptorTable<number>();
    for (const d of [-1, 2 ** 31, 2 ** 40, NaN]) {
      table.set(d, 1);
      expect(table.get(d)).toBeUndefined();
    }
    expect(contents(table)).toEqual([]);
  });
});
