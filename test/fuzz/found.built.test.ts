/** What scripts/fuzz.js found: each file is looked at as the fuzzer does it. To add one, drop it into the folder. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../cli/run.js';

const FOUND = path.join(ROOT, 'test', 'fuzz', 'found');

it('perfscope has an answer to all that the fuzzer found', { timeout: 120_000 }, async () => {
  const files = readdirSync(FOUND).map((name) => path.join(FOUND, name));
  expect(files.length).toBeGreaterThan(0);
  await promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts', 'fuzz.js'), ...files]);
});
