// Size of incidents' pages, and how long until one answers a click: `node scripts/bench/page.js [--rounds 5] [--million CALLS] [CASE ...]`
//
// Learns and analyses shipped cases, opens each page in Debian's chromium from file://, and clicks its first button. With `--million 10`
// one more: copies of a case side by side with that many million calls. Wall clock, from the start of the navigation, in a browser that runs already.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { RESULT_REPORTERS, analyzeIncident, learn } from '../../dist/src/index.js';
import { BUGS, multiply } from './multiply.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, million: { type: 'string' } },
});
const CASES = positionals.length > 0 ? positionals : ['openssh-bz3405', 'proftpd-3719', 'httpd-37680', 'redis-10032'];
const html = RESULT_REPORTERS.find((r) => r.id === 'html');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'perfscope-pages-'));
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

const traces = CASES.map((id) => ({ id, trace: path.join(BUGS, id, 'incident.strace.gz'), name: id }));
if (values.million !== undefined) {
  const id = CASES.at(-1);
  const trace = path.join(scratch, 'million.strace');
  // About a hundred bytes a line.
  const { lines } = await multiply(trace, { kind: 'strace', id, bytes: Number(values.million) * 1e8 });
  traces.push({ id, trace, name: `${id}, ${(lines / 1e6).toFixed(1)} M lines` });
}
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  for (const { id, trace, name } of traces) {
    const file = path.join(scratch, 'page.html');
    const { signatures } = await learn([1, 2].map((n) => path.join(BUGS, id, `profile-${n}.strace-k.gz`)));
    const result = await analyzeIncident(trace, { signatures, sections: html.needs });
    writeFileSync(file, html.render(result, { width: 80, color: false }));
    const times = [];
    for (let round = 0; round < Number(values.rounds); round++) times.push(await opened(file));
    const [drawn, answered] = [0, 1].map((k) => median(times.map((t) => t[k])));
    const most = Math.max(...times.map((t) => t[1]));
    console.log(
      `${name.padEnd(32)} ${(statSync(file).size / 1e6).toFixed(2)} MB, loaded after ${drawn.toFixed(0)} ms, a click answered after ${answered.toFixed(0)} ms (at most ${most.toFixed(0)})`,
    );
  }
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}

/** ms until the page is loaded, and until the effect of a click is drawn. */
async function opened(file) {
  const page = await browser.newPage();
  const begin = performance.now();
  await page.goto(`file://${file}`);
  await page.waitForSelector('footer');
  const loaded = performance.now() - begin;
  await page.locator('button').first().click();
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  const answered = performance.now() - begin;
  await page.close();
  return [loaded, answered];
}
