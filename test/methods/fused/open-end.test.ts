import { describe, expect, it } from 'vitest';
import { ContextTree } from '../../../src/methods/fused/ranking/context-tree.js';
import { placesOf } from '../../../src/methods/fused/ranking/fuse.js';
import { slowSteps, stepTime } from '../../../src/methods/fused/ranking/slow-steps.js';
import { unseenEnd } from '../../../src/methods/fused/scene/open-end.js';
import { cellsOf, sceneOf } from '../../../src/methods/fused/scene/scene.js';
import { stepsOf } from '../../../src/methods/fused/scene/steps.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { traceFromText } from '../../helpers/trace.js';

/** Requests, ten a second: what is between calls takes `code` s of each tenth. */
function requests(until: number, code = 0.002, thread = '1/1'): string[] {
  const lines: string[] = [];
  for (let i = 0; i < until * 10; i++) {
    let at = i / 10;
    const say = (call: string, took: number, stack: string) => {
      lines.push(`${thread} ${at.toFixed(6)} ${call} +${took.toFixed(6)} ${stack}`);
      at += took + code / 4;
    };
    say('read:tcp=120', 0.0005, 'main>loop>readRequest');
    say('pread64:file=80', 0.0005, 'main>loop>handle>look');
    say('write:tcp=200', 0.0005, 'main>loop>handle>answer');
    say('epoll_wait:epoll', 0.1 - 0.0015 - code, 'main>loop');
  }
  return lines;
}
const LEARNED = learnSignatures([traceFromText(requests(20).join('\n'))], { parameters: DEFAULT_PARAMETERS });

/** `gone`: when the second thread ended, s. */
function sceneFrom(lines: readonly string[], to?: number, gone?: number) {
  const read = traceFromText(lines.join('\n').replace(/ \S+>\S+$/gm, ''));
  const threads = read.threads.map((t, i) => (i === 1 && gone !== undefined ? { ...t, exitNs: gone * 1e9 } : t));
  const trace = { ...read, threads };
  const toNs = to === undefined ? trace.endNs + 1 : to * 1e9;
  return sceneOf({ trace, signatures: LEARNED, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs });
}

const ended = (lines: readonly string[], to?: number, gone?: number) =>
  unseenEnd(sceneFrom(lines, to, gone), 10e9) / 1e9;
/** Ends after the look-up, and the call that ends it all: one that never returns. */
const inCode = [...requests(20), ...requests(20.1).slice(800, 802)];
const waiting = [...requests(20), ...requests(20.1).slice(800, 803), '1/1 20.1 epoll_wait:epoll +?'];

describe('the end that a recording does not tell', () => {
  it('is as much later as threads are seldom in code', () => {
    // Of 50 recordings, one; and a fiftieth of the time in code.
    expect(ended(inCode)).toBeCloseTo((20 / 2) * (0.02 / (0.02 + 0.98 * 0.02)), 0);
    const busy = [...requests(20, 0.08), ...requests(20.1, 0.08).slice(800, 802)];
    expect(ended(busy)).toBeCloseTo((20 / 2) * (0.02 / (0.02 + 0.98 * 0.8)), 1);
  });

  it('is that of the trace where a thread is in a call, or the window ends before', () => {
    expect(ended(waiting)).toBe(0);
    expect(ended([...inCode, ...requests(0.1, 0.002, '1/2'), '1/2 0.2 futex#wait +?'])).toBe(0);
    expect(ended(inCode, 15)).toBe(0);
  });

  it('asks only threads that live, and all of them to be in code at once', () => {
    const other = requests(20, 0.002, '1/2');
    expect(ended([...inCode, ...other])).toBeGreaterThan(ended(inCode));
    expect(ended([...inCode, ...other], undefined, 20)).toBe(ended(inCode));
  });

  it('is charged to what would have come next', () => {
    const of = (lines: readonly string[]) => {
      const scene = sceneFrom(lines);
      const onset = 19e9;
      const cells = cellsOf(scene, onset);
      const tree = new ContextTree(LEARNED.model, LEARNED.functions.length);
      const steps = stepsOf(scene, cells, onset);
      return [slowSteps(scene, cells, steps, onset, tree), stepTime(scene, cells, steps, tree)].map((mass) => {
        const places = placesOf(mass.against);
        const first = LEARNED.functions.filter((_, f) => places[f] === 1).map(({ name }) => name);
        return [mass.items[0]?.code, ...first];
      });
    };
    expect(of(inCode)).toEqual([
      ['ends-in-code', 'answer'],
      ['ends-in-code', 'answer'],
    ]);
    expect(of(waiting).map(([code]) => code)).not.toContain('ends-in-code');
  });
});
