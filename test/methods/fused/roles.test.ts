import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL, grainsOf } from '../../../src/context/symbols.js';
import { learnRoles } from '../../../src/methods/fused/scene/roles.js';
import { sceneOf } from '../../../src/methods/fused/scene/scene.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { traceFromText } from '../../helpers/trace.js';

const LEARNED = learnSignatures(
  [
    traceFromText(
      Array.from({ length: 30 }, (_, i) =>
        [
          `1/1 ${i}.1 epoll_wait=1 main>loop`,
          `1/1 ${i}.2 read=5 main>loop>handle`,
          `1/1 ${i}.3 write=5 main>loop>handle`,
          `1/2 ${i}.15 futex#wait start>worker`,
          `1/2 ${i}.25 read=5 start>worker>load`,
          `1/3 ${i}.35 clock_nanosleep janitor`,
        ].join('\n'),
      ).join('\n'),
    ),
  ],
  { parameters: DEFAULT_PARAMETERS },
);
const { roles } = LEARNED.model;

function rolesOf(text: string, onset: number) {
  const trace = traceFromText(text);
  const window = { fromNs: 0, toNs: trace.endNs + 1 };
  const scene = sceneOf({ trace, signatures: LEARNED, parameters: DEFAULT_PARAMETERS, ...window });
  return { scene, ...learnRoles(scene.decoder).ofThreads(scene, onset * 1e9) };
}

/** Naive Bayes as it is described: pairs of calls, each by the logarithm of its count, eight at most. */
function byTheBook({ scene }: ReturnType<typeof rolesOf>, t: number, onset: number): number[] {
  const { trace, places } = scene;
  const { contexts, symbols } = places;
  const text = (symbol: number) => grainsOf(symbols[symbol]!)[CALL]!;
  const rows = Array.from({ length: trace.length }, (_, i) => i).filter((i) => trace.columns.thread[i] === t);
  const early = rows.filter((i) => trace.columns.start[i]! < onset * 1e9);
  const looked = early.length < 20 ? rows.slice(0, 200) : early.slice(0, 20_000);
  const counts = new Map<string, number>();
  for (const i of looked) {
    const k = places.contextOf[places.ofRow[i]!]!;
    const pair = `${text(contexts.before[k]!)} ${text(contexts.symbol[k]!)}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const learned = roles.map(({ calls }) => new Map(calls.map(([before, call, n]) => [`${before} ${call}`, n])));
  const sum = (pairs: Map<string, number>) => [...pairs.values()].reduce((all, n) => all + n, 0);
  const total = learned.reduce((all, pairs) => all + sum(pairs), 0);
  const scores = learned.map((pairs) => {
    let score = Math.log(sum(pairs) / total);
    for (const [pair, n] of counts) {
      const anywhere = learned.reduce((all, other) => all + (other.get(pair) ?? 0), 0) / total;
      if (anywhere === 0) continue;
      score += Math.log1p(Math.min(n, 8)) * Math.log(((pairs.get(pair) ?? 0) + 10 * anywhere) / (sum(pairs) + 10));
    }
    return Math.exp(score);
  });
  return scores.map((x) => x / scores.reduce((a, b) => a + b, 0));
}

describe('roles of threads', () => {
  it('are told by the calls before the onset, and of threads with few of these by their first calls', () => {
    const call = fc.constantFrom('epoll_wait=1', 'read=5', 'write=5', 'futex#wait', 'clock_nanosleep', 'getpid=1');
    const calls = fc.array(fc.tuple(fc.constantFrom(1, 2, 3, 4), call), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(calls, fc.integer({ min: 0, max: 120 }), (rows, onset) => {
        const found = rolesOf(rows.map(([t, c], i) => `1/${t} ${i} ${c}`).join('\n'), onset);
        found.scene.trace.threads.forEach((_, t) => {
          const { probability } = found.roles[found.ofThread[t]!]!;
          const expected = byTheBook(found, t, onset);
          probability.forEach((p, r) => expect(Math.abs(p - expected[r]!)).toBeLessThan(0.005 + 1e-9));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('are those of a thread alone, however many others there are', () => {
    const worker = (t: number) => `1/${t} ${t % 7}.1 futex#wait\n1/${t} ${t % 7}.2 read=5`;
    const janitor = (t: number) => `1/${t} ${t % 7}.3 clock_nanosleep`;
    const threads = Array.from({ length: 2000 }, (_, i) => (i % 3 === 0 ? janitor(i + 1) : worker(i + 1)));
    const lines = threads.flatMap((lines) => lines.split('\n'));
    lines.sort((a, b) => parseFloat(a.split(' ')[1]!) - parseFloat(b.split(' ')[1]!));
    const { scene, ofThread, roles: found } = rolesOf(lines.join('\n'), 5);
    const entry = (r: number) => LEARNED.functions[LEARNED.model.nodes[roles[r]!.entries[0]!]![1]]!.name;
    scene.trace.threads.forEach(({ tid }, t) =>
      expect(entry(found[ofThread[t]!]!.best)).toBe((tid - 1) % 3 === 0 ? 'janitor' : 'start'),
    );
    expect(found.length).toBe(2);
  });
});
