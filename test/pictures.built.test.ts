/** The pictures of README.md are what this version makes of the result that lies beside them, and that result is no other than today's. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ResultDocument } from '../src/result.js';
import { BUGS, ROOT } from './cli/run.js';

const compiled = (file: string) => import(path.join(ROOT, file)) as Promise<unknown>;
const { analyzeIncident, learn } = (await compiled('dist/src/index.js')) as typeof import('../src/index.js');
const { pageDigest, picturesOf } = (await compiled('scripts/pictures/pictures-of.js')) as {
  pageDigest: (result: ResultDocument) => string;
  picturesOf: (result: ResultDocument) => Record<string, string>;
};
const { terminalSvg } = (await compiled('scripts/pictures/svg.js')) as {
  terminalSvg: (text: string, columns?: number) => string;
};

const ID = 'haproxy-fad0318';
const at = (name: string) => path.join(ROOT, 'docs', 'pictures', name);
const text = (name: string) => readFileSync(at(name), 'utf8');
const kept = JSON.parse(text(`${ID}.json`)) as ResultDocument;
const DUE = 'npm run docs makes the pictures anew';

describe('pictures', () => {
  it('are what the reports make of the result beside them', () => {
    for (const [name, made] of Object.entries(picturesOf(kept)))
      expect(text(name) === made, `${name}: ${DUE}`).toBe(true);
  });

  it('of the page is not older than the page', () => {
    expect(JSON.parse(text('page.json')), DUE).toEqual({ sha256: pageDigest(kept) });
  });

  it('are those that README.md shows', () => {
    const shown = [...readFileSync(path.join(ROOT, 'README.md'), 'utf8').matchAll(/\(docs\/pictures\/([^)]+)\)/g)].map(
      (m) => m[1]!,
    );
    expect(shown.sort()).toEqual(
      readdirSync(at(''))
        .filter((f) => !f.endsWith('.json'))
        .sort(),
    );
  });

  it('tell what the incident still comes to', async () => {
    const file = (name: string) => path.join(BUGS, ID, name);
    const { signatures } = await learn([1, 2, 3].map((n) => file(`profile-${n}.strace-k.gz`)));
    const now = await analyzeIncident(file('incident.strace.gz'), { signatures });
    const told = ({ verdict, suspects, onset }: ResultDocument) => [verdict, suspects[0]?.function, onset];
    expect(told(kept), DUE).toEqual(told(now));
  });

  it('show text as it stands, in its colours', () => {
    const svg = terminalSvg('a <b>&\u001b[1m\u001b[31mred\u001b[39m\u001b[22m  end\n', 20);
    expect(svg).toContain('a &#60;b&#62;&#38;</tspan>');
    expect(svg).toMatch(/font-weight="700" fill="#ff7b72"[^>]*>red</);
    // "end" begins after eleven columns.
    expect(svg).toContain(`x="${(14 + 11 * 8.4).toFixed(1)}"`);
  });
});
