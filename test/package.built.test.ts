/** What `npm pack` would ship, and whether package.json speaks of files that are in it. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './cli/run.js';

const manifest = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: 'pipe',
  }),
) as [{ files: { path: string; size: number }[] }];
const files = packed.files.map((f) => f.path);

it('ships the program, its workers, types and documents', () => {
  expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'docs/result.schema.json']));
  for (const target of [manifest.bin.perfscope, manifest.exports['.'].types, manifest.exports['.'].default])
    expect(files).toContain(target.replace(/^\.\//, ''));
  for (const worker of ['parse', 'method', 'learn', 'evaluate-case'])
    expect(files).toContain(`dist/workers/${worker}.js`);
});

it('ships no bug set, no tests, no sources, and stays small', () => {
  expect(files.filter((f) => /^(datasets|test|src|workers|scripts|\.ci)\//.test(f) || f.endsWith('.map'))).toEqual([]);
  expect(packed.files.reduce((sum, f) => sum + f.size, 0)).toBeLessThan(3.5e6);
});

it('ships what the built program reads at run time: all of dist but the single modules, which the bundles hold', () => {
  const built = readdirSync(`${ROOT}/dist/src`, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:js|map)$/.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
  expect(built.filter((file) => !files.includes(file))).toEqual([]);
  expect(files.filter((file) => file.startsWith('dist/src/') && file.endsWith('.js')).sort()).toEqual(
    [
      'dist/src/cli/index.js',
      'dist/src/index.js',
      ...files.filter((file) => file.startsWith('dist/src/bundle/')),
    ].sort(),
  );
});

it('runs on the Node that its dependencies need', () => {
  expect(manifest.engines.node).toBe('>=20.19');
});
