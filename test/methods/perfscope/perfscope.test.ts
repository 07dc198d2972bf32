import { describe, expect, it } from 'vitest';
import { type RunStage, perfscopeMethod } from '../../../src/methods/perfscope/perfscope.js';
import { ranges } from '../../../src/methods/perfscope/ranges.js';
import type { MethodInput } from '../../../src/methods/method.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { type Trace, rowsByThread } from '../../../src/trace/table.js';
import { traceFromText } from '../../helpers/trace.js';

const here: RunStage = async (stage, tasks) => {
  const context = { signal: new AbortController().signal, progress: () => undefined, log: () => undefined };
  const results = [];
  for (const task of tasks) results.push(await stage.run(task, context));
  return results;
};

/** A request every 10 ms: wait, read, resolve a name, answer. `stacks`: with what each call was issued from. */
function requests(from: number, count: number, stacks: boolean): string {
  const calls = [
    ['epoll_wait', '+0.008', 'main>loop'],
    ['read:tcp', '+0.00001', 'main>loop>serve>readRequest'],
    ['sendto:udp', '+0.00001', 'main>loop>serve>resolve'],
    ['recvfrom:udp', '+0.00001', 'main>loop>serve>resolve'],
    ['write:tcp', '+0.00001', 'main>loop>serve>reply'],
  ];
  return Array.from({ length: count }, (_, i) =>
    calls.map(([call, took, stack], k) => {
      const at = from + i * 0.01 + (k === 0 ? 0 : 0.0081 + k * 0.0001);
      return `1 ${at.toFixed(4)} ${call} ${took} ${stacks ? stack : ''}`;
    }),
  )
    .flat()
    .join('\n');
}

function input(trace: Trace, more: Partial<MethodInput> = {}): MethodInput {
  const signatures = learnSignatures([traceFromText(requests(0, 50, true))], { parameters: DEFAULT_PARAMETERS });
  return {
    ...{ trace, rows: rowsByThread(trace), signatures, parameters: DEFAULT_PARAMETERS },
    ...{ fromNs: 0, toNs: trace.endNs + 1, ...more },
  };
}

const loop = Array.from({ length: 200 }, (_, i) => {
  const at = 2 + i * 0.0002;
  return `1 ${at.toFixed(4)} sendto:udp +0.00001\n1 ${(at + 0.0001).toFixed(4)} recvfrom:udp +0.00001`;
}).join('\n');

describe('the paper’s method', () => {
  const sick = traceFromText(`${requests(0, 100, false)}\n${loop}`);
  it('names the function that loops, with what it did, where and when', async () => {
    const outcome = await perfscopeMethod(input(sick), here);
    expect(outcome.verdict).toBe('bug');
    // The loop, and the first and last units: one only waits, the other never does.
    expect(outcome.units).toEqual({ total: 102, abnormal: 3 });
    expect(outcome.ranked[0]).toMatchObject({ name: 'resolve', callPath: ['serve', 'loop', 'main'] });
    const [evidence] = outcome.ranked[0]!.evidence;
    expect(new Set(evidence!.episode)).toEqual(new Set(['sendto', 'recvfrom']));
    expect(evidence!.threads).toEqual([1]);
    expect(evidence!.span.from).toBeCloseTo(2, 1);
    expect(evidence!.count).toBeGreaterThan(evidence!.expected);
  });
  it('tells of clusters what their units have in common', async () => {
    const { clusters } = await perfscopeMethod(input(sick), here);
    expect(clusters.reduce((sum, c) => sum + c.units, 0)).toBe(102);
    expect(clusters.reduce((sum, c) => sum + c.abnormal, 0)).toBe(3);
    for (const c of clusters) expect(c.small).toBe(c.units < 4);
  });
  it('sees nothing of what lies outside the window', async () => {
    const outcome = await perfscopeMethod(input(sick, { toNs: 0.9e9 }), here);
    expect(outcome.units.total).toBe(91);
    expect(outcome.ranked.flatMap((f) => f.evidence.map((e) => e.span.to)).every((to) => to <= 0.9)).toBe(true);
  });
  it('finds nothing in a window without calls', async () => {
    const outcome = await perfscopeMethod(input(sick, { fromNs: 50e9, toNs: 60e9 }), here);
    expect(outcome).toMatchObject({ verdict: 'none', units: { total: 0, abnormal: 0 }, clusters: [], ranked: [] });
  });
  it('keeps a call that never returned: its unit is abnormal', async () => {
    const hang = traceFromText(`${requests(0, 100, false)}\n1 1 epoll_wait +?\n2 9 getpid`);
    const healthy = traceFromText(`${requests(0, 100, false)}\n1 1 epoll_wait +0.008\n2 9 getpid`);
    const abnormal = async (trace: Trace) => (await perfscopeMethod(input(trace), here)).units.abnormal;
    expect(await abnormal(hang)).toBe((await abnormal(healthy)) + 1);
  });
});

describe('ranges', () => {
  const work = [5, 5, 100, 1, 1, 1, 7];
  const before = (i: number) => work.slice(0, i).reduce((a, b) => a + b, 0);
  it('cover all items in order, each with enough items and work', () => {
    expect(ranges(work.length, before, 2, 10)).toEqual([{ from: 0, to: 2 }, { from: 2, to: 4 }, { from: 4, to: 7 }]); // prettier-ignore
    expect(ranges(work.length, before, 1, 50)).toEqual([{ from: 0, to: 3 }, { from: 3, to: 7 }]); // prettier-ignore
  });
  it('are none for no items', () => {
    expect(ranges(0, () => 0, 1, 1)).toEqual([]);
  });
});
