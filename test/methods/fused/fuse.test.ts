import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContextTree } from '../../../src/methods/fused/ranking/context-tree.js';
import { fuse, placesOf } from '../../../src/methods/fused/ranking/fuse.js';
import { type Mass, lift, under } from '../../../src/methods/fused/ranking/mass.js';
import { EMPTY_MODEL } from '../../../src/signatures/context-model.js';

// main(0) calls parse(1) and serve(2); serve calls send(3) and log(4), and itself. Nodes by number: 1 to 6.
const NODES = [[-1, -1], [0, 0], [1, 1], [1, 2], [3, 3], [3, 4], [3, 2]] as const; // prettier-ignore
const tree = new ContextTree({ ...EMPTY_MODEL, nodes: NODES }, 5);
const shares = (values: Float64Array) => [...values].map((x) => Math.round(100 * x));
const nodes = (...some: number[]) => Float64Array.from(NODES, (_, n) => some[n] ?? 0);
const mass = (against: number[], weight = 1): Mass => {
  const all = Float64Array.from(against);
  return { detector: 'more-calls', share: all, against: all, weight, items: [] };
};

describe('what is under a function', () => {
  it('is what its nodes and all below them have, a recursive call once', () => {
    expect(shares(under(tree, nodes(0, 0, 2, 0, 3, 4, 1)).all)).toEqual([100, 20, 80, 30, 40]);
  });

  it('is owned by the last function that all of it has in common', () => {
    // All that main has goes through serve; of serve's, half goes through each of its callees.
    expect(shares(under(tree, nodes(0, 0, 0, 0, 5, 5)).owned)).toEqual([0, 0, 50, 50, 50]);
  });

  it('is nothing where nothing is odd, or only calls of no known function', () => {
    for (const excess of [nodes(), nodes(7)]) expect(shares(under(tree, excess).all)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('coverage times lift', () => {
  it('is nothing for a function that has as much of it as usual', () => {
    const share = under(tree, nodes(0, 0, 0, 0, 9, 1)).all;
    expect([...lift(share, share)]).toEqual([0, 0, 0, 0, 0]);
  });

  it('speaks for the function whose part grew', () => {
    const [odd, usual] = [under(tree, nodes(0, 0, 0, 0, 1, 9)).all, under(tree, nodes(0, 0, 0, 0, 9, 1)).all];
    expect(placesOf(lift(odd, usual))[4]).toBe(1);
  });
});

describe('places', () => {
  it('are what counting those that are no less gives', () => {
    const value = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const counted = values.map((v) => (v === 0 ? 0 : values.filter((w) => w >= v).length));
        expect([...placesOf(values)]).toEqual(counted);
      }),
    );
  });
});

describe('the fused order', () => {
  it('adds places, not sizes: the same evidence a thousand times as large changes nothing', () => {
    const [small, large] = [1, 1000].map((size) => fuse([mass([0, size, 3 * size])], [0, 1, 0], 1));
    expect([...large!]).toEqual([...small!]);
  });

  it('counts a mass by its weight and the root of the place', () => {
    expect([...fuse([mass([3, 0, 0, 0, 9], 0.5)], [0, 2, 1, 0, 0], 1)]).toEqual([0.5 / Math.sqrt(2), 1, 1 / 2, 0, 0.5]);
  });

  it('leaves the masses out where they have no say', () => {
    expect([...fuse([mass([0, 0, 0, 0, 3])], [0, 2, 1, 0, 0], 0)]).toEqual([0, 1, 1 / 2, 0, 0]);
  });
});
