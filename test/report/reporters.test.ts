import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvText } from '../../src/report/csv-text.js';
import { csvReporter } from '../../src/report/csv.js';
import { jsonReporter } from '../../src/report/json.js';
import { junitText } from '../../src/report/junit-text.js';
import { junitReporter } from '../../src/report/junit.js';
import { markdownReporter } from '../../src/report/markdown.js';
import { code } from '../../src/report/markdown-text.js';
import { RESULT_REPORTERS } from '../../src/report/registry.js';
import { PLAIN } from '../../src/report/reporter.js';
import { tableReporter } from '../../src/report/table.js';
import { document, suspect } from './document.js';

const ESCAPE = String.fromCharCode(27);

describe('table', () => {
  it('shows the trace, the verdict, the suspects and why', () => {
    expect(tableReporter.render(document(), PLAIN)).toBe(
      `trace    incident.strace.gz (strace), 1m 12s from 2026-11-23 12:03:29 UTC
events   80,000 calls, 5 threads of 1 process, 3 never returned
learned  haproxy: 212 functions of 1,138 in the binary
units    7 of 900 abnormal
verdict  bug: the program misbehaves

rank  function                                         score       sure  object
   1  snr_resolution_cb                                ██████████  90 %  haproxy
  2=  a_rather_long_function_…somewhere_in_the_middle  █████       40 %  haproxy
  2=  dns_send_query                                   █████       40 %  haproxy
= a tie: the trace does not tell these functions apart

snr_resolution_cb
  made-up-code: thread 4,711, count 8,192
  called by dns_resolve_recv < main

a_rather_long_function_name_that_must_be_cut_somewhere_in_the_middle,
dns_send_query
  made-up-code: thread 4,711, count 8,192
  cannot be told apart
  called by dns_resolve_recv < main
`,
    );
  });

  it.each([40, 60, 80, 120])('fits %d columns', (width) => {
    for (const line of tableReporter.render(document(), { width, color: false }).split('\n'))
      expect([...line].length).toBeLessThanOrEqual(width);
  });

  it('colours only when told to', () => {
    expect(tableReporter.render(document(), PLAIN)).not.toContain(ESCAPE);
    expect(tableReporter.render(document(), { width: 80, color: true })).toContain(`${ESCAPE}[`);
  });

  it('says so when there is no suspect', () => {
    const text = tableReporter.render(document({ verdict: 'external', externalResource: 'disk', suspects: [] }), PLAIN);
    expect(text).toContain('its surroundings (disk)');
    expect(text).toContain('No function is suspected.');
  });
});

describe('suspects of a window that no function is blamed for', () => {
  it('are given with a word that they are not blamed', () => {
    for (const reporter of [tableReporter, markdownReporter])
      for (const verdict of ['none', 'external'] as const) {
        const text = reporter.render(document({ verdict, suspects: [suspect('send_query')] }), PLAIN);
        expect(text).toContain('No function is blamed.');
        expect(text).toContain('send_query');
      }
    expect(tableReporter.render(document(), PLAIN)).not.toContain('No function is blamed.');
  });
});

describe('csv', () => {
  it('is read back by another parser', () => {
    const nasty = 'operator,("a")\nb';
    const rows = parse(csvReporter.render(document({ suspects: [suspect(nasty)] }), PLAIN), { columns: true });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ function: nasty, rank: '1', verdict: 'bug' });
  });

  it('gives a spreadsheet no formula', () => {
    expect(csvText(['a', 'b'], [['=1+1', -2]])).toBe("a,b\n'=1+1,-2\n");
  });
});

describe('markdown', () => {
  it('keeps a row on one line whatever the name holds', () => {
    const text = markdownReporter.render(document({ suspects: [suspect('operator|(int)\nx')] }), PLAIN);
    expect(text.split('\n').filter((l) => l.includes('operator'))).toEqual([
      expect.stringMatching(/^\| 1 \| `operator\\\|\(int\) x` \|/),
    ]);
  });

  it('quotes back quotes', () => {
    expect(code('plain')).toBe('`plain`');
    expect(code('a`b')).toBe('`` a`b ``');
  });
});

describe('junit', () => {
  it('fails on a bug only', () => {
    expect(junitReporter.render(document(), PLAIN)).toContain('failures="1"');
    expect(junitReporter.render(document({ verdict: 'none', suspects: [] }), PLAIN)).toContain('failures="0"');
  });

  it('escapes markup and drops what XML cannot hold', () => {
    const text = junitText('s', [{ name: 'a<b>&"c"\u0001', classname: 'k', seconds: 1 }]);
    expect(text).toContain('name="a&lt;b&gt;&amp;&quot;c&quot;\ufffd"');
  });
});

describe('every reporter', () => {
  // Exports draw a section of the result and name no suspects: their own tests are beside this file.
  it.each(RESULT_REPORTERS.filter((r) => r.needs === undefined).map((r) => [r.id, r] as const))(
    '%s names every suspect and ends its last line',
    (_, reporter) => {
      const text = reporter.render(document(), { width: 200, color: false });
      for (const s of document().suspects) expect(text).toContain(s.function);
      expect(text.endsWith('\n')).toBe(true);
    },
  );

  it('json is the document', () => {
    expect(JSON.parse(jsonReporter.render(document(), PLAIN))).toEqual(document());
  });
});

describe('a tie', () => {
  const tied = document({
    suspects: [
      suspect('a', { rank: 3, tiedWith: ['b', 'c'] }),
      suspect('b', { rank: 3, tiedWith: ['a', 'c'] }),
      suspect('c', { rank: 3, tiedWith: ['a', 'b'] }),
      suspect('d', { rank: 4 }),
    ],
  });

  it('has the place of its best member, with a legend, and its reasons once', () => {
    const text = tableReporter.render(tied, PLAIN);
    expect(text.match(/^ *(1=|4) /gm)).toHaveLength(4);
    expect(text).toContain('= a tie');
    expect(text.match(/cannot be told apart/g)).toHaveLength(1);
    expect(text).toMatch(/^a, b, c$/m);
    expect(markdownReporter.render(tied, PLAIN)).toMatch(/1= .*\n.*1= .*\n.*1= .*\n.* 4 [^]*= a tie/);
  });

  it('is not spoken of where there is none', () => {
    const alone = document({ suspects: [suspect('a', { rank: 1 }), suspect('b', { rank: 2 })] });
    expect(tableReporter.render(alone, PLAIN)).not.toContain('= a tie');
  });
});
