/**
 * Makes the pictures of README.md from a shipped case, after `npm run build` (`npm run docs` does both): docs/pictures/session.svg and flame.svg of
 * the result that it keeps beside them, so that a test can say whether they are what this version makes of it.
 *
 *   node scripts/pictures.js
 *
 * The screenshot of the page (Debian's chromium) is taken when the page is another than the one it shows, whose digest lies beside it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RESULT_REPORTERS, analyzeIncident, learn } from '../dist/src/index.js';
import { pageDigest, picturesOf } from './pictures/pictures-of.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ID = 'haproxy-fad0318';
const at = (...parts) => path.join(ROOT, 'docs', 'pictures', ...parts);
const html = RESULT_REPORTERS.find((r) => r.id === 'html');
const BROWSER = '/usr/bin/chromium';

const folder = path.join(ROOT, 'datasets', 'bugs', ID);
const { signatures } = await learn([1, 2, 3].map((n) => path.join(folder, `profile-${n}.strace-k.gz`)));
const whole = await analyzeIncident(path.join(folder, 'incident.strace.gz'), { signatures, sections: html.needs });
const named = {
  ...whole,
  trace: { ...whole.trace, path: 'incident.strace.gz' },
  signatures: { ...whole.signatures, path: 'haproxy.signatures.json' },
};
// What is drawn, and nothing that differs from run to run.
const { timeline, changes, ...rest } = named;
const kept = { ...rest, suspects: rest.suspects.slice(0, 10), timing: {}, peakMemoryBytes: 0 };
mkdirSync(at(), { recursive: true });
writeFileSync(at(`${ID}.json`), `${JSON.stringify(kept)}\n`);
const drawn = JSON.parse(readFileSync(at(`${ID}.json`), 'utf8'));
for (const [name, text] of Object.entries(picturesOf(drawn))) writeFileSync(at(name), text);
const shown = `${JSON.stringify({ sha256: pageDigest(drawn) })}\n`;
const isNew = !existsSync(at('page.json')) || readFileSync(at('page.json'), 'utf8') !== shown;
if (isNew && !existsSync(BROWSER))
  console.error(`docs/pictures/page.png is out of date, and there is no ${BROWSER} to take it anew`);
else if (isNew) {
  // Fewer suspects than a result has, so that the window over time is on the picture.
  await screenshot({ ...named, timeline, changes, suspects: named.suspects.slice(0, 3) });
  writeFileSync(at('page.json'), shown);
}

async function screenshot(result) {
  const { chromium } = await import('playwright-core');
  const file = path.join(os.tmpdir(), `perfscope-page-${process.pid}.html`);
  writeFileSync(file, html.render(result, { width: 80, color: false }));
  const browser = await chromium.launch({
    executablePath: BROWSER,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 1350 } });
    await page.goto(`file://${file}`);
    await page.waitForSelector('canvas');
    await page.screenshot({ path: at('page.png') });
  } finally {
    await browser.close();
    rmSync(file, { force: true });
  }
}
