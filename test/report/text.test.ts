import { describe, expect, it } from 'vitest';
import { bar, bytes, duration, grouped, moment, shorten, startOf } from '../../src/report/text.js';

describe('numbers and times', () => {
  it.each([
    [0, '0 ms'],
    [0.0004, '0.4 ms'],
    [0.05, '50 ms'],
    [0.5, '0.5 s'],
    [12.34, '12.3 s'],
    [59.97, '1m 00s'],
    [72.3, '1m 12s'],
    [7500, '2h 05m'],
    [-3, '-3 s'],
  ])('duration(%d) is %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it('groups digits and scales bytes', () => {
    expect(grouped(311005)).toBe('311,005');
    expect(bytes(512)).toBe('512 B');
    expect(bytes(1536)).toBe('1.5 KB');
    expect(bytes(3 * 1024 ** 3)).toBe('3.0 GB');
  });

  it('shows moments on the clock of the trace', () => {
    const startedAt = Date.UTC(2026, 10, 23, 12, 3, 29) / 1000;
    expect(moment({ clock: 'epoch', startedAt }, 12)).toBe('12:03:41');
    expect(startOf({ clock: 'epoch', startedAt })).toBe('2026-11-23 12:03:29 UTC');
    expect(moment({ clock: 'day', startedAt: 86399 }, 2)).toBe('00:00:01');
    expect(moment({ clock: 'boot', startedAt: 3054.3 }, 1)).toBe('3055.3 s');
    expect(moment({ clock: 'relative', startedAt: 0 }, 1.25)).toBe('+1.3 s');
  });
});

describe('names', () => {
  it('are cut in the middle, by characters', () => {
    expect(shorten('abcdefgh', 8)).toBe('abcdefgh');
    expect(shorten('abcdefgh', 5)).toBe('ab…gh');
    expect(shorten('abcdefgh', 1)).toBe('…');
  });

  it('draws bars in eighths', () => {
    expect(bar(1, 3)).toBe('███');
    expect(bar(0.5, 3)).toBe('█▌ ');
    expect(bar(0, 2)).toBe('  ');
    expect(bar(Number.NaN, 2)).toBe('  ');
  });
});
