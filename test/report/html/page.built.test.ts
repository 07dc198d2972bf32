/** The page in a real browser: of real incidents, one a category, and of one that tries to break out of it. */
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../../src/result.js';
import { BUGS, ROOT, scratchFolder } from '../../cli/run.js';
import { NO_BROWSER, type Opened, cutCaptions, launch, openPage, seriousFaults } from './browser.js';
import { hostileDocument } from './hostile.js';

const compiled = (file: string) => import(path.join(ROOT, 'dist', 'src', file)) as Promise<unknown>;
const { analyzeIncident, learn, RESULT_REPORTERS } = (await compiled(
  'index.js',
)) as typeof import('../../../src/index.js');
const html = RESULT_REPORTERS.find((r) => r.id === 'html')!;
const scratch = scratchFolder();
const PLAIN = { width: 80, color: false };

/** Cases of six categories. */
const CASES = [
  'nginx-681e735',
  'memcached-d711d13',
  'memcached-8c02ee8',
  'memcached-ae6f426',
  'redis-849',
  'haproxy-slow-network',
];
/** Cases of two verdicts, whose pages are looked at by axe. */
const JUDGED = new Set(['nginx-681e735', 'haproxy-slow-network']);

async function resultOf(id: string): Promise<ResultDocument> {
  const at = (file: string) => path.join(BUGS, id, file);
  const { signatures } = await learn([at('profile-1.strace-k.gz')]);
  return analyzeIncident(at('incident.strace.gz'), { signatures, top: 10, sections: html.needs });
}
const results = new Map<string, ResultDocument>();

function written(name: string, document: ResultDocument): string {
  const file = scratch.at(`${name}.html`);
  writeFileSync(file, html.render(document, PLAIN));
  return file;
}

describe.skipIf(NO_BROWSER)('page of an incident', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    scratch.dispose();
  });

  it.each(CASES)('%s: says what the result says, without a word on the console or a request', async (id) => {
    const document = await resultOf(id);
    results.set(id, document);
    const file = written(id, document);
    expect(statSync(file).size).toBeLessThan(2e6);
    const { page, noise } = await openPage(browser, file);
    const first = page.locator('#suspects tbody tr').first();
    expect(await first.locator('a').textContent()).toBe(document.suspects[0]!.function);
    expect(await page.locator('h1').textContent()).toContain(document.verdict);
    expect(await page.locator('canvas').count()).toBe(3);
    // What the charts show is there as text, too.
    const calls = document.timeline!.groups.reduce((sum, g) => sum + g.calls.reduce((a, b) => a + b, 0), 0);
    expect(calls).toBe(document.trace.events);
    expect(await page.locator('#threads tbody tr').count()).toBeGreaterThan(0);
    // What is drawn first is as wide as all, and says what it is.
    const frames = page.locator('#flame [role=treeitem]');
    expect(await frames.count()).toBeGreaterThan(3);
    expect(await frames.first().getAttribute('aria-label')).toMatch(/^all: .* before, .* after, 100 % of all after/);
    // To look for these takes longer than all the rest; what is built otherwise is built otherwise by verdict.
    if (JUDGED.has(id)) expect(await seriousFaults(page)).toEqual([]);
    expect(noise).toEqual([]);
    await page.close();
  });

  it('of hostile text is text: nothing runs, nothing is asked for, nothing overflows', async () => {
    const document = hostileDocument();
    const file = written('hostile', document);
    expect(statSync(file).size).toBeLessThan(2e6);
    for (const width of [1200, 380]) {
      const { page, noise } = await openPage(browser, file, { width, height: 800 });
      await openAll(page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await cutCaptions(page)).toEqual([]);
      // Only what the page itself makes.
      expect(await page.locator('img, svg, iframe, object, embed, b, form, link[href]:not([rel=icon])').count()).toBe(
        0,
      );
      expect(await page.locator('script').count()).toBe(2);
      expect(await page.locator('#suspects tbody tr').first().textContent()).toContain('</script><script>');
      expect(await page.title()).not.toBe('owned');
      expect(noise).toEqual([]);
      await page.close();
    }
  });

  it('keeps a script out that is put into it', async () => {
    const file = written('injected', hostileDocument());
    const { page, noise } = await openPage(browser, file);
    const add = `const s = document.createElement('script'); s.textContent = 'document.title = "owned"'; document.body.append(s)`;
    await page.evaluate(add);
    expect(await page.title()).not.toBe('owned');
    expect(noise.join()).toContain('Content Security Policy');
    await page.close();
  });

  describe('in use', () => {
    let opened: Opened;
    beforeAll(async () => {
      const file = written('used', results.get('memcached-8c02ee8') ?? (await resultOf('memcached-8c02ee8')));
      opened = await openPage(browser, file);
    });
    const range = () => opened.page.locator('output.range').textContent();

    it('zooms by buttons, by a drag, and back', async () => {
      const { page } = opened;
      const whole = await range();
      await page.getByRole('button', { name: 'Around the onset' }).click();
      const near = await range();
      expect(near).not.toBe(whole);
      await page.getByRole('button', { name: 'Whole window' }).focus();
      await page.keyboard.press('Enter');
      expect(await range()).toBe(whole);
      const over = page.locator('.u-over').first();
      await over.scrollIntoViewIfNeeded();
      const box = (await over.boundingBox())!;
      await page.mouse.move(box.x + 100, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + 300, box.y + 60, { steps: 5 });
      await page.mouse.up();
      expect(await range()).not.toBe(whole);
      await over.dblclick();
      expect(await range()).toBe(whole);
    });

    it('zooms into a flame graph by click and by keys, and back', async () => {
      const { page } = opened;
      const frames = page.locator('#flame [role=treeitem]');
      const widthOf = async (frame: Locator) => (await frame.boundingBox())!.width;
      const all = await frames.count();
      const whole = await widthOf(frames.first());
      await frames.first().focus();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
      const label = await page.evaluate('document.activeElement.getAttribute("aria-label")');
      expect(await page.locator('#flame .reading').textContent()).toBe(label);
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(label);
      expect(await widthOf(page.locator('#flame [role=treeitem][tabindex="0"]'))).toBeCloseTo(whole, 0);
      await page.keyboard.press('Escape');
      expect(await frames.count()).toBe(all);
      const thread = page.getByRole('treeitem', { name: /^slab_rebalance_thread: / });
      await thread.click();
      expect(await widthOf(thread)).toBeCloseTo(whole, 0);
      await page.getByRole('button', { name: 'Whole graph' }).click();
    });

    it('finds frames, and weighs them otherwise', async () => {
      const { page } = opened;
      const name = (await page.locator('#flame [role=treeitem]').nth(2).textContent())!;
      await page.locator('#flame input').fill(name);
      expect(await page.locator('#flame .match').count()).toBeGreaterThan(0);
      expect(await page.locator('#flame output').textContent()).toMatch(
        /^\d+ frames match: \d+ % before, \d+ % after$/,
      );
      await page.locator('#flame input').fill('no such function');
      expect(await page.locator('#flame output').textContent()).toBe('no frame matches');
      await page.locator('#flame input').fill('');
      await page.getByRole('button', { name: 'Number of calls' }).click();
      expect(await page.locator('#flame [role=treeitem]').first().getAttribute('aria-label')).toContain(
        'calls a second',
      );
    });

    it('sorts a table by its headings', async () => {
      const { page } = opened;
      const table = page.locator('#suspects table');
      const names = () => table.locator('tbody a').allTextContents();
      const before = await names();
      await table.getByRole('button', { name: 'function' }).click();
      expect(await names()).toEqual([...before].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
      expect(await table.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('ascending');
      await table.getByRole('button', { name: 'rank' }).click();
      await table.getByRole('button', { name: 'rank' }).click();
      expect(await names()).toEqual(before);
    });

    it('copies a table for a spreadsheet', async () => {
      const { page } = opened;
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.locator('#suspects').getByRole('button', { name: 'Copy table' }).click();
      const text = (await page.evaluate('navigator.clipboard.readText()')) as string;
      expect(text.split('\n')[0]).toBe('rank\tfunction\tsure\tscore\tcannot be told apart from\tobject');
      expect(text.split('\n')).toHaveLength(11);
    });

    it('opens the evidence of a suspect that is asked for, and says nothing on the console', async () => {
      const { page, noise } = opened;
      await page.locator('#suspects tbody a').nth(3).click();
      // The browser tells of the new target in a moment of its own.
      await page.locator('#suspect-4[open]').waitFor();
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.getByRole('button', { name: 'Light or dark' }).click();
      expect(noise).toEqual([]);
    });

    it('is as readable in the dark', async () => {
      const { page } = opened;
      await page.reload();
      await page.emulateMedia({ colorScheme: 'dark' });
      await openAll(page);
      expect(await seriousFaults(page)).toEqual([]);
    });
  });
});

const openAll = (page: Opened['page']) =>
  page.evaluate('document.querySelectorAll("details").forEach((d) => (d.open = true))');
