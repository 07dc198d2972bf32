import { describe, expect, it } from 'vitest';
import { beginningOf } from '../../../src/methods/fused/beginning.js';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { stacksOf } from '../../../src/stacks/stacks-of.js';
import { type Line, serve, traceText } from '../../helpers/server.js';
import { traceFromText } from '../../helpers/trace.js';

const parameters = DEFAULT_PARAMETERS;

function analyse(...parts: readonly (readonly Line[])[]) {
  const trace = traceFromText(traceText(...parts));
  const scope = { trace, parameters, fromNs: 0, toNs: trace.endNs + 1 };
  const { signatures, nodeOfStack } = beginningOf(scope);
  const input = { ...scope, signatures, nodeOfStack: nodeOfStack ?? undefined };
  return { input, nodeOfStack, signatures, outcome: fusedMethod(input) };
}

/** A function that the program calls from the onset on only. */
const storm = (stacks: boolean): Line[] =>
  Array.from({ length: 2000 }, (_, i): Line[] => {
    const [t, u] = [20.0312 + i * 0.01, 20.0314 + i * 0.01];
    const stack = stacks ? ' main>loop>checkConfig>reload' : '';
    return [
      [t, `1/1 ${t.toFixed(6)} stat +0.0001${stack}`],
      [u, `1/1 ${u.toFixed(6)} openat:file=11 +0.0001${stack}`],
    ];
  }).flat();

describe('an analysis without signatures', () => {
  it('takes the time before the onset for what is usual', () => {
    expect(analyse(serve({ to: 40, rate: 20 })).outcome.verdict).toBe('none');
    expect(analyse(serve({ to: 20, rate: 20 }), serve({ from: 20, to: 40, rate: 45 })).outcome.verdict).toBe('none');
    const { outcome, signatures, nodeOfStack } = analyse(serve({ to: 40, rate: 20 }), storm(false));
    expect(outcome.verdict).toBe('bug');
    expect(outcome.ranked).toEqual([]);
    expect([signatures.functions, nodeOfStack]).toEqual([[], null]);
  });

  it('takes no idle moment for what is usual', () => {
    const idle = Array.from({ length: 5 }, (_, i): Line => [i / 10, `1/1 ${i / 10}00001 epoll_wait:epoll=0 +0.0999`]);
    const work = Array.from({ length: 700 }, (_, i): Line[] =>
      (['epoll_wait:epoll', 'read:tcp=36', 'write:tcp=5'] as const).map((call, k): Line => {
        const t = 0.5 + i * 0.0021 + [0, 0.0019, 0.002][k]!;
        return [t, `1/1 ${t.toFixed(6)} ${call} +${k === 0 ? '0.0018' : '0.00002'}`];
      }),
    ).flat();
    const { verdict, reasons } = analyse(idle, work).outcome;
    expect([verdict, reasons.at(-1)!.code]).toEqual(['inconclusive', 'few-learned']);
  });

  it('names functions by the stacks of the trace, those too that were never on one before', () => {
    const { outcome } = analyse(serve({ to: 40, rate: 20, stacks: true }), storm(true));
    expect(outcome.verdict).toBe('bug');
    expect(outcome.ranked[0]).toMatchObject({ name: 'reload', callPath: ['checkConfig', 'loop', 'main'] });
  });

  it('counts a call once for each function on its stack, however often that called itself', () => {
    const stacks = ['main>loop', 'main>loop>parse>parse>loop', 'main>parse>loop>parse', 'main'];
    const calls = stacks.flatMap((stack, k) =>
      Array.from({ length: 10 ** k }, (_, i): Line => {
        const t = 20 + k + i / 10_000;
        return [t, `1/1 ${t.toFixed(6)} stat +0.00001 ${stack}`];
      }),
    );
    const { functions } = analyse(calls).signatures;
    expect(functions.map((f) => [f.name, f.calls, f.ownCalls]).sort()).toEqual([
      ['loop', 111, 11],
      ['main', 1111, 1000],
      ['parse', 110, 100],
    ]);
  });

  it('goes on where stacks are missing or broken', () => {
    const holes = traceText(serve({ to: 40, rate: 20, stacks: true }), storm(true))
      .split('\n')
      .map((line, n) => (n % 3 === 0 ? line.replace(/ main.*/, '') : line));
    const { outcome } = analyse(holes.map((text): Line => [Number(text.split(' ')[1]), text]));
    expect(outcome.ranked[0]!.name).toBe('reload');
  });

  it('has the calls of a function in its stack profile, as recorded', () => {
    const { input } = analyse(serve({ to: 40, rate: 20, stacks: true }), storm(true));
    const profile = stacksOf(input);
    expect(profile.source).toBe('recorded');
    const reload = profile.stacks.filter((s) => s.stack.at(-1) === 'reload');
    expect(reload.map((s) => [s.call, s.certainty]).sort()).toEqual([
      ['openat:file', 1],
      ['stat', 1],
    ]);
    expect(reload.reduce((sum, s) => sum + s.before.calls + s.after.calls, 0)).toBe(4000);
  });

  it('waits that the onset cuts are not usual', () => {
    const hang: Line[] = [[19.5, '1/3 19.500000 futex#wait +?']];
    const { signatures } = analyse(serve({ to: 40, rate: 20 }), hang, storm(false));
    for (const [, call, , longest] of signatures.model.waits) if (call === 'futex#wait') expect(longest).toBe(0);
  });
});
