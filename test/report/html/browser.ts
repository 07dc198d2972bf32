/** Debian's chromium, for pages that are looked at as a user does. Tests are skipped where there is none. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type Page, chromium } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) =>
  existsSync(p),
);

export const NO_BROWSER = CHROMIUM === undefined;
if (NO_BROWSER) console.warn('no chromium at /usr/bin: pages are not looked at (Debian: apt-get install chromium)');

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM!, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

export interface Opened {
  readonly page: Page;
  /** What should stay empty: messages on the console, uncaught errors, requests for anything but the page itself. */
  readonly noise: string[];
}

export async function openPage(browser: Browser, file: string, size = { width: 1200, height: 900 }): Promise<Opened> {
  const page = await browser.newPage({ viewport: size });
  const noise: string[] = [];
  page.on('console', (message) => noise.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => noise.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    noise.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const url = `file://${file}`;
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) noise.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector('footer');
  return { page, noise };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Faults that axe-core finds serious or critical, as text. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Past the page's policy, which allows no script but its own.
  const found = (await page.evaluate(`${AXE}; axe.run()`)) as {
    violations: { impact: string; id: string; nodes: { html: string }[] }[];
  };
  return found.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes[0]?.html.slice(0, 200)}`);
}

/** Captions of tables that reach beyond the page, where nobody reads them without scrolling. */
export function cutCaptions(page: Page): Promise<string[]> {
  return page
    .locator('caption > span')
    .evaluateAll((all) =>
      all
        .filter((span) => span.getBoundingClientRect().right > span.ownerDocument.documentElement.clientWidth)
        .map((span) => span.textContent),
    );
}
