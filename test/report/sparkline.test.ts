import { describe, expect, it } from 'vitest';
import { markBelow, sparkline } from '../../src/report/sparkline.js';
import { tableReporter } from '../../src/report/table.js';
import { document } from './document.js';

describe('sparkline', () => {
  it('is as wide as asked for, at most as there are values', () => {
    expect(sparkline([0, 1, 4, 8], 10)).toBe(' ▁▄█'.replace('▁', '▂').replace('▄', '▅'));
    expect(sparkline([2, 2, 8, 8], 2)).toBe('▃█');
    expect(sparkline(Array(120).fill(3), 71)).toBe('█'.repeat(71));
  });
  it('has its mark below the right character, and the word where there is room', () => {
    expect(markBelow(0.5, 'onset 12:00', 20, 40)).toBe(`${' '.repeat(10)}^ onset 12:00`);
    expect(markBelow(0.9, 'onset 12:00', 20, 20)).toBe(`${' '.repeat(6)}onset 12:00 ^`);
    expect(markBelow(1, 'onset 12:00', 5, 5)).toBe('    ^');
  });
});

describe('table', () => {
  const activity = Array.from({ length: 120 }, (_, c) => (c < 60 ? 10 : 80));
  it.each([60, 80, 120, 250])('shows the window and its onset within %d columns', (width) => {
    const lines = tableReporter.render(document({ activity, onset: 36.15 }), { width, color: false }).split('\n');
    const at = lines.findIndex((line) => line.startsWith('calls'));
    expect(lines[at]!.length).toBe(9 + Math.min(120, width - 9));
    // The mark is below the first loud character, or the one before, which is of both kinds where widths do not divide.
    expect([0, 1]).toContain(lines[at]!.indexOf('█') - lines[at + 1]!.indexOf('^'));
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
  });
  it('does without for documents of before', () => {
    expect(tableReporter.render(document(), { width: 80, color: false })).not.toMatch(/^calls/m);
  });
});
