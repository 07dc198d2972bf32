import { describe, expect, it } from 'vitest';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { type Line, serve, traceText } from '../../helpers/server.js';
import { traceFromText } from '../../helpers/trace.js';

/** Reload: seldom in learning; the worker's own function that the incidents below misuse. */
const reload = (t: number, stacks: boolean): Line[] => [
  [t, `1/1 ${t.toFixed(6)} stat +0.0001${stacks ? ' main>loop>checkConfig>reload' : ''}`],
  [t + 0.0002, `1/1 ${(t + 0.0002).toFixed(6)} openat:file=11 +0.0001${stacks ? ' main>loop>checkConfig>reload' : ''}`],
  [t + 0.0004, `1/1 ${(t + 0.0004).toFixed(6)} fstat:file +0.0001${stacks ? ' main>loop>checkConfig>reload' : ''}`],
];
const LEARNED = learnSignatures(
  [traceFromText(traceText(serve({ to: 30, rate: 20, stacks: true }), reload(7.0312, true), reload(19.0312, true)))],
  { parameters: DEFAULT_PARAMETERS },
);

function inputOf(...parts: readonly (readonly Line[])[]) {
  const trace = traceFromText(traceText(...parts));
  return { trace, signatures: LEARNED, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs: trace.endNs + 1 };
}
const analyse = (...parts: readonly (readonly Line[])[]) => fusedMethod(inputOf(...parts));
const names = (outcome: ReturnType<typeof analyse>) => outcome.ranked.map((f) => f.name);

describe('the default method', () => {
  it('finds nothing in a healthy trace', () => {
    const outcome = analyse(serve({ to: 40, rate: 25 }));
    expect(outcome.verdict).toBe('none');
    expect(outcome.reasons).toEqual([{ code: 'nothing-odd', args: {} }]);
    // What stands out most is given all the same; no detector has a say in it.
    const told = new Set(outcome.ranked.flatMap((f) => f.evidence.map((e) => e.detector)));
    const masses = ['more-calls', 'fewer-calls', 'time-inside', 'slow-steps', 'missing-steps', 'step-time'];
    expect([...told].filter((detector) => !masses.includes(detector))).toEqual([]);
  });

  it('takes a load that doubles for innocent', () => {
    expect(analyse(serve({ to: 20, rate: 20 }), serve({ from: 20, to: 40, rate: 45 })).verdict).toBe('none');
  });

  it('names the function behind a storm of calls that were rare', () => {
    const storm = Array.from({ length: 2000 }, (_, i) => reload(20.0312 + i * 0.01, false)).flat();
    const outcome = analyse(serve({ to: 40, rate: 20 }), storm);
    expect(outcome.verdict).toBe('bug');
    expect(names(outcome)[0]).toBe('reload');
    expect(outcome.ranked[0]!.callPath).toEqual(['checkConfig', 'loop', 'main']);
    expect(outcome.ranked[0]!.evidence[0]!.count).toBeGreaterThan(1000);
  });

  it('gives evidence for as many as are told, and the same ranks', () => {
    const storm = Array.from({ length: 2000 }, (_, i) => reload(20.0312 + i * 0.01, false)).flat();
    const input = inputOf(serve({ to: 40, rate: 20 }), storm);
    const [all, first] = [fusedMethod(input), fusedMethod({ ...input, told: 1 })];
    expect(first.ranked[0]).toEqual(all.ranked[0]);
    expect(first.ranked.map(({ evidence }) => evidence.length > 0)).toEqual(all.ranked.map((_, place) => place < 1));
    const bare = ({ ranked }: typeof all) => ranked.map((f) => ({ ...f, evidence: [], alike: [] }));
    expect(bare(first)).toEqual(bare(all));
  });

  it('says which functions it cannot tell apart, the innermost first', () => {
    const storm = Array.from({ length: 2000 }, (_, i) => reload(20.0312 + i * 0.01, false)).flat();
    const { ranked } = analyse(serve({ to: 40, rate: 20 }), storm);
    const [inner, outer] = ['reload', 'checkConfig'].map((name) => ranked.find((f) => f.name === name)!);
    expect(inner!.alike).toEqual(['checkConfig']);
    expect(outer!.alike).toEqual(['reload']);
    expect(ranked[0]).toBe(inner);
    expect(inner!.score).toBeGreaterThan(outer!.score);
  });

  it('forgives a burst that passes', () => {
    const burst = Array.from({ length: 60 }, (_, i) => reload(25.0312 + i * 0.01, false)).flat();
    expect(analyse(serve({ to: 40, rate: 20 }), burst).verdict).toBe('none');
  });

  it('sees computing between calls, and whose it is', () => {
    const outcome = analyse(serve({ to: 20, rate: 20 }), serve({ from: 20, to: 40, rate: 4, think: 0.2 }));
    expect(outcome.verdict).toBe('bug');
    expect(outcome.reasons.map((r) => r.code)).toContain('alarm-busy');
    expect(names(outcome).slice(0, 3)).toContain('sendReply');
  });

  it('sees a thread that computes for ever and calls no more', () => {
    const healthy = serve({ to: 20, rate: 20 }).filter(([, text]) => text.startsWith('1/1'));
    const keeper = serve({ to: 40, rate: 20 }).filter(([, text]) => text.startsWith('1/2'));
    const last: Line[] = [[20.2, '1/1 20.200000 read:tcp=120 +0.0001']];
    const outcome = analyse(healthy, keeper, last);
    expect(outcome.verdict).toBe('bug');
    // It computes after its last call in readRequest and before what comes next, in sendReply.
    expect(names(outcome).slice(0, 3)).toEqual(expect.arrayContaining(['readRequest', 'sendReply']));
  });

  it('sees a call that never returns where it always did', () => {
    const healthy = serve({ to: 20, rate: 20 });
    const keeper = serve({ from: 20, to: 40, rate: 20 }).filter(([, text]) => text.startsWith('1/2'));
    const stuck: Line[] = [
      [20.1, '1/1 20.100000 openat:file=9 +0.0001'],
      [20.2, '1/1 20.200000 read:file +?'],
    ];
    const outcome = analyse(healthy, keeper, stuck);
    expect(outcome.verdict).toBe('bug');
    expect(names(outcome)[0]).toBe('serveFile');
    expect(outcome.ranked[0]!.evidence[0]!.message.code).toBe('blocked-for-ever');
  });

  it('sees a loop that spins from the first moment on, with nothing healthy to compare with', () => {
    const spin: Line[] = Array.from({ length: 20000 }, (_, i) => {
      const t = 0.5 + i * 0.0004;
      return [t, `1/1 ${t.toFixed(6)} read:file=0 +0.0001`];
    });
    const begin: Line[] = [[0.4, '1/1 0.400000 openat:file=9 +0.0001']];
    const keeper = serve({ to: 9, rate: 20 }).filter(([, text]) => text.startsWith('1/2'));
    const outcome = analyse(begin, spin, keeper);
    expect(outcome.reasons.map((r) => r.code)).toContain('alarm-loop');
    expect(names(outcome)[0]).toBe('serveFile');
  });

  it('finds a storm that is older than the trace', () => {
    const storm = Array.from({ length: 9000 }, (_, i) => reload(0.0312 + i * 0.004, false)).flat();
    const outcome = analyse(serve({ to: 40, rate: 20 }), storm);
    expect(outcome.reasons.map((r) => r.code)).toContain('alarm-unlike');
    expect(names(outcome)[0]).toBe('reload');
  });

  it('is not alarmed by a window of which no more than a third is unlike learning', () => {
    const strange = Array.from({ length: 400 }, (_, i) => reload(0.0312 + i * 0.1, false)).flat();
    expect(analyse(serve({ to: 40, rate: 20 }), strange).verdict).toBe('none');
  });

  it('sees descriptors that are no longer closed, and who opened them', () => {
    const files = (from: number, to: number, close: boolean): Line[] =>
      Array.from({ length: (to - from) * 5 }, (_, i) => from + i / 5 + 0.0312).flatMap((t, i): Line[] => [
        [t, `1/1 ${t.toFixed(6)} openat:file=${100 + i} +0.0001`],
        [t + 0.0001, `1/1 ${(t + 0.0001).toFixed(6)} read:file=4000 +0.0001`],
        ...(close ? [[t + 0.0002, `1/1 ${(t + 0.0002).toFixed(6)} close:file +0.0001`] as const] : []),
      ]);
    const trace = traceFromText(traceText(serve({ to: 40, rate: 20 }), files(1, 20, true), files(20, 39, false)));
    const { call, descriptor, result } = trace.columns;
    let opened = -1;
    for (let i = 0; i < trace.length; i++) {
      if (trace.calls[call[i]!] === 'openat') opened = result[i]!;
      else if (trace.calls[call[i]!] === 'close') descriptor[i] = opened;
    }
    const outcome = fusedMethod({
      ...{ trace, signatures: LEARNED, parameters: DEFAULT_PARAMETERS },
      ...{ fromNs: 0, toNs: trace.endNs + 1 },
    });
    expect(outcome.reasons.map((r) => r.code)).toContain('alarm-leak');
    expect(names(outcome)[0]).toBe('serveFile');
  });

  it('blames a slow disk on the disk', () => {
    const outcome = analyse(serve({ to: 20, rate: 20 }), serve({ from: 20, to: 40, rate: 20, save: 0.3 }));
    expect(outcome.verdict).toBe('external');
    expect(outcome.externalResource).toBe('disk');
    // The ranking is not hidden by the verdict: first is who waits for the disk.
    expect(names(outcome)[0]).toBe('saveAll');
  });

  it('does not look beyond the window', () => {
    const storm = Array.from({ length: 2000 }, (_, i) => reload(20.0312 + i * 0.01, false)).flat();
    const trace = traceFromText(traceText(serve({ to: 40, rate: 20 }), storm));
    const outcome = fusedMethod({
      ...{ trace, signatures: LEARNED, parameters: DEFAULT_PARAMETERS },
      ...{ fromNs: 0, toNs: 20e9 },
    });
    expect(outcome.verdict).toBe('none');
  });

  it('gives the same answer twice', () => {
    const storm = Array.from({ length: 500 }, (_, i) => reload(20.0312 + i * 0.04, false)).flat();
    const parts = [serve({ to: 40, rate: 20 }), storm];
    expect(analyse(...parts)).toEqual(analyse(...parts));
  });
});
