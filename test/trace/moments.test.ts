import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Moments } from '../../src/trace/kinship/moments.js';

it('tells what a look at all groups would, of the 256 that it remembers', () => {
  const event = fc.record({ group: fc.nat(300), forgets: fc.boolean(), since: fc.nat(3000) });
  fc.assert(
    fc.property(fc.array(event, { minLength: 1500, maxLength: 2000 }), (events) => {
      const moments = new Moments();
      const lasts = new Map<number, number>();
      events.forEach(({ group, forgets, since }, now) => {
        if (forgets && now % 8 === 0) expect(moments.forget(group)).toBe(lasts.delete(group));
        else {
          moments.note(group, now);
          lasts.delete(group);
          lasts.set(group, now);
          if (lasts.size > 256) lasts.delete([...lasts.keys()][0]!);
        }
        const others = [...lasts].flatMap(([other, at]) => (other !== group && at > since % (now + 1) ? [other] : []));
        expect(moments.others(group, since % (now + 1))).toEqual(others);
        expect(moments.onlyOther(group, since % (now + 1))).toBe(others.length === 1 ? others[0] : -1);
        expect(moments.of(group)).toBe(lasts.get(group) ?? -1);
        expect(moments.latest()).toBe(Math.max(-1, ...lasts.values()));
      });
    }),
    { numRuns: 1 },
  );
});
