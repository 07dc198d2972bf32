import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { expect, it } from 'vitest';
import { evidenceText } from '../../src/report/evidence-text.js';
import { document, evidence } from './document.js';

it('has words for every detector that speaks', () => {
  const cwd = fileURLToPath(new URL('../../src/methods', import.meta.url));
  const sources = globSync('**/*.ts', { cwd, absolute: true }).map((file) => readFileSync(file, 'utf8'));
  const detectors = sources.flatMap((text) => [...text.matchAll(/\bdetector: '([a-z-]+)'/g)].map((m) => m[1]!));
  expect(detectors.length).toBeGreaterThan(5);
  for (const detector of detectors)
    expect(evidenceText(evidence({ detector }), document().trace).kind).not.toBe(detector);
});
