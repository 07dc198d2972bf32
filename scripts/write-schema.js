// Writes docs/result.schema.json from src/report/schema.ts. A test fails when it is out of date.
import { writeFileSync } from 'node:fs';
import { resultJsonSchema } from '../dist/src/report/schema.js';

const target = new URL('../docs/result.schema.json', import.meta.url);
writeFileSync(target, JSON.stringify(resultJsonSchema(), null, 2) + '\n');
