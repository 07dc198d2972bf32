/** Pages of batches and of nights in a real browser. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archivePage } from '../../../src/report/html/archive-page.js';
import { historyPage } from '../../../src/report/html/history-page.js';
import type { Regression } from '../../../src/regress/regression.js';
import { compareResults } from '../../../src/coordinator/compare.js';
import { comparisonPage } from '../../../src/report/html/comparison-page.js';
import type { Work } from '../../../src/work/work.js';
import { WORK_AFTER, WORK_BEFORE, comparedWindows, stacksOf } from '../compared-windows.js';
import { NASTY, hostileDocument } from './hostile.js';
import { scratchFolder } from '../../cli/run.js';
import { NO_BROWSER, cutCaptions, launch, openPage, seriousFaults } from './browser.js';
import { batchSummary, nights } from './plain-pages.js';

const night = {
  at: '2026-11-29T03:00:00.000Z',
  label: '<img src=x onerror=alert(1)>',
  status: 'ok',
  passed: true,
  tool: { name: 'perfscope', version: '0.1.0' },
  gates: [],
  evaluation: { methods: {} },
} as unknown as Regression;

/** Two results whose every text tries to be more than text. */
function hostileComparison() {
  const rename = (work: Work): Work => ({
    ...work,
    kinds: work.kinds.map((k) => ({ ...k, calls: [...k.calls, ...NASTY.slice(0, 3)] })),
    episodes: { ...work.episodes, found: work.episodes.found.map((e) => ({ ...e, calls: [...e.calls, NASTY[1]!] })) },
  });
  const side = (work: Work, name: string, calls: number) => {
    return { ...hostileDocument(), work: rename(work), stacks: stacksOf(name, calls) };
  };
  return compareResults(side(WORK_BEFORE, NASTY[0]!, 100), side(WORK_AFTER, NASTY[2]!, 900));
}

describe.skipIf(NO_BROWSER)('pages of charts and tables', () => {
  const scratch = scratchFolder();
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    scratch.dispose();
  });

  it.each([
    ['batch', () => archivePage(batchSummary(40)), 1],
    ['nights', () => historyPage(night, nights(60)), 5],
  ] as const)(
    '%s: hostile text stays text, nothing is said or asked for, axe finds nothing serious',
    async (id, make, charts) => {
      const file = path.join(scratch.path, `${id}.html`);
      writeFileSync(file, make());
      for (const width of [1200, 380]) {
        const { page, noise } = await openPage(browser, file, { width, height: 800 });
        await page.waitForSelector('canvas');
        expect(await page.locator('canvas').count()).toBe(charts);
        expect(await page.locator('img, svg, iframe, b, form').count()).toBe(0);
        expect(await page.locator('script').count()).toBe(2);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(await cutCaptions(page)).toEqual([]);
        const links = await page
          .locator('main a[href]')
          .evaluateAll((all) => all.map((a) => String(a.getAttribute('href'))));
        for (const link of links) expect(link).toMatch(/^results\/incident-\d+-0a1b2c\.json$/);
        await page.emulateMedia({ colorScheme: width < 600 ? 'dark' : 'light' });
        expect(await seriousFaults(page)).toEqual([]);
        expect(noise).toEqual([]);
        await page.close();
      }
    },
  );

  it('comparison: says what changed, of hostile text, too; the flame graph is there', async () => {
    for (const [name, made] of [
      ['comparison', comparedWindows()],
      ['hostile-comparison', hostileComparison()],
    ] as const) {
      const file = path.join(scratch.path, `${name}.html`);
      writeFileSync(file, comparisonPage(made));
      for (const width of [1200, 380]) {
        const { page, noise } = await openPage(browser, file, { width, height: 800 });
        expect(await page.locator('#kinds tbody tr').count()).toBe(made.windows!.work!.kinds.length);
        expect(await page.locator('#kinds .interval').count()).toBeGreaterThan(0);
        expect(await page.locator('#episodes li').count()).toBeGreaterThan(0);
        expect(await page.locator('#flame [role=treeitem]').count()).toBeGreaterThan(1);
        expect(await page.locator('img, svg, iframe, b, form').count()).toBe(0);
        expect(await page.locator('script').count()).toBe(2);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(await cutCaptions(page)).toEqual([]);
        await page.emulateMedia({ colorScheme: width < 600 ? 'dark' : 'light' });
        expect(await seriousFaults(page)).toEqual([]);
        expect(noise).toEqual([]);
        await page.close();
      }
    }
  });
});
