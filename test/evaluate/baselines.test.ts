import { describe, expect, it } from 'vitest';
import { inlinePool } from '../../src/pool/inline-pool.js';
import type { Method } from '../../src/methods/registry.js';
import { countBaseline, pasdBaseline, ratioBaseline, timeBaseline } from '../../src/evaluate/baselines.js';
import { decodedTotals } from '../../src/evaluate/decoded-totals.js';
import { stackStatistics } from '../../src/evaluate/pasd.js';
import type { MethodInput } from '../../src/methods/method.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

/** Each kind of call belongs to one function, so that decoding leaves nothing open. */
const LEARNED = `
  1 0.01 epoll_wait main>loop
  1 0.02 read       main>loop>query
  1 0.03 write      main>loop>reply
  1 0.04 epoll_wait main>loop
  1 0.05 read       main>loop>query
  1 0.06 write      main>loop>reply
  1 0.07 fsync      main>cron
`;
const INCIDENT = `
  1 0.00 epoll_wait +0.1
  1 0.10 read       +0.001
  1 0.11 write      +0.001
  1 0.20 fsync      +0.5
  1 0.71 read       +0.001
  1 0.72 read       +0.001
  1 0.73 read       +0.001
  1 0.90 epoll_wait +0.1
`;

function input(window: Partial<MethodInput> = {}): MethodInput {
  const trace = traceFromText(INCIDENT);
  const signatures = learnSignatures([traceFromText(LEARNED)], { parameters: DEFAULT_PARAMETERS });
  const whole = { fromNs: 0, toNs: 1e9 + 1 };
  return { trace, signatures, parameters: DEFAULT_PARAMETERS, ...whole, ...window };
}

async function ranked(method: Method, window: Partial<MethodInput> = {}): Promise<[string, number][]> {
  const outcome = await method(input(window), { pool: inlinePool });
  return outcome.ranked.map((r) => [r.name, Math.round(r.score * 1000) / 1000]);
}

describe('decodedTotals', () => {
  it('gives calls and time to the innermost function, and to all above it', () => {
    const given = input();
    const { ownCalls, allCalls, ownTime } = decodedTotals(given);
    const of = (values: Float64Array, name: string) =>
      values[given.signatures.functions.findIndex((f) => f.name === name)];
    expect(of(ownCalls, 'query')).toBeCloseTo(4, 9);
    expect(of(ownCalls, 'main')).toBe(0);
    expect(of(allCalls, 'loop')).toBeCloseTo(7, 9);
    expect(of(allCalls, 'main')).toBeCloseTo(8, 9);
    expect(of(ownTime, 'cron')! / 1e9).toBeCloseTo(0.5, 9);
  });
});

describe('baselines', () => {
  it('time: where calls took longest', async () => {
    expect((await ranked(timeBaseline)).map(([name]) => name)).toEqual(['cron', 'loop', 'query', 'reply']);
  });

  it('count: who made most calls, in the window only', async () => {
    expect(await ranked(countBaseline)).toEqual([
      ['query', 4],
      ['loop', 2],
      ['cron', 1],
      ['reply', 1],
    ]);
    expect(await ranked(countBaseline, { toNs: 0.15e9 })).toEqual([
      ['loop', 1],
      ['query', 1],
      ['reply', 1],
    ]);
  });

  it('ratio: who issues what grew from one half to the other', async () => {
    // read: 1 before the middle, 3 after it; epoll_wait 1 and 1; nothing else grew.
    expect(await ranked(ratioBaseline)).toEqual([['query', 1]]);
  });

  it('pasd: nothing without an oracle', async () => {
    expect(await ranked(pasdBaseline(null))).toEqual([]);
  });
});

describe('stackStatistics', () => {
  it('is the increase of being slow with the function over being slow below its caller', () => {
    const fast = Array.from({ length: 20 }, (_, i) => `1 ${(i / 10).toFixed(1)}1 read +0.001 main>loop>query`);
    const slow = ['1 3.1 read +1 main>loop>query>lookUp', '1 4.2 read +0.001 main>loop>query>lookUp'];
    const signatures = learnSignatures([traceFromText([...fast, ...slow].join('\n'))], {
      parameters: DEFAULT_PARAMETERS,
    });
    const scores = stackStatistics(traceFromText([...fast, ...slow].join('\n')), signatures);
    const of = (name: string) => scores[signatures.functions.findIndex((f) => f.name === name)];
    // lookUp: 1 of 2 calls is slow; below its caller, query, 1 of 22.
    expect(of('lookUp')).toBeCloseTo(1 / 2 - 1 / 22, 12);
    // query, loop and main are on every stack, as is whatever calls them.
    expect(of('query')).toBe(0);
    expect(of('main')).toBe(0);
  });

  it('has nothing to say of a trace without stacks', () => {
    const { signatures } = input();
    expect([...stackStatistics(traceFromText(INCIDENT), signatures)].every((s) => s === 0)).toBe(true);
  });
});
