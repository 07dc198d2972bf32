import { describe, expect, it } from 'vitest';
import { cellsOf, sceneOf } from '../../../src/methods/fused/scene/scene.js';
import { ownThreads } from '../../../src/methods/fused/scene/own-threads.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { traceFromText } from '../../helpers/trace.js';

/**
 * A worker (thread 1) that reads, writes and parks, and two threads that only park and wake one another, as collectors of garbage do. Of the parking
 * learning has hardly a stack.
 */
function text(until: number, stacks: boolean): string {
  const lines: string[] = [];
  for (let i = 0, at = 0; at < until; i++, at += 0.1) {
    const say = (thread: number, begin: number, call: string, took: number, stack: string) =>
      lines.push(`1/${thread} ${(at + begin).toFixed(6)} ${call} +${took}${stacks ? ` ${stack}` : ''}`);
    const parked = i % 30 === 0 ? 'main>run>await' : 'futex@/lib/libc.so.6';
    say(1, 0, 'read:tcp=120', 0.0005, 'main>run>receive');
    say(1, 0.002, 'write:tcp=200', 0.0005, 'main>run>answer');
    say(1, 0.004, 'futex#wait', 0.09, parked);
    for (const collector of [2, 3]) {
      say(collector, 0.01, 'futex#wait', 0.08, parked);
      say(collector, 0.095, 'futex#wake', 0.00005, parked);
    }
  }
  return lines.join('\n');
}

const signatures = learnSignatures([traceFromText(text(40, true))], { parameters: DEFAULT_PARAMETERS });

describe('threads of a runtime', () => {
  it('are those of which no call is known to be the program’s, those with lost stacks aside', () => {
    const trace = traceFromText(text(20, false));
    const scene = sceneOf({ trace, signatures, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs: trace.endNs + 1 });
    const own = ownThreads(scene, cellsOf(scene, 10e9));
    expect(Object.fromEntries(trace.threads.map(({ tid }, t) => [tid, own[t]]))).toEqual({ 1: 1, 2: 0, 3: 0 });
  });
});
