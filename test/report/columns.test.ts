import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Reporter } from '../../src/report/reporter.js';
import { COMPARISON_REPORTERS } from '../../src/report/comparison.js';
import { columnsOf, fit, table, wrap } from '../../src/report/columns.js';
import { RESULT_REPORTERS } from '../../src/report/registry.js';
import { explanation } from '../../src/report/explanation.js';
import { comparedWindows } from './compared-windows.js';
import { document, evidence, suspect } from './document.js';

/** Two columns each, one column in two characters, and none. */
const WIDE = ['漢', '한', 'ｶﾞ', 'e\u0301', '👩', '🇩🇪', '\u0e33', 'ﾞ', '全'];

describe('columns', () => {
  it('cuts names in the middle', () => {
    expect(fit('abcdefgh', 8)).toBe('abcdefgh');
    expect(fit('abcdefgh', 5)).toBe('ab…gh');
    expect(fit('abcdefgh', 1)).toBe('…');
    expect(fit('abcdefgh', 0)).toBe('');
  });

  it('aligns, and shrinks the widest column that may', () => {
    const columns = [{ title: 'n', align: 'right' as const }, { title: 'name', shrinkTo: 4 }, { title: 'x' }];
    expect(
      table(
        columns,
        [
          ['1', 'short', 'a'],
          ['22', 'a_long_name', 'b'],
        ],
        80,
      ),
    ).toEqual([' n  name         x', ' 1  short        a', '22  a_long_name  b']);
    expect(table(columns, [['22', 'a_long_name', 'b']], 12)).toEqual([' n  name   x', '22  a_…me  b']);
  });

  it('never writes a line wider than asked while columns can shrink', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 30, unit: fc.oneof(fc.constantFrom(...WIDE), fc.string({ maxLength: 1 })) }), {
          minLength: 1,
        }),
        fc.integer({ min: 20, max: 100 }),
        (names, width) => {
          const lines = table(
            [
              { title: 'a', shrinkTo: 1 },
              { title: 'b', shrinkTo: 1 },
            ],
            names.map((n) => [n, n]),
            width,
          );
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('knows the width of plain texts at once', () => {
    const narrow = ['×', '…', '–', '─', '█', '▁', '│', '~', ' '];
    const unit = fc.oneof(fc.constantFrom(...narrow, ...WIDE), fc.string({ maxLength: 1 }));
    fc.assert(fc.property(fc.string({ unit }), (text) => columnsOf(text) === stringWidth(text)));
    const block = Array.from({ length: 0x2600 - 0x2000 }, (_, i) => String.fromCharCode(0x2000 + i));
    for (const character of block) expect(columnsOf(`a${character}b`)).toBe(stringWidth(`a${character}b`));
  });

  it('wraps at words', () => {
    expect(wrap('one two three', 8)).toBe('one two\nthree');
    expect(wrap('one two three', 8, '  ')).toBe('one two\n  three');
  });

  it('cuts by columns, and never within what is seen as one character', () => {
    expect(fit('漢字かな交じり文', 16)).toBe('漢字かな交じり文');
    expect(fit('漢字かな交じり文', 9)).toBe('漢字…り文');
    expect(fit('漢字かな交じり文', 8)).toBe('漢字…文');
    expect(fit('e\u0301'.repeat(9), 5)).toBe('e\u0301e\u0301…e\u0301e\u0301');
    expect(fit('🇩🇪🇫🇷🇮🇹🇪🇸', 5)).toBe('🇩🇪…🇪🇸');
  });

  it('aligns names of any width', () => {
    const columns = [{ title: 'name' }, { title: 'n', align: 'right' as const }];
    const lines = table(
      columns,
      [
        ['漢字', '1'],
        ['abc', '22'],
        ['e\u0301', '3'],
      ],
      80,
    );
    expect(lines).toEqual(['name   n', '漢字   1', 'abc   22', 'e\u0301      3']);
  });

  it('wraps by columns', () => {
    expect(wrap('漢字 かな 文', 9)).toBe('漢字 かな\n文');
  });
});

describe('reports for the terminal', () => {
  const long = `${'関数名'.repeat(20)}_${'e\u0301'.repeat(30)}_👩‍💻🇩🇪_${'x'.repeat(40)}`;
  const wide = document({
    trace: { ...document().trace, path: `/srv/${'記録'.repeat(30)}/incident.strace` },
    suspects: ['関数', long, `${long}2`, '한국어 이름'].map((name, k) =>
      suspect(name, {
        rank: k + 1,
        tiedWith: [long],
        callPath: [long, '主'],
        evidence: [evidence({ message: { code: 'made-up-code', args: { thread: long, count: 3 } } })],
      }),
    ),
  });
  const tables: readonly [string, (width: number, color: boolean) => string][] = [
    ['result', (width, color) => RESULT_REPORTERS.find((r) => r.id === 'table')!.render(wide, { width, color })],
    ['comparison', (width, color) => renderWide(COMPARISON_REPORTERS, comparedWide(), width, color)],
    ['explanation', (width, color) => explanation(wide, wide.suspects, { width, color })],
  ];

  describe.each(tables)('%s', (_, render) => {
    it.each([60, 80, 120, 250])('fits %d columns whatever the names, with colours or without', (width) => {
      for (const color of [false, true])
        for (const line of render(width, color).split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      expect(render(width, false)).not.toContain(String.fromCharCode(27));
    });
  });

  function comparedWide() {
    const d = comparedWindows();
    const { windows, parts } = d;
    const kinds = windows!.work!.kinds.map((k) => ({ ...k, calls: [...k.calls, long] }));
    const ranks = [{ name: long, before: 1, after: 2 }];
    return {
      ...d,
      parts: parts.map((p) => ({ ...p, ranks })),
      windows: { ...windows!, work: { ...windows!.work!, kinds } },
    };
  }

  function renderWide<D>(reporters: readonly Reporter<D>[], d: D, width: number, color: boolean): string {
    return reporters.find((r) => r.id === 'table')!.render(d, { width, color });
  }
});
