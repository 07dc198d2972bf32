import { describe, expect, it } from 'vitest';
import type { CaseRow } from '../../src/evaluate/evaluation.js';
// @ts-expect-error a script, without types
import { chosenWithout, serversOf } from '../../scripts/sweep/leave-out.js';
import { ranked, row } from './rows.js';

const trial = (name: string, value: number, ...sets: CaseRow[][]) => ({ name, value, sets });

describe('values chosen without a server', () => {
  const defaults = [ranked('redis 2, nginx 2, httpd 2')];

  it('do not see its cases', () => {
    const trials = [
      trial('a', 1, ranked('redis 1, nginx 3, httpd 3')),
      trial('a', 4, ranked('redis 9, nginx 1, httpd 1')),
    ];
    expect(chosenWithout('redis', defaults, trials)).toEqual({ a: 4 });
    expect(chosenWithout('nginx', defaults, trials)).toEqual({ a: 1 });
    expect(serversOf(defaults)).toEqual(['httpd', 'nginx', 'redis']);
  });

  it('are the best of each parameter, where they are better than the default', () => {
    const trials = [
      trial('a', 1, ranked('redis 2, nginx 1, httpd 2')),
      trial('a', 4, ranked('redis 2, nginx 1, httpd 1')),
      trial('b', 1, ranked('redis 1, nginx 2, httpd 2')),
    ];
    expect(chosenWithout('redis', defaults, trials)).toEqual({ a: 4 });
  });

  it('leave the server out of all sets, and weigh a set like any other, however large', () => {
    const lab = (text: string) => ranked(text).concat(ranked(text), ranked(text));
    const both = [...defaults, lab('redis 2, nginx 2, httpd 2')];
    const trials = [trial('a', 1, ranked('redis 2, nginx 1, httpd 1'), lab('redis 1, nginx 3, httpd 3'))];
    expect(chosenWithout('redis', both, trials)).toEqual({ a: 1 });
  });

  it('count false alarms and wrong verdicts', () => {
    const calm = (part: Partial<CaseRow>) => [
      ...ranked('redis 2, nginx 2'),
      row({ system: 'httpd', category: 'none', verdict: 'none', healthyPrefixVerdict: 'none', ...part }),
    ];
    const alarming = [trial('a', 1, calm({})), trial('b', 1, calm({ verdict: 'bug', verdictRight: false }))];
    const before = [calm({ healthyPrefixVerdict: 'bug' })];
    expect(chosenWithout('redis', before, alarming)).toEqual({ a: 1 });
  });
});
