import { expect, it } from 'vitest';
import { strace } from '../../src/formats/strace/index.js';
import { TraceBuilder } from '../../src/trace/builder.js';
import { descriptorVotes } from '../../src/trace/kinship/descriptor-votes.js';
import { bytesOf } from '../formats/strace-text.js';

/** Each thread a group of its own, in question. */
function votesOf(lines: readonly string[]) {
  const text = lines.map((line, i) => line.replace(' ', ` 1700000000.${String(100_000 + i)} `) + '\n').join('');
  const builder = new TraceBuilder('strace');
  builder.append(strace.parseChunk(bytesOf(text), { tid: 0, last: true }));
  const trace = builder.finish();
  const groups = trace.threads.length;
  const groupOf = Int32Array.from({ length: groups }, (_, t) => t);
  return descriptorVotes(trace, { groupOf, groups, open: new Set(groupOf) });
}

it('looks at no more than some hundred groups for each call, however many have the descriptor', () => {
  const opens = Array.from({ length: 2000 }, (_, i) => `${1000 + i} openat(AT_FDCWD, "/a", O_RDONLY) = 33`);
  const closes = Array.from({ length: 2000 }, (_, i) => `${1000 + i} close(33) = 0`);
  const { joint, apart } = votesOf([...opens, ...closes, ...opens]);
  expect(apart.pairs().length).toBeLessThanOrEqual(4000 * 256);
  expect(apart.of(1998, 1999)).toBeGreaterThan(0);
  expect(joint.pairs().length).toBeLessThanOrEqual(4000);
});

it('knows who opened and closed it last, however many did before', () => {
  const others = Array.from({ length: 1000 }, (_, i) => `${1000 + i} openat(AT_FDCWD, "/a", O_RDONLY) = 33`);
  const { joint } = votesOf([
    ...others,
    '1 openat(AT_FDCWD, "/a", O_RDONLY) = 33',
    '2 close(33) = 0',
    '1 openat(AT_FDCWD, "/a", O_RDONLY) = 33',
    '1 getpid() = 1',
  ]);
  expect(joint.of(1000, 1001)).toBe(1);
});
