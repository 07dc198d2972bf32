import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alike, cosine, featuresOf } from '../../src/batch/alike.js';
import type { Evidence, Suspect } from '../../src/result.js';

const evidence = (episode: string): Evidence => ({
  detector: 'rate',
  weight: 1,
  units: 1,
  threads: [1],
  span: { from: 0, to: 1 },
  episode: episode.split(' '),
  count: 1,
  expected: 0,
  message: { code: 'x', args: {} },
});

/** "retry[recvfrom sendto] serve" -> two suspects, the first with an episode. */
function incident(text: string) {
  const suspects = [...text.matchAll(/(\w+)(?:\[([^\]]*)\])?/g)].map(([, name, episode], i): Suspect => ({
    rank: i + 1,
    function: name!,
    object: '',
    score: 1,
    confidence: 1,
    tiedWith: [],
    callPath: [],
    inferred: false,
    evidence: episode === undefined ? [] : [evidence(episode)],
  }));
  return featuresOf({ suspects });
}

const clusters = (list: Record<string, string>, group = () => 'p') =>
  alike(Object.entries(list).map(([id, text]) => ({ id, group: group(), features: incident(text) })));

describe('incidents that look alike', () => {
  test('the same functions, in another order below the first', () => {
    expect(clusters({ a: 'retry serve main', b: 'retry main serve', c: 'load serve main', d: 'load reply' })).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  test('the same function for other episodes is less alike', () => {
    const [a, b] = [incident('retry[recvfrom sendto]'), incident('retry[futex]')];
    expect(cosine(a, b)).toBeLessThan(cosine(a, incident('retry[recvfrom sendto]')));
  });

  test('any number of incidents', () => {
    const many = (text: string, count: number, name: string) => {
      const features = incident(text);
      return Array.from({ length: count }, (_, i) => ({ id: `${name}${i}`, group: 'p', features }));
    };
    // The vectors are few, and more incidents join a leader at once than a function takes arguments.
    const found = alike([...many('retry serve main', 131_000, 'a'), ...many('retry main serve', 130_000, 'b')]);
    expect(found.map((ids) => ids.length)).toEqual([261_000]);
  });

  test('never across programs, never without suspects', () => {
    let n = 0;
    expect(clusters({ a: 'retry', b: 'retry', c: '' }, () => `p${n++}`)).toEqual([['a'], ['b']]);
  });

  test('the order of the incidents does not matter, and none is lost', () => {
    const names = fc.constantFrom('a b c', 'a c b', 'b', 'b a', 'c[x y]', 'c[x]', 'd e', 'e d f', 'f');
    fc.assert(
      fc.property(fc.array(names, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (texts, keys) => {
        const list = texts.map((text, i) => ({ id: `i${i}`, group: 'p', features: incident(text) }));
        const shuffled = list.map((x) => [keys.next().value!, x] as const).sort((x, y) => x[0] - y[0]);
        const found = alike(list);
        expect(alike(shuffled.map(([, x]) => x))).toEqual(found);
        expect(found.flat().sort()).toEqual(list.map((x) => x.id).sort());
      }),
    );
  });
});

test('a vector has length one', () => {
  const f = incident('retry[recvfrom sendto] serve main');
  expect(cosine(f, f)).toBeCloseTo(1, 4);
});
