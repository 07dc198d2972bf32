// Writes the documents that are made from the source: docs/result.schema.json, docs/parameters.md, docs/guide.md and man/perfscope.1. Tests
// fail when they are out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { guideMarkdown } from '../dist/src/cli/guide/text.js';
import { manPage } from '../dist/src/cli/man-page.js';
import { parametersMarkdown } from '../dist/src/report/parameters.js';
import { resultJsonSchema } from '../dist/src/report/schema.js';

const write = (name, text) => writeFileSync(new URL(`../docs/${name}`, import.meta.url), text);
write('result.schema.json', JSON.stringify(resultJsonSchema(), null, 2) + '\n');
write('parameters.md', parametersMarkdown());
write('guide.md', guideMarkdown());
mkdirSync(new URL('../man/', import.meta.url), { recursive: true });
write('../man/perfscope.1', await manPage());
