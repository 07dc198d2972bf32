import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parametersMarkdown } from '../../src/report/parameters.js';

it('docs/parameters.md is what the code says (npm run docs writes it)', () => {
  const shipped = readFileSync(new URL('../../docs/parameters.md', import.meta.url), 'utf8');
  expect(shipped).toBe(parametersMarkdown());
});
