import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { errnoName, errnoNumber } from '../../src/trace/errno.js';
import { ERRNO_RESTART, ERRNO_UNKNOWN } from '../../src/trace/table.js';

it.runIf(process.platform === 'linux')('knows the errno numbers that the system knows', () => {
  expect(Object.keys(constants.errno).length).toBeGreaterThan(70);
  for (const [name, number] of Object.entries(constants.errno))
    expect([name, errnoNumber(name)]).toEqual([name, number]);
});

it('goes there and back, and has words for the rest', () => {
  for (let errno = 1; errno <= 133; errno++) {
    // 41 and 58 are not in use.
    if (errno === 41 || errno === 58) expect(errnoName(errno)).toBe(`errno ${errno}`);
    else expect(errnoNumber(errnoName(errno))).toBe(errno);
  }
  expect(errnoNumber('ERESTART_RESTARTBLOCK')).toBe(ERRNO_RESTART);
  expect(errnoNumber('ENOSUCHNAME')).toBe(ERRNO_UNKNOWN);
  expect([errnoName(0), errnoName(ERRNO_RESTART), errnoName(ERRNO_UNKNOWN)]).toEqual(['', 'ERESTART', '?']);
});
