/** The modules that are committed are those of their sources. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
// @ts-expect-error a script, without types
import { SCRIPTS, moduleFile, scriptHash } from '../../scripts/build-wasm.js';

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));
const scripts = SCRIPTS as readonly string[];
const moduleOf = moduleFile as (script: string) => string;

it.each(scripts)('%s is compiled as it is', (name) => {
  const script = path.join(SOURCES, name);
  expect(readFileSync(moduleOf(script), 'utf8')).toContain((scriptHash as (script: string) => string)(script));
});

it('there is no other module', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => /kernel.*-module\.ts$/.test(file)).sort()).toEqual(scripts.map(moduleOf).sort());
});
