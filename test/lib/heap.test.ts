import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from '../../src/lib/heap.js';

it('gives its items in their order, whatever the order in which they came', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: null })), (steps) => {
      const heap = new Heap<number>((a, b) => a < b);
      let kept: number[] = [];
      for (const step of steps) {
        if (step === null) {
          expect(heap.takeFirst()).toBe(kept[0]);
          kept = kept.slice(1);
        } else {
          heap.add(step);
          kept = [...kept, step].sort((a, b) => a - b);
        }
        expect(heap.first).toBe(kept[0]);
      }
    }),
  );
});
