import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lanesOf } from '../../../src/methods/fused/scene/lanes.js';
import type { Thread } from '../../../src/trace/table.js';

const thread = (parent: number, firstNs: number, exitNs: number | null): Thread => ({
  ...{ tid: 1, pid: 1, name: '', program: '' },
  ...{ parent, firstNs, exitNs },
});
const lanes = (...threads: Thread[]) => [...lanesOf({ threads })];

describe('lanes', () => {
  it('are of threads that one made after the other, each after the end of the one before', () => {
    expect(lanes(thread(-1, 0, null), thread(0, 1, 3), thread(0, 4, 6), thread(0, 6, null))).toEqual([0, 1, 1, 1]);
  });

  it('are several where threads live at the same time; who comes next takes the place that was left last', () => {
    const made = lanes(thread(-1, 0, null), thread(0, 1, 5), thread(0, 2, 6), thread(0, 7, 8), thread(0, 7, null));
    expect(made).toEqual([0, 1, 2, 2, 1]);
  });

  it('are their own of threads of which the maker or the end is not known', () => {
    expect(lanes(thread(-1, 0, 1), thread(-1, 2, 3), thread(0, 4, null), thread(0, 5, null))).toEqual([0, 1, 2, 3]);
    expect(lanes(thread(-1, 0, 9), thread(0, 1, 2), thread(1, 3, 4), thread(0, 3, 4))).toEqual([0, 1, 2, 1]);
  });

  it('hold one thread at a time, and are as many as live at once', () => {
    const lives = fc.array(fc.tuple(fc.nat(50), fc.nat(9)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(lives, (made) => {
        const threads = [thread(-1, 0, null), ...made.map(([from, ns]) => thread(0, 1 + from, 2 + from + ns))];
        const found = lanesOf({ threads });
        const alive = (t: Thread, ns: number) => t.firstNs <= ns && ns < t.exitNs!;
        let most = 0;
        for (let ns = 0; ns < 70; ns++) {
          const now = threads.flatMap((t, i) => (i > 0 && alive(t, ns) ? [found[i]!] : []));
          expect(new Set(now).size).toBe(now.length);
          most = Math.max(most, now.length);
        }
        expect(new Set(found.slice(1)).size).toBe(most);
      }),
    );
  });
});
