import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContextTree } from '../../../src/methods/fused/ranking/context-tree.js';
import { evidenceOfMass, fuse, placesOf, under } from '../../../src/methods/fused/ranking/fuse.js';
import type { Mass } from '../../../src/methods/fused/ranking/masses.js';
import { EMPTY_MODEL } from '../../../src/signatures/context-model.js';

// main(0) calls parse(1) and serve(2); serve calls send(3) and log(4), and itself. Nodes by number: 1 to 6.
const NODES = [[-1, -1], [0, 0], [1, 1], [1, 2], [3, 3], [3, 4], [3, 2]] as const; // prettier-ignore
const tree = new ContextTree({ ...EMPTY_MODEL, nodes: NODES }, 5);
const shares = (values: Float64Array) => [...values].map((x) => Math.round(100 * x));
const mass = (detector: Mass['detector'], excess: number[], usual: number[] = []): Mass => {
  const all = (some: number[]) => Float64Array.from(NODES, (_, n) => some[n] ?? 0);
  return { detector, excess: all(excess), usual: all(usual), items: [] };
};

describe('what is under a function', () => {
  it('is what its nodes and all below them have, a recursive call once', () => {
    const { all } = under(tree, mass('more-calls', [0, 0, 2, 0, 3, 4, 1]).excess);
    expect(shares(all)).toEqual([100, 20, 80, 30, 40]);
  });

  it('is owned by the last function that all of it has in common', () => {
    const { owned } = under(tree, mass('more-calls', [0, 0, 0, 0, 5, 5]).excess);
    // All that main has goes through serve; of serve's, half goes through each of its callees.
    expect(shares(owned)).toEqual([0, 0, 50, 50, 50]);
  });

  it('is nothing where nothing is odd, or only calls of no known function', () => {
    for (const excess of [[], [7]])
      expect(shares(under(tree, mass('more-calls', excess).excess).all)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('evidence of time', () => {
  it('is no evidence against a function that has as much of it as usual', () => {
    const evidence = evidenceOfMass(tree, mass('time-inside', [0, 0, 0, 0, 9, 1], [0, 0, 0, 0, 9, 1]));
    expect([...evidence]).toEqual([0, 0, 0, 0, 0]);
  });

  it('speaks for the function whose part grew', () => {
    const evidence = evidenceOfMass(tree, mass('time-before', [0, 0, 0, 0, 1, 9], [0, 0, 0, 0, 9, 1]));
    expect(placesOf(evidence)[4]).toBe(1);
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
    const [small, large] = [1, 1000].map((size) =>
      fuse(tree, [mass('more-calls', [0, 0, size, 0, 3 * size])], [0, 1, 0, 0, 0], 1),
    );
    expect([...large!.scores]).toEqual([...small!.scores]);
  });

  it('leaves the masses out where they have no say', () => {
    const { scores } = fuse(tree, [mass('more-calls', [0, 0, 0, 0, 3])], [0, 2, 1, 0, 0], 0);
    expect([...scores]).toEqual([0, 1, 1 / 2, 0, 0]);
  });
});
