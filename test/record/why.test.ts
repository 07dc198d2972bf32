import { expect, it } from 'vitest';
import { whyEnded } from '../../src/record/ring/why.js';

it.each([
  [null, '', 'the program ended'],
  [null, '[ ftrace: recording ]\n', 'the program ended'],
  [null, '[ ftrace: recording ]\nno space left on device\n\n', 'ftrace ended: no space left on device'],
  ['SIGKILL' as const, '[ ftrace: recording ]\n', 'ftrace was killed (SIGKILL)'],
  ['SIGKILL' as const, 'WARNING: Ignored open failure for pid 7\n', 'ftrace was killed (SIGKILL)'],
])('died of %s having said %j: %s', (signal, said, why) => {
  expect(whyEnded('ftrace', signal, said, /^\[ ftrace:/)).toBe(why);
});
