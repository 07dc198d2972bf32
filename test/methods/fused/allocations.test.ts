/** A server whose allocator asks the kernel for memory, and gives it back, more often from 20 s on. */
import { describe, expect, it } from 'vitest';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { traceFromText } from '../../helpers/trace.js';

/** Requests, 25 a second; before the answer of each `every`th the heap grows and shrinks `times`. */
function requests(until: number, heap: (at: number) => { every: number; times: number }) {
  const lines: string[] = [];
  for (let i = 0, at = 0; at < until; i++, at = i * 0.04) {
    let now = at;
    const say = (call: string, stack: string) => {
      lines.push(`1/1 ${now.toFixed(6)} ${call} +0.00005 ${stack}`);
      now += 0.0001;
    };
    say('epoll_wait:epoll=1', 'main>loop');
    say('read:tcp=120', 'main>loop>readRequest');
    for (let k = 0; k < 6; k++) say('pread64:file=80', 'main>loop>handle>look');
    const { every, times } = heap(at);
    for (let k = 0; i % every === 0 && k < times; k++) {
      say('mmap', 'main>loop>handle>buffer');
      say('munmap', 'main>loop>handle>buffer');
    }
    say('write:tcp=200', 'main>loop>handle>answer');
  }
  return lines.join('\n');
}

const SELDOM = { every: 40, times: 1 };
const signatures = learnSignatures([traceFromText(requests(40, () => SELDOM))], { parameters: DEFAULT_PARAMETERS });

function analyse(later: { every: number; times: number }) {
  const text = requests(40, (at) => (at < 20 ? SELDOM : later)).replace(/ \S+$/gm, '');
  const trace = traceFromText(text);
  return fusedMethod({ trace, signatures, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs: trace.endNs + 1 });
}

describe('an allocator that calls more often', () => {
  it('tells of its heap, and not of a defect', () => {
    const { verdict, odds } = analyse({ every: 4, times: 1 });
    expect(verdict).toBe('none');
    expect(odds).toBeLessThan(0.2);
  });

  it('is a defect where it does hardly anything else', () => {
    const { verdict, ranked } = analyse({ every: 1, times: 40 });
    expect(verdict).toBe('bug');
    expect(ranked[0]!.name).toBe('buffer');
  });
});
