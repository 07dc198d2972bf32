import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NamesInUse } from '../../src/formats/strace/kin/names.js';

interface Use {
  readonly tid: number;
  readonly descriptor: number;
  /** 0: the number is given anew. */
  readonly name: number;
}

/** Pairs of a thread that uses a descriptor again under its name, and one that used it under another in between; a look at all uses each. */
function apartOf(uses: readonly Use[]): [number, number][] {
  return uses.flatMap(({ tid, descriptor, name }, now) => {
    const before = uses.slice(0, now).filter((use) => use.descriptor === descriptor);
    const since = before.slice(before.findLastIndex((use) => use.name === 0) + 1);
    const own = since.findLastIndex((use) => use.tid === tid);
    if (name === 0 || own < 0 || since[own]!.name !== name) return [];
    const between = since.slice(own + 1);
    // In the order of their last uses, under the names that they have now.
    const last = between.filter((use, i) => between.findLastIndex((other) => other.tid === use.tid) === i);
    return last.filter((use) => use.name !== name).map((use): [number, number] => [tid, use.tid]);
  });
}

it('tells threads apart that use a descriptor under different names in turns', () => {
  const use = fc.record({
    tid: fc.integer({ min: 1, max: 4 }),
    descriptor: fc.integer({ min: 3, max: 4 }),
    name: fc.constantFrom(0, 1, 1, 1, 2),
  });
  fc.assert(
    fc.property(fc.array(use, { maxLength: 60 }), (uses) => {
      const names = new NamesInUse();
      for (const { tid, descriptor, name } of uses)
        if (name === 0) names.end(descriptor);
        else names.use(tid, descriptor, name);
      expect(names.apart).toEqual(apartOf(uses).flat());
    }),
  );
});
