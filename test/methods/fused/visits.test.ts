import { describe, expect, it } from 'vitest';
import { sharesOnTheWay } from '../../../src/methods/fused/ranking/by-step.js';
import { ContextTree } from '../../../src/methods/fused/ranking/context-tree.js';
import { visited } from '../../../src/methods/fused/ranking/visits.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { traceFromText } from '../../helpers/trace.js';

/** Ten rounds: each reads; six of them answer from a file, of which three tell a log, and one reloads. */
const ROUNDS = Array.from({ length: 10 }, (_, i) => [
  ['read:tcp=120', 'main>loop>receive'],
  ...(i % 10 < 6 ? [['pread64:file=80', 'main>loop>handle>look']] : []),
  ...(i % 10 < 3 ? [['write:file=60', 'main>loop>handle>tell']] : []),
  ...(i === 9 ? [['openat:file=3', 'main>loop>reload']] : []),
]).flat();
const signatures = learnSignatures(
  [traceFromText(ROUNDS.map(([call, stack], i) => `1/1 ${i}.000000 ${call} +0.1 ${stack}`).join('\n'))],
  { parameters: DEFAULT_PARAMETERS },
);
const tree = new ContextTree(signatures.model, signatures.functions.length);
const functionOf = (name: string) => signatures.functions.findIndex((f) => f.name === name);
const nodeOf = (name: string) => tree.functionOf.indexOf(functionOf(name));

/** Amount of the steps that may have visited each function. */
function visits(steps: readonly (readonly [from: string, to: string, amount: number])[]): Record<string, number> {
  const ways = steps.map(([from, to]) => ({ from: nodeOf(from), to: nodeOf(to) }));
  const found = visited(
    steps.map(([, , amount]) => amount),
    ways,
    tree,
  );
  return Object.fromEntries(signatures.functions.map(({ name }) => [name, found[nodeOf(name)]!]));
}

describe('visits without a call', () => {
  it('are of each callee of active functions alike, however many calls were under it, and half as much of theirs', () => {
    // Active are receive, which is left, loop, in which both meet, handle and look: callees are receive, handle, reload; look, tell.
    const found = visits([['receive', 'look', 20]]);
    expect([found['handle'], found['reload'], found['receive']]).toEqual([4, 4, 4]);
    expect([found['look'], found['tell']]).toEqual([4 + 1, 4 + 1]);
    expect([found['main'], found['loop']]).toEqual([0, 0]);
  });

  it('are the same for functions that are left as for those that are entered', () => {
    expect(visits([['look', 'receive', 1]])).toEqual(visits([['receive', 'look', 1]]));
  });

  it('are of nobody but its callees where one function goes on', () => {
    expect(visits([['look', 'look', 1]])).toEqual(visits([]));
    const found = visits([['handle', 'handle', 1]]);
    expect([found['look'], found['tell'], found['reload']]).toEqual([1 / 2, 1 / 2, 0]);
  });

  it('add up over steps', () => {
    const [a, b] = [visits([['receive', 'receive', 2]]), visits([['look', 'tell', 3]])];
    const both = visits([
      ['receive', 'receive', 2],
      ['look', 'tell', 3],
    ]);
    for (const name of Object.keys(both)) expect(both[name]).toBeCloseTo(a[name]! + b[name]!);
  });

  it('count less than what a step enters for certain', () => {
    const found = sharesOnTheWay([1], [{ from: nodeOf('receive'), to: nodeOf('look') }], tree);
    expect(found[functionOf('look')]).toBeGreaterThanOrEqual(1);
    expect(found[functionOf('tell')]).toBeLessThan(0.1);
    expect(found[functionOf('tell')]).toBeGreaterThan(0);
    expect(found[functionOf('loop')]).toBe(0);
  });
});
