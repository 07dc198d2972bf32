/**
 * A page in one file: style, script and data inlined, and a policy that lets it do nothing else. The data are in a block that
 * no browser runs; the script puts them on the page as text, never as markup.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allVisible } from './visible.js';

/** What scripts/bundle-pages.js makes of a page's client. */
interface PageAssets {
  readonly script: string;
  readonly style: string;
  /** Content-Security-Policy sources of both. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

export function renderPage(name: 'incident' | 'plain' | 'comparison', title: string, data: unknown): string {
  const { script, style, scriptHash, styleHash } = assetsOf(name);
  const policy = `default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escapeMarkup(allVisible(title))}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page draws itself with JavaScript, from the data that it holds. Without it, read the result as --format markdown.</noscript>
<script type="application/json" id="data">${jsonInMarkup(allVisible(data))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that ends no script block and begins no comment in one, whatever its strings hold. */
export function jsonInMarkup(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Seen from dist/src/report/html or dist/src/bundle; from src (tests that run TypeScript as it is), what the last build made. */
function assetsOf(name: string): PageAssets {
  const here = import.meta.url;
  const folder = here.endsWith('.ts')
    ? '../../../dist/src/report/html/'
    : here.includes('/report/html/')
      ? './'
      : '../report/html/';
  return JSON.parse(readFileSync(fileURLToPath(new URL(`${folder}${name}.json`, here)), 'utf8')) as PageAssets;
}
