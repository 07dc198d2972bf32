import { describe, expect, it } from 'vitest';
import { beganAt } from '../../src/formats/wrapping/began.js';

const call = (duration: string) => `[pid 12] read(3, "x) = 1 <0.5>", 12) = 12${duration}`;

describe('the moment at which a log wrote the line of a call', () => {
  it.each([
    ['1699006260.000100', ' <0.000300>', '1699006259.999800'],
    ['1699006260.000100', ' <5.000100>', '1699006255.000000'],
    ['1699006260.123', ' <0.000001>', '1699006260.122'],
    ['1699006260.123456789', ' <2.023456>', '1699006258.100000789'],
    ['00:00:01.000000', ' <2.500000>', '23:59:58.500000'],
    ['10:11:12.000000', '', '10:11:12.000000'],
    ['10:11:12', ' <2.500000>', '10:11:12'],
    ['0.000123', ' <2.500000>', '0.000123'],
  ])('%s, and it took%s, is %s', (stamp, duration, began) => expect(beganAt(stamp, call(duration))).toBe(began));

  it('is the end of a second half as it stands', () =>
    expect(beganAt('10:11:12.5', '12 <... read resumed>"x", 1) = 1 <0.2>')).toBe('10:11:12.5'));
});
