// Writes the documents that are made from the source: docs/result.schema.json and docs/parameters.md. Tests fail when they
// are out of date.
import { writeFileSync } from 'node:fs';
import { parametersMarkdown } from '../dist/src/report/parameters.js';
import { resultJsonSchema } from '../dist/src/report/schema.js';

const write = (name, text) => writeFileSync(new URL(`../docs/${name}`, import.meta.url), text);
write('result.schema.json', JSON.stringify(resultJsonSchema(), null, 2) + '\n');
write('parameters.md', parametersMarkdown());
