import { describe, expect, it } from 'vitest';
import { suspectOf } from '../../src/cli/commands/explain.js';
import { explanation } from '../../src/report/explanation.js';
import { PLAIN } from '../../src/report/reporter.js';
import { NASTY, hostileDocument } from './html/hostile.js';
import { document, evidence, suspect } from './document.js';

const long = 'a_rather_long_function_name_that_must_be_cut_somewhere_in_the_middle';
const d = document({
  onset: 12,
  suspects: [
    suspect('dns_send_query', {
      rank: 2,
      tiedWith: ['dns_recv'],
      evidence: [
        evidence({ weight: 0.3, message: { code: 'time-inside', args: { seconds: 1.5, usual: 0.001 } } }),
        evidence({ weight: 0.7, episode: ['read:tcp', 'read:tcp', 'write:tcp'], count: 80, expected: 2 }),
      ],
    }),
    suspect('dns_recv', {
      rank: 2,
      tiedWith: ['dns_send_query'],
      evidence: [
        evidence({ weight: 0.3, message: { code: 'time-inside', args: { seconds: 1.5, usual: 0.001 } } }),
        evidence({ weight: 0.7, episode: ['read:tcp', 'read:tcp', 'write:tcp'], count: 80, expected: 2 }),
      ],
    }),
    suspect(long, { rank: 3, evidence: [], inferred: true }),
  ],
});

describe('explanation', () => {
  it('has all evidence, the heaviest first, and says once what is the same for several', () => {
    const text = explanation(d, d.suspects, PLAIN);
    expect(text.match(/calls {5}2x read:tcp > write:tcp/g)).toHaveLength(1);
    expect(text).toContain('1=  dns_send_query  90 % sure, haproxy\n 1=  dns_recv  90 % sure, haproxy\n');
    expect(text.indexOf('(70 % of its score)')).toBeLessThan(text.indexOf('(30 % of its score)'));
    expect(text).toContain('seen      80 times, 10 a second\n     expected  2 times\n');
    expect(text).toContain('seen      1.5 s in all, 8,192 times');
    expect(text).toContain('called by dns_resolve_recv < main');
    expect(text).toContain("known from the binary's call graph alone");
  });

  it('shows the calls as they happened, where the document has them', () => {
    const excerpt = {
      tid: 4711,
      at: 12,
      steps: [
        { call: 'recvfrom:udp', count: 1, at: 12, seconds: 25e-6, unfinished: false },
        { call: 'sendto:udp', count: 2, at: 12.5, seconds: null, unfinished: true },
      ],
      more: 7,
    };
    const timeline = { ...hostileDocument().timeline!, threads: [], excerpts: [excerpt] };
    const text = explanation({ ...d, timeline }, [d.suspects[0]!], PLAIN);
    expect(text).toMatch(/ {3}0 {2}recvfrom:udp +1 +25 us\n/);
    expect(text).toMatch(/0\.5 s {2}sendto:udp +2 +never returned\n/);
    expect(text).toContain('and 7 calls more');
    expect(text.match(/the first time: as in 1/g)).toHaveLength(1);
  });

  it.each([60, 80, 120, 250])('fits %d columns', (width) => {
    const names = NASTY.map((name) => name.slice(0, 3000));
    const hostile = document({
      suspects: names.map((name, k) => suspect(name, { tiedWith: names, callPath: names, object: names[k + 1] ?? '' })),
      warnings: [],
    });
    for (const doc of [d, hostile])
      for (const line of explanation(doc, doc.suspects, { width, color: false }).split('\n'))
        expect([...line].length, line).toBeLessThanOrEqual(Math.min(width, 120));
  });

  it('obeys no character of a name', () => {
    const text = explanation(document({ suspects: [suspect('a\u001b[31m\u202eb')] }), [], PLAIN);
    const named = document({ suspects: [suspect('a\u001b[31m\u202eb')] });
    expect(text + explanation(named, named.suspects, PLAIN)).toContain('a\\x1b[31m\\u202eb');
  });
});

describe('a suspect', () => {
  it('is named as a whole, by a part that is its alone, or by its place', () => {
    expect(suspectOf(d, 'dns_recv').function).toBe('dns_recv');
    expect(suspectOf(d, 'RATHER').function).toBe(long);
    expect(suspectOf(d, '2').function).toBe('dns_recv');
  });

  it('is said to be unknown, with what is near', () => {
    expect(() => suspectOf(d, 'dns_')).toThrow('dns_ may be any of 2 suspects');
    expect(() => suspectOf(d, '9')).toThrow('no suspect at place 9');
    expect(() => suspectOf(d, 'dns_resv')).toThrow(expect.objectContaining({ advice: 'Did you mean dns_recv?' }));
  });
});
