/** What stands between the start and the first progress line, or a word on a wrong flag. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const BUNDLE = path.resolve(import.meta.dirname, '../../dist/src/bundle');
/** Bytes: twice what it is. The code that reads and analyses is ten times as much. */
const MOST = 90_000;

/** The file and all those of ours that it imports, but not on demand. */
function loadedWith(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(path.join(BUNDLE, file), 'utf8');
  for (const [, imported] of text.matchAll(/^(?:import|export) .*?from "\.\/([^"]+)";$/gm))
    loadedWith(imported!, found);
  return found;
}

it('loads little before the first progress line', () => {
  const files = [...loadedWith(readdirSync(BUNDLE).find((name) => /^main-[\w-]+\.js$/.test(name))!)];
  expect(files.length).toBeGreaterThan(1);
  const bytes = files.reduce((sum, file) => sum + readFileSync(path.join(BUNDLE, file)).length, 0);
  expect(bytes).toBeLessThan(MOST);
});
