import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { analyse } from '../../src/watch/analysis.js';
import { until } from '../helpers/running.js';
import { folders } from './helpers/parts.js';

const folder = folders();

/** An analysis that says that it has begun, and then hangs. */
function hanging(at: string) {
  const script = path.join(at, 'hang.mjs');
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs'; writeFileSync('${at}/begun', ''); setInterval(() => 0, 1e3);`,
  );
  return { window: 60, nice: 0, hurryAfter: null, limit: 3_600_000, more: [], command: [process.execPath, script] };
}

it.each([0, 1, 2, 5])('is told to end however early: %d ms after it was asked for', async (ms) => {
  const at = folder();
  const told = new AbortController();
  const ending = analyse(at, ['trace'], hanging(at), told.signal);
  if (ms === 0) told.abort();
  else setTimeout(() => told.abort(), ms);
  expect(await ending).toEqual({ kind: 'stopped' });
});

it('is told to end in the midst of its work', async () => {
  const at = folder();
  const told = new AbortController();
  const ending = analyse(at, ['trace'], hanging(at), told.signal);
  await until('its beginning', () => existsSync(path.join(at, 'begun')));
  told.abort();
  expect(await ending).toEqual({ kind: 'stopped' });
});
