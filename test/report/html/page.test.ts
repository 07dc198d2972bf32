import { describe, expect, it } from 'vitest';
import { pageData } from '../../../src/report/html/page-data.js';
import { escapeMarkup, jsonInMarkup } from '../../../src/report/html/page.js';
import { allVisible, visibleShort } from '../../../src/report/html/visible.js';
import { type Doing, doingOf } from '../../../src/report/html/client/thread-states.js';
import { Zoom } from '../../../src/report/html/client/zoom.js';
import { document, evidence, suspect } from '../document.js';
import { NASTY, hostileDocument } from './hostile.js';

describe('data of a page', () => {
  it('is read back as it was, and holds nothing that markup begins with', () => {
    const text = jsonInMarkup(NASTY);
    expect(JSON.parse(text)).toEqual(NASTY);
    expect(text).not.toMatch(/[<>&\u2028\u2029]/);
  });

  it('does not grow with the result', () => {
    expect(jsonInMarkup(allVisible(pageData(hostileDocument()))).length).toBeLessThan(1.6e6);
  });

  it('says when, where and what to look at', () => {
    const d = document({ onset: 60, suspects: [suspect('send_query', { tiedWith: ['resolve'], confidence: 0.42 })] });
    expect(Object.fromEntries(pageData(d).story)).toEqual({
      When: "It began at about 12:04:29 and went on for 12.3 s, to the window's end.",
      Where: 'Evidence speaks of thread 4711, of 5.',
      'Look at': 'send_query (42 % sure; cannot be told apart from resolve)',
    });
  });

  it('blames nobody where the verdict does not', () => {
    const d = document({ verdict: 'none', onset: null, suspects: [suspect('send_query')] });
    const story = Object.fromEntries(pageData(d).story);
    expect(story.When).toBe('Nothing began in this window.');
    expect(story['Look at']).toContain('No function is blamed');
  });

  it('sets what was seen beside what was learned, in times where evidence is of time', () => {
    const args = { seconds: 1.5, usual: 0.001 };
    const found = suspect('a', {
      evidence: [
        evidence({ count: 8192, expected: 0, weight: 0.7 }),
        evidence({ message: { code: 'time-inside', args }, weight: 0.3 }),
      ],
    });
    expect(pageData(document({ suspects: [found] })).suspects[0]!.evidence.map((e) => [e.seen, e.learned])).toEqual([
      ['8,192 times', 'never'],
      ['1.5 s in all, 8,192 times', '1 ms'],
    ]);
  });
});

describe('visible text', () => {
  it('shows what is not seen, or turns others around, by its number', () => {
    expect(visibleShort('a\u202eb\u0000c\u200f\u00ad')).toBe('a\\u202eb\\x00c\\u200f\\xad');
    expect(visibleShort('漢字 العربية é 👍')).toBe('漢字 العربية é 👍');
  });

  it('keeps the beginning and the end of what is too long', () => {
    const text = visibleShort(`begin${'x'.repeat(1 << 20)}end`, 20);
    expect(text).toMatch(/^beginx+…x*end$/);
    expect([...text].length).toBeLessThanOrEqual(20);
  });

  it('leaves numbers and names of fields', () => {
    expect(allVisible({ a: [1, null, { b: 'x\n' }] })).toEqual({ a: [1, null, { b: 'x\\n' }] });
  });
});

it('titles are text', () => {
  expect(escapeMarkup(`<b a="1" b='2'>&`)).toBe('&#60;b a=&#34;1&#34; b=&#39;2&#39;&#62;&#38;');
});

describe('what a thread does in a cell', () => {
  const states = (calls: number[], inCalls: number[] | null, life = { from: 0, to: 4 }): Doing[] =>
    doingOf({ tid: 1, pid: 1, name: '', stuckIn: null, calls, inCalls, ...life }, { from: 0, to: 4, cells: 4 });
  it('calls, waits, computes, or is not there', () => {
    expect(states([3, 0, 0, 0], [10, 100, 0, 40])).toEqual(['calling', 'waiting', 'computing', 'calling']);
    expect(states([1, 0, 0, 0], [10, 0, 0, 0], { from: 0, to: 2 })).toEqual(['calling', 'computing', 'gone', 'gone']);
  });
  it('is not known without durations', () => {
    expect(states([1, 0, 0, 1], null)).toEqual(['calling', 'gone', 'gone', 'calling']);
  });
});

describe('zoom', () => {
  it('stays inside the window, and goes no further than the data do', () => {
    const zoom = new Zoom({ from: 10, to: 20 }, 1);
    const seen: number[][] = [];
    zoom.follow(({ from, to }) => seen.push([from, to]));
    zoom.show({ from: 5, to: 12 });
    zoom.show({ from: 15, to: 15.1 });
    zoom.scale(1000);
    zoom.shift(1);
    expect(seen).toEqual([
      [10, 17],
      [14.55, 15.55],
      [10, 20],
    ]);
  });
});
