import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { COMPARISON_REPORTERS } from '../../src/report/comparison.js';
import { PLAIN } from '../../src/report/reporter.js';
import { comparedWindows } from './compared-windows.js';

const render = (id: string, context = PLAIN) =>
  COMPARISON_REPORTERS.find((r) => r.id === id)!.render(comparedWindows(), context);

describe('reports of two windows', () => {
  it('say which kinds of work changed and how, and which episodes are new or gone', () => {
    const text = render('table', { width: 400, color: false });
    expect(text).toMatch(/verdict +none +bug/);
    expect(text).toMatch(/epoll_wait, read, write\n +21\/s > 5\.5\/s: 0\.27 \(0\.\d+ to 0\.\d+\) times as often/);
    expect(text).toMatch(/each takes 10 ms > 0\.5 s: 50 \(50 to 50\) times as long/);
    expect(text).toMatch(/socket, bind, listen, accept4, close\n +new, 3\.5\/s/);
    expect(text).toMatch(/openat, fsync, rename, unlink\n +gone, 2\.5\/s before/);
    expect(text).toMatch(/Episodes that are new\n +read:tcp=EAGAIN: 100\/s .*mostly in 2x read:tcp=EAGAIN/);
    expect(text).toMatch(/Episodes that are gone\n +fsync:file: 2\.0\/s/);
    expect(text).toContain('6 units of rare kinds left out.');
  });

  it.each([60, 80, 120, 250])('fit %d columns', (width) => {
    for (const line of render('table', { width, color: false }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(width);
  });

  it('have the same as CSV and Markdown', () => {
    const rows: Record<string, string>[] = parse(render('csv'), { columns: true });
    expect(rows.find((r) => r.what === 'units a second' && r.name!.startsWith('epoll_wait'))).toMatchObject({
      before: '20.5',
      after: '5.5',
    });
    expect(rows.find((r) => r.what === 'new episode')).toMatchObject({
      name: 'read:tcp=EAGAIN',
      before: '<=0.1',
      after: '100',
    });
    expect(render('markdown')).toMatch(/\| `epoll_wait, read, write` \| 21 > 5\.5 \| 0\.27 /);
  });
});
