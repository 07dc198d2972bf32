import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATCH_REPORTERS } from '../../src/batch/report.js';
import { code, plain } from '../../src/report/markdown-text.js';
import { RESULT_REPORTERS } from '../../src/report/registry.js';
import { visible, visibleIn, visibleJson } from '../../src/lib/visible.js';
import { document } from './document.js';

const HOSTILE =
  '\u001b[31mX\u001b]0;p\u0007\r\n\u202egnp.exe\u009b2J\u2066<img src=x onerror=alert(1)>![i](http://e/x)`';
/** What a terminal may obey, or what turns text; lines are ended by LF. */
const OBEYED = /[^\P{Cc}\n]|[\p{Bidi_Control}\u2028\u2029\ufeff]/u;

describe('names of any kind', () => {
  it.each([
    ['plain ünïcode 名前', 'plain ünïcode 名前'],
    ['\u001b[2J', '\\x1b[2J'],
    ['a\tb\rc\nd\u007f\u0085', 'a\\tb\\rc\\nd\\x7f\\x85'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u{e0041}\ud800', '\\u{e0041}\\ud800'],
  ])('%j', (name, shown) => expect(visible(name)).toBe(shown));

  it('are found wherever they stand in a document, which stays as it is where there are none', () => {
    const same = { a: ['b', 1, null], c: { d: true } };
    expect(visibleIn(same)).toBe(same);
    expect(visibleIn({ a: ['\u001b'], '\u0007': 1 })).toEqual({ a: ['\\x1b'], '\\x07': 1 });
  });

  it('are the same in JSON, in its own escapes', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(0xff), fc.nat(0x2fff), fc.nat(0x10ffff)), { maxLength: 20 }), (codes) => {
        const name = String.fromCodePoint(...codes);
        const json = visibleJson(JSON.stringify({ name }, null, 2));
        expect(json).not.toMatch(OBEYED);
        expect(JSON.parse(json)).toEqual({ name });
      }),
    );
  });

  it.each(RESULT_REPORTERS.filter((r) => r.id !== 'html').map((r) => [r.id, r] as const))(
    '%s shows none as it is',
    (_, reporter) => {
      const text = JSON.stringify(document()).replaceAll('"retry"', JSON.stringify(HOSTILE));
      const hostile = JSON.parse(text) as ReturnType<typeof document>;
      const d = { ...hostile, trace: { ...hostile.trace, path: HOSTILE } };
      const warnings = [{ code: 'truncated-input', args: { path: HOSTILE, offset: 1 } }];
      const shown = reporter.render({ ...d, warnings }, { width: 100, color: false });
      expect(shown).not.toMatch(OBEYED);
      if (shown !== '') expect(shown).toMatch(reporter.id === 'junit' ? /testsuite/ : /x1b\[31mX|u001b\[31mX/);
    },
  );

  it('are no markup in Markdown', () => {
    expect(code('a`b')).toBe('`` a`b ``');
    expect(plain('<img> ![i](http://e) *b* `c` a_b')).toBe('\\<img> !\\[i\\](http://e) \\*b\\* \\`c\\` a_b');
    const d = { ...document(), trace: { ...document().trace, path: '<img src=x>.strace' } };
    const markdown = RESULT_REPORTERS.find((r) => r.id === 'markdown')!.render(d, { width: 80, color: false });
    expect(markdown).toContain('- trace: `<img src=x>.strace` (');
    expect(BATCH_REPORTERS.map((r) => r.id)).toContain('markdown');
  });
});
