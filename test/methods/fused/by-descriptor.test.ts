import { describe, expect, it } from 'vitest';
import { ByDescriptor } from '../../../src/methods/fused/scene/by-descriptor.js';
import type { Thread } from '../../../src/trace/table.js';

const threads = (...pids: number[]) => pids.map((pid) => ({ tid: pid, pid })) as unknown as Thread[];

describe('what is kept for descriptors of processes', () => {
  it('is gone through by what there is, and not by the largest number', () => {
    const kept = new ByDescriptor<string>(threads(1, 2, 1));
    kept.set(0, 0x7fffffff, 'largest');
    kept.set(1, 3, 'three');
    const found: unknown[] = [];
    kept.forEach((value, process, descriptor) => found.push([value, process, descriptor]));
    expect(found).toEqual([
      ['largest', 0, 0x7fffffff],
      ['three', 1, 3],
    ]);
    expect([...kept.processOf]).toEqual([0, 1, 0]);
  });

  it('tells the first process that has a descriptor, through all changes', () => {
    const kept = new ByDescriptor<number>(threads(1, 2, 3));
    for (const process of [2, 1]) kept.set(process, 7, process);
    expect([kept.anyWith(7), kept.anyWith(8), kept.anyWith(-1)]).toEqual([1, -1, -1]);
    kept.set(0, 7, 0);
    expect(kept.anyWith(7)).toBe(0);
    kept.clear(0);
    kept.set(1, 7, undefined);
    expect(kept.anyWith(7)).toBe(2);
    kept.set(1, 7, 1);
    expect(kept.anyWith(7)).toBe(1);
  });
});
