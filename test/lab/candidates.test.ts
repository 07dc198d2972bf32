import { describe, expect, it } from 'vitest';
import { candidates, visibilityOf } from '../../scripts/lab/candidates.js';
import { OPERATORS, suits } from '../../scripts/lab/operators.js';
import { rngOf } from '../../scripts/lab/rng.js';
import type { Server } from '../../scripts/lab/server.js';
import type { Survey } from '../../scripts/lab/survey.js';
import type { ValueKind } from '../../scripts/lab/target/dwarf.js';
import type { Program, TargetFunction } from '../../scripts/lab/target/program.js';
import { circumstances } from '../../scripts/lab/variety.js';

function target(name: string, address: number, over: Partial<TargetFunction> = {}): TargetFunction {
  const usual = {
    arguments: 2,
    variadic: false,
    largeArguments: false,
    structures: false,
    registers: 2,
    returns: 'int' as ValueKind,
    noReturn: false,
  };
  return { name, symbol: name, address, size: 200, ...usual, ...over };
}

const kinds: ValueKind[] = ['int', 'void', 'struct', 'float', 'pointer', 'bool'];
const many = Array.from({ length: 60 }, (_, i) => target(`f${i}`, 64 * i, { returns: kinds[i % kinds.length]! }));
const program: Program = {
  path: '/opt/server',
  relocatable: true,
  functionsInBinary: 100,
  targets: [
    ...many,
    target('main', 10_000),
    target('my_malloc', 10_100),
    target('die', 10_200, { noReturn: true }),
    target('twice', 10_300),
    target('twice', 10_400, { symbol: 'twice.1' }),
    target('loop', 10_500),
    target('seldom', 10_600),
  ],
};
const presence = (calls: number) => ({ calls, innermost: 0, path: [] });
const stacks = {
  calls: 1000,
  seconds: 30,
  functions: {
    loop: presence(990),
    ...Object.fromEntries(many.slice(0, 40).map((f, i) => [f.name, presence(5 * i)])),
  },
};
const survey: Survey = {
  rate: 1,
  learned: { usual: stacks, thin: stacks },
  called: Object.fromEntries(
    program.targets.map((f) => [f.symbol, { rate: f.name === 'seldom' ? 0.1 : 20, callers: [] }]),
  ),
};
const server = (concurrent: boolean) => ({ name: 'server', concurrent }) as Server;

describe('candidates', () => {
  const chosen = candidates(server(true), program, survey, 'seed', 40);

  it('are decided by the seed', () => {
    expect(candidates(server(true), program, survey, 'seed', 40)).toEqual(chosen);
    expect(candidates(server(true), program, survey, 'other', 40)).not.toEqual(chosen);
  });

  it('are of all kinds of faults and of visibility', () => {
    expect(new Set(chosen.map((c) => c.fault.operator))).toEqual(new Set(OPERATORS));
    expect(new Set(chosen.map((c) => c.visibility))).toEqual(new Set(['never', 'rare', 'some', 'often']));
    expect(new Set(chosen.map((c) => c.id)).size).toBe(chosen.length);
    for (const c of chosen) expect(c.visibility).toBe(visibilityOf(c.share));
  });

  it('leave out what says nothing: main, allocators, loops at the root, names of two functions, what is hardly called', () => {
    const names = new Set(candidates(server(true), program, survey, 'seed', 1000).map((c) => c.function));
    for (const name of ['main', 'my_malloc', 'die', 'twice', 'loop', 'seldom']) expect(names).not.toContain(name);
  });

  it('suit the function', () => {
    for (const c of chosen)
      expect(
        suits(
          c.fault.operator,
          program.targets.find((f) => f.symbol === c.symbol)!,
        ),
      ).toBe(true);
    expect(suits('error', target('f', 0, { returns: 'void' }))).toBe(false);
    expect(suits('repeat', target('f', 0, { arguments: 7 }))).toBe(false);
    expect(suits('skip', target('f', 0, { returns: 'struct' }))).toBe(false);
  });

  it('suit functions in Rust: nothing moved twice, no failure by a number', () => {
    const suitable = (over: Partial<TargetFunction>) =>
      OPERATORS.filter((o) => suits(o, target('f', 0, { rust: true, ...over })));
    expect(suitable({})).toEqual(['skip', 'compute', 'sleep', 'repeat', 'endless', 'serialize']);
    expect(suitable({ returns: 'pointer' })).not.toContain('skip');
    expect(suitable({ structures: true, largeArguments: true })).toEqual(['skip', 'compute', 'sleep', 'serialize']);
    expect(suitable({ registers: 7 })).toEqual(['skip', 'compute', 'sleep']);
  });

  it('in Rust may be closures of one function, and no operator that suits nothing holds up the others', () => {
    const targets = many.map((f) => ({ ...f, name: `demo::part${f.address % 640}`, rust: true as const }));
    const chosen = candidates(server(true), { ...program, targets, rust: true }, survey, 'seed', 16);
    expect(chosen).toHaveLength(16);
    expect(new Set(chosen.map((c) => c.fault.operator)).size).toBe(6);
  });

  it('are named without the path of a Go package', () => {
    const targets = [target('example.org/demo/v2/store.(*Log).write', 64)];
    const called = { [targets[0]!.symbol]: { rate: 20, callers: [] } };
    const [first] = candidates(server(true), { ...program, targets }, { ...survey, called }, 'seed', 1);
    expect(first!.id).toBe(`server-${first!.fault.operator}-store_Log_write`);
  });

  it('serialize only where somebody else could wait', () => {
    const alone = candidates(server(false), program, survey, 'seed', 40);
    expect(alone.map((c) => c.fault.operator)).not.toContain('serialize');
  });
});

describe('rngOf', () => {
  it('weighs, shuffles and stays in its bounds', () => {
    const rng = rngOf('a', 1);
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 3000; i++) counts[rng.weighted({ a: 2, b: 1, c: 0 })]!++;
    expect(counts['c']).toBe(0);
    expect(counts['a']! / counts['b']!).toBeGreaterThan(1.6);
    expect(counts['a']! / counts['b']!).toBeLessThan(2.5);
    expect(rng.shuffled([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
    for (let i = 0; i < 100; i++) expect(rng.below(3)).toBeLessThan(3);
  });
});

describe('circumstances', () => {
  it('differ on purpose: ten cases of a server have some of each, as the seed decides', () => {
    const of = (seed: string) => Array.from({ length: 10 }, (_, n) => circumstances(seed, 'knot', n));
    for (const seed of ['1', '2', 'another']) {
      const cases = of(seed);
      expect(cases).toEqual(of(seed));
      for (const key of ['recorder', 'attached', 'starved', 'learning', 'healthySeconds'] as const)
        expect(new Set(cases.map((c) => c[key])).size).toBe(2);
    }
    expect(of('1')).not.toEqual(of('2'));
  });
});
