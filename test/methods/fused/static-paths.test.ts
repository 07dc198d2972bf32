import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waysBetween } from '../../../src/methods/fused/ranking/static-paths.js';
import { graphFrom } from '../../helpers/call-graph.js';

/** Shares by name; `seen` functions in capitals, `ends` behind `>`. */
function ways(text: string, from: string, ends: string, issuers = '') {
  const graph = graphFrom(text);
  const n = (name: string) => graph.names.indexOf(name);
  const found = waysBetween(
    graph,
    n(from),
    (f) => /^[a-z]/.test(graph.names[f]!),
    (f) => ends.split(' ').includes(graph.names[f]!),
    (f) => issuers.split(' ').includes(graph.names[f]!),
  );
  return found && Object.fromEntries([...found.shares].map(([f, s]) => [graph.names[f]!, Number(s.toFixed(3))]));
}

describe('ways through functions never seen', () => {
  it('gives the only way the whole', () => {
    expect(ways('A>u u>v v>B', 'A', 'B')).toEqual({ u: 1, v: 1 });
  });

  it('shares among the shortest ways only, each alike', () => {
    expect(ways('A>u A>v u>B v>B A>x x>y y>B', 'A', 'B')).toEqual({ u: 0.5, v: 0.5 });
    expect(ways('A>u u>v u>w v>B w>B A>x x>w', 'A', 'B')).toEqual({ u: 0.667, v: 0.333, w: 0.667, x: 0.333 });
  });

  it('counts a direct call to an end as a way that needs none of them', () => {
    expect(ways('A>B A>u u>B', 'A', 'B')).toEqual({ u: 0.5 });
  });

  it('does not go through functions that were seen, nor further than three', () => {
    expect(ways('A>C C>u u>B', 'A', 'B')).toBeNull();
    expect(ways('A>u u>v v>w w>B', 'A', 'B')).toEqual({ u: 1, v: 1, w: 1 });
    expect(ways('A>u u>v v>w w>x x>B', 'A', 'B')).toBeNull();
  });

  it('ends where the call itself can be issued', () => {
    expect(ways('A>u A>v u>w', 'A', 'B', 'w v')).toEqual({ v: 1 });
    expect(ways('A>u u>u', 'A', 'B', '')).toBeNull();
  });

  it('agrees with listing all ways', () => {
    const edge = fc.tuple(fc.nat(7), fc.nat(7)).map(([a, b]) => `${'Abcdefgh'[a]!}>${'bcdefghB'[b]!}`);
    fc.assert(
      fc.property(fc.uniqueArray(edge, { minLength: 1, maxLength: 24 }), (edges) => {
        const text = ['A>b', ...edges.filter((e) => e !== 'A>b')].join(' ');
        expect(ways(text, 'A', 'B') ?? {}).toEqual(allWays(text.split(' ')));
      }),
      { numRuns: 500 },
    );
  });
});

/** Shares as `waysBetween` defines them, by listing every chain without a loop. */
function allWays(edges: readonly string[]): Record<string, number> {
  const chains: string[] = [];
  const extend = (chain: string) => {
    if (edges.includes(`${chain.at(-1)!}>B`)) chains.push(chain);
    if (chain.length > 3) return;
    for (const e of edges)
      if (e[0] === chain.at(-1) && /[a-z]/.test(e[2]!) && !chain.includes(e[2]!)) extend(chain + e[2]!);
  };
  extend('A');
  const through = chains.filter((c) => c.length > 1);
  const shortest = Math.min(...through.map((c) => c.length));
  const short = through.filter((c) => c.length === shortest);
  const total = short.length + (chains.includes('A') ? 1 : 0);
  const shares: Record<string, number> = {};
  for (const u of new Set(short.join('').replaceAll('A', '')))
    shares[u] = Number((short.filter((c) => c.includes(u)).length / total).toFixed(3));
  return shares;
}
