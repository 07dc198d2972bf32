// Makes the clients of HTML pages (src/report/html/client) into one script and one style each, with the hashes by which the
// page's own policy allows them. Reports put them into the page as they are: it loads nothing.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Files of src/report/html/client/style, in the order in which they hold. */
const STYLE = ['colours', 'page', 'tables', 'charts', 'flame', 'suspects', 'narrow-and-print'];

/** Page by page: the script it begins with. */
const PAGES = { incident: 'main.ts', plain: 'plain.ts', comparison: 'comparison.ts' };

const root = fileURLToPath(new URL('..', import.meta.url));
const client = path.join(root, 'src/report/html/client');
const target = path.join(root, 'dist/src/report/html');

export async function bundlePages() {
  const charts = readFileSync(createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css'), 'utf8');
  const own = STYLE.map((name) => readFileSync(path.join(client, 'style', `${name}.css`), 'utf8'));
  const style = [charts, ...own].join('\n');
  mkdirSync(target, { recursive: true });
  for (const [name, entry] of Object.entries(PAGES)) {
    const bundle = await rolldown({ input: path.join(client, entry), platform: 'browser' });
    const { output } = await bundle.generate({ format: 'iife', minify: true });
    await bundle.close();
    // What would end the script element early, in whatever string of a library.
    const script = output[0].code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--').trim();
    const assets = { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) };
    writeFileSync(path.join(target, `${name}.json`), JSON.stringify(assets));
  }
}

const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundlePages();
