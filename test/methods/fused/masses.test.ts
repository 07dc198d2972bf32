import { describe, expect, it } from 'vitest';
import { ContextTree } from '../../../src/methods/fused/ranking/context-tree.js';
import type { Mass } from '../../../src/methods/fused/ranking/mass.js';
import { massesOf } from '../../../src/methods/fused/ranking/masses.js';
import { placesOf } from '../../../src/methods/fused/ranking/fuse.js';
import { cellsOf, sceneOf } from '../../../src/methods/fused/scene/scene.js';
import { stepsOf } from '../../../src/methods/fused/scene/steps.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { traceFromText } from '../../helpers/trace.js';

type Step = readonly [call: string, stack: string];
/** A request: read, looked up in a file, answered, told in a log. */
const REQUEST: readonly Step[] = [
  ['read:tcp=120', 'main>loop>readRequest'],
  ['pread64:file=80', 'main>loop>handle>look'],
  ['write:tcp=200', 'main>loop>handle>answer>send'],
  ['write:file=60', 'main>loop>handle>tell'],
];

/** Requests, ten a second; `odd` gives the steps and pauses of those from `from` on, s. */
function text(
  until: number,
  stacks: boolean,
  from = Infinity,
  odd: (step: Step, begin: number) => [number, string[]] = usual,
) {
  const lines: string[] = [];
  for (let t = 0; t < until; t += 0.1) {
    let at = t;
    for (const step of REQUEST) {
      const [next, calls] = (t >= from ? odd : usual)(step, at);
      for (const call of calls) lines.push(call + (stacks ? ` ${step[1]}` : ''));
      at = next;
    }
  }
  return lines.join('\n');
}
function usual([call]: Step, begin: number): [number, string[]] {
  return [begin + 0.002, [`1/1 ${begin.toFixed(6)} ${call} +0.0005`]];
}

const LEARNED = learnSignatures([traceFromText(text(20, true))], { parameters: DEFAULT_PARAMETERS });

function masses(content: string, onset: number, signatures = LEARNED, strength = 1000) {
  const trace = traceFromText(content);
  const scene = sceneOf({
    trace,
    signatures,
    parameters: DEFAULT_PARAMETERS,
    fromNs: 0,
    toNs: trace.endNs + 1,
  });
  const tree = new ContextTree(signatures.model, signatures.functions.length);
  const ns = onset * 1e9;
  const cells = cellsOf(scene, ns);
  const found = massesOf(scene, cells, { ns, strength }, stepsOf(scene, cells, ns), tree);
  const of = (detector: Mass['detector']) => {
    const mass = found.find((m) => m.detector === detector)!;
    const places = placesOf(mass.against);
    const at = signatures.functions
      .map(({ name }, f) => ({ name, place: places[f]! }))
      .filter(({ place }) => place > 0);
    return { ...mass, names: at.sort((a, b) => a.place - b.place).map(({ name }) => name) };
  };
  return of;
}

describe('masses', () => {
  it('show calls that are more, where all that is more has its last function in common', () => {
    const of = masses(
      text(40, false, 20, (step, begin) =>
        step[0].startsWith('pread64')
          ? [
              begin + 0.03,
              Array.from({ length: 20 }, (_, i) => `1/1 ${(begin + i * 0.001).toFixed(6)} pread64:file=80 +0.0005`),
            ]
          : usual(step, begin),
      ),
      20,
    );
    expect(of('more-calls').names[0]).toBe('look');
    expect(of('more-calls').items[0]).toMatchObject({ code: 'never-before', count: 3800 });
  });

  it('show no slowness in the quick new steps of a loop, but in those of a slow one', () => {
    const looping = (times: number, apart: number) =>
      masses(
        text(40, false, 20, (step, begin) =>
          step[0].startsWith('pread64')
            ? [
                begin + (times - 1) * apart + 0.002,
                Array.from({ length: times }, (_, i) => `1/1 ${(begin + i * apart).toFixed(6)} ${step[0]} +0.0005`),
              ]
            : usual(step, begin),
        ),
        20,
      )('slow-steps');
    expect(looping(20, 0.001)).toMatchObject({ items: [], weight: 0 });
    // A step took 25 ms in the mean.
    expect(looping(2, 0.08)).toMatchObject({ items: [{ code: 'slow-step', count: 200 }] });
  });

  it('show calls that are missing, under the functions that would have made them', () => {
    const of = masses(
      text(40, false, 20, (step, begin) => (step[0].startsWith('write:tcp') ? [begin, []] : usual(step, begin))),
      20,
    );
    const { names, share, items } = of('fewer-calls');
    expect(names).toContain('send');
    expect(share[LEARNED.functions.findIndex(({ name }) => name === 'send')]).toBeGreaterThan(0.4);
    expect(items.map(({ code, episode, count }) => [code, ...episode, count])).toContainEqual(
      ['far-less-often', 'pread64:file=80', 'write:tcp', 0].map((x) =>
        x === 'pread64:file=80' ? expect.any(String) : x === 'write:tcp' ? expect.stringContaining('write') : x,
      ),
    );
  });

  it('show computing and waiting on one scale', () => {
    const of = masses(
      text(40, false, 20, (step, begin) =>
        step[0].startsWith('pread64')
          ? [begin + 0.042, [`1/1 ${begin.toFixed(6)} ${step[0]} +0.0405`]]
          : usual(step, begin),
      ),
      20,
    );
    expect(of('thread-time').names[0]).toBe('look');
    expect(of('time-inside').names[0]).toBe('look');
  });

  it('show sleeps that no function makes in learning at the functions entered around them', () => {
    const of = masses(
      text(40, false, 20, (step, begin) =>
        step[0].startsWith('write:tcp')
          ? [
              begin + 0.042,
              [`1/1 ${begin.toFixed(6)} clock_nanosleep +0.04`, `1/1 ${(begin + 0.041).toFixed(6)} ${step[0]} +0.0005`],
            ]
          : usual(step, begin),
      ),
      20,
    );
    const { names, items, weight } = of('slow-steps');
    expect(names.slice(0, 2).sort()).toEqual(['answer', 'send']);
    // Half of a thread's time is lost.
    expect(weight).toBeGreaterThan(2.5);
    expect(items[0]!.args['seconds']).toBeCloseTo(200 * 0.0425, 0);
  });

  it('show what a thread does before its first call of the program’s at the functions entered there', () => {
    /** A thread a connection, begun by the C library; `late`: what it takes to its first call from 20 s on. */
    const connections = (until: number, late: number) =>
      Array.from({ length: until * 10 }, (_, i) => {
        const at = i / 10;
        const say = (after: number, call: string, stack: string) =>
          `1/${100 + i} ${(at + after + (after > 0 && at >= 20 ? late : 0)).toFixed(6)} ${call} +0.0005 ${stack}`;
        return [
          say(0, 'set_robust_list', 'clone3@/lib/libc.so.6>start_thread@/lib/libc.so.6'),
          say(0.002, 'read:tcp=120', 'serve>readRequest'),
          say(0.004, 'read:tcp=60', 'serve>readRequest'),
          say(0.006, 'write:tcp=200', 'serve>answer'),
        ].join('\n');
      }).join('\n');
    const signatures = learnSignatures([traceFromText(connections(20, 0))], { parameters: DEFAULT_PARAMETERS });
    const plain = (lines: string) => lines.replace(/ \S+$/gm, '');
    const { names, items } = masses(plain(connections(40, 0.05)), 20, signatures)('slow-steps');
    // The way to a later `readRequest` or to `answer` leads not through `serve`, and is as fast as ever.
    expect(names[0]).toBe('serve');
    expect(items[0]!.args['seconds']).toBeCloseTo(200 * 0.0515, 0);
  });

  it('show silence at what would have come next, and is missing', () => {
    /** Requests of six threads in turns, one in five a comparison; the thread of one that begins at `from` or later is never heard of again. */
    const requests = (until: number, stacks: boolean, from = Infinity) => {
      const lines: string[] = [];
      const silent = new Set<number>();
      for (let i = 0; i < until * 20; i++) {
        const thread = 1 + (i % 6);
        const compare = i % 5 === 0;
        if (silent.has(thread)) continue;
        const begin = i * 0.05;
        const say = (at: number, call: string, stack: string) =>
          lines.push(`1/${thread} ${(begin + at).toFixed(6)} ${call} +0.0005${stacks ? ` ${stack}` : ''}`);
        say(0, 'read:tcp=120', 'main>loop>readRequest');
        if (compare && begin >= from) silent.add(thread);
        else if (compare) say(0.002, 'write:tcp=20', 'main>loop>compare>reply');
        else REQUEST.slice(1).forEach(([call, stack], k) => say(0.002 + 0.002 * k, call, stack));
      }
      return lines.join('\n');
    };
    const signatures = learnSignatures([traceFromText(requests(20, true))], { parameters: DEFAULT_PARAMETERS });
    const of = masses(`${requests(24, false, 20)}\n1/9 40 sync +0.0005`, 20, signatures);
    expect(of('slow-steps').names.slice(0, 2).sort()).toEqual(['compare', 'reply']);
  });

  it('leave out calls whose stacks learning mostly lost: the few that it has say nothing of them', () => {
    /** Requests, after each of which the thread parks until the next; one stack in `lost` of the parking is known. */
    const parking = (until: number, lost: number, from = Infinity) => {
      const lines: string[] = [];
      for (let i = 0, at = 0; at < until; i++, at += at >= from ? 0.2 : 0.1) {
        REQUEST.forEach(([call, stack], k) =>
          lines.push(`1/1 ${(at + 0.002 * k).toFixed(6)} ${call} +0.0005 ${stack}`),
        );
        const stack = i % lost === 0 ? 'main>loop>vote' : 'futex@/lib/libc.so.6';
        lines.push(`1/1 ${(at + 0.01).toFixed(6)} futex#wait +${at >= from ? 0.18 : 0.08} ${stack}`);
      }
      return lines.join('\n');
    };
    const plain = (text: string) => text.replace(/ \S+$/gm, '');
    const inside = (lost: number) => {
      const signatures = learnSignatures([traceFromText(parking(20, lost))], { parameters: DEFAULT_PARAMETERS });
      return masses(plain(parking(40, lost, 20)), 20, signatures)('time-inside');
    };
    const share = (lost: number) => Math.max(...inside(lost).share);
    expect(inside(1).names).toContain('vote');
    expect(share(1)).toBeGreaterThan(0.9);
    expect(share(50)).toBeLessThan(0.05);
  });

  describe('of steps that are missing', () => {
    /** The file cannot be read any more, and the request is answered at once by an error. */
    const failing = ([call, stack]: Step, begin: number): [number, string[]] =>
      call.startsWith('pread64') ? [begin, []] : usual([call.replace('tcp=200', 'tcp=20'), stack], begin);

    it('name the function that is left out where the call before it comes as ever', () => {
      const { names, share, weight, items } = masses(text(40, false, 20, failing), 20)('missing-steps');
      expect(names[0]).toBe('look');
      expect(share[LEARNED.functions.findIndex(({ name }) => name === 'look')]).toBeGreaterThan(0.4);
      expect(weight).toBeGreaterThan(2);
      expect(items[0]).toMatchObject({
        code: 'missing-step',
        count: 0,
        episode: [expect.any(String), 'pread64:file'],
      });
      expect(items[0]!.expected).toBeCloseTo(200, -1);
    });

    it('are none where all work becomes less, or stands still', () => {
      const less =
        text(20, false) +
        '\n' +
        text(80, false)
          .split('\n')
          .slice(800)
          .filter((_, i) => i % 16 < 4)
          .join('\n');
      expect(masses(less, 20)('missing-steps').names).toEqual([]);
      expect(masses(`${text(20, false)}\n1/1 40 read:tcp=120 +0.0005`, 20)('missing-steps').names).toEqual([]);
    });

    it('are not owed by a loop that comes by again and again', () => {
      const looping = text(40, false, 20, (step, begin) =>
        step[0].startsWith('read:tcp')
          ? [
              begin + 0.004,
              Array.from({ length: 30 }, (_, i) => `1/1 ${(begin + i * 0.0001).toFixed(6)} read:tcp=120 +0.00005`),
            ]
          : usual(step, begin),
      );
      expect(masses(looping, 20)('missing-steps').names).toEqual([]);
    });
  });

  it('give a wait whose stacks learning lost to the step that it is in, unless there always is one', () => {
    /** Requests, with a lock taken after the look-up and a park after the last call; `locked`: how long the lock takes from 20 s on. */
    const text = (until: number, locked: number) => {
      const lines: string[] = [];
      for (let i = 0, at = 0; at < until; i++, at += 0.2) {
        const lock = at >= 20 ? locked : 0.00005;
        const say = (begin: number, call: string, took: number, stack: string) =>
          lines.push(
            `1/1 ${(at + begin).toFixed(6)} ${call} +${took} ${i % 40 === 0 ? stack : 'futex@/lib/libc.so.6'}`,
          );
        const known = (begin: number, [call, stack]: Step) =>
          lines.push(`1/1 ${(at + begin).toFixed(6)} ${call} +0.0005 ${stack}`);
        known(0, REQUEST[0]!);
        known(0.002, REQUEST[1]!);
        say(0.0026, 'futex#wait', lock, 'main>loop>handle>guard');
        known(0.0027 + lock, REQUEST[2]!);
        known(0.0037 + lock, REQUEST[3]!);
        say(0.005 + lock, 'futex#wait', 0.19 - lock, 'main>loop>rest');
      }
      return lines.join('\n');
    };
    const signatures = learnSignatures([traceFromText(text(40, 0.00005))], { parameters: DEFAULT_PARAMETERS });
    const plain = (lines: string) => lines.replace(/ \S+$/gm, '');
    const slow = (locked: number) => masses(plain(text(40, locked)), 20, signatures)('slow-steps');
    expect(slow(0.05).names.slice(0, 2).sort()).toEqual(['answer', 'send']);
    expect(slow(0.05).items[0]!.episode).toEqual(['futex#wait', 'write:tcp']);
    // The thread rests the less, the longer the lock takes; that it rests is no step.
    expect(slow(0.00005).weight).toBeLessThan(0.1);
  });

  it('go by where time goes in the whole window, where nothing changes in it: the server was sick before', () => {
    /** Computing before each answer, from the first one on. */
    const sick = text(200, false, 0, (step, begin) =>
      step[0].startsWith('write:tcp') ? [begin + 0.08, usual(step, begin + 0.078)[1]] : usual(step, begin),
    );
    const weights = (strength: number) => {
      const of = masses(sick, 100, LEARNED, strength);
      return (['step-time', 'slow-steps'] as const).map((detector) => of(detector).weight);
    };
    const { names, items } = masses(sick, 100, LEARNED, 0)('step-time');
    const { successors } = LEARNED.model;
    const older = {
      ...LEARNED,
      model: { ...LEARNED.model, successors: successors.map(([a, b, n]) => [a, b, n] as const) },
    };
    expect(masses(sick, 100, older, 0)('step-time').names).toEqual([]);
    expect(names.slice(0, 2).sort()).toEqual(['answer', 'send']);
    expect(items[0]).toMatchObject({ code: 'step-time', episode: ['pread64:file', 'write:tcp'] });
    expect(items[0]!.args['seconds']).toBeGreaterThan(0.07 * 2000);
    expect(weights(0)).toEqual([2, 0]);
    expect(weights(1e9)[0]).toBeLessThan(1e-6);
  });

  it('are nothing where nothing changes', () => {
    const of = masses(text(40, false), 20);
    expect(of('slow-steps').weight).toBeLessThan(0.1);
    expect(of('more-calls').names).toEqual([]);
    expect(of('fewer-calls').names).toEqual([]);
    expect(of('missing-steps').names).toEqual([]);
  });
});
