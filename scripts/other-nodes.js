// Runs a part of the tests, and a few cases of the bug set, with the versions of Node that perfscope is for and this is not.
//   node scripts/other-nodes.js [--reports FOLDER]   needs dist/; exits with 1 when something failed
// A version comes from npm's package of its binary. Where that cannot be had (another platform, no network), it is skipped, and said so.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

/** The oldest that package.json allows, and the later lines. */
const VERSIONS = ['20.19', '22', '24'];
/** What depends on the engine: parsers, WebAssembly, numbers, shared memory, and the program as built. */
const TESTS = ['test/formats', 'test/methods', 'test/lib', 'test/source', 'test/trace', 'test/cli/cli.built.test.ts'];
const CASES = 'redis-849,memcached-8c02ee8,bull-1304';
const METHODS = 'fused,perfscope';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { reports: { type: 'string' } } });
const scratch = mkdtempSync(path.join(os.tmpdir(), 'perfscope-nodes-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const reports = path.resolve(values.reports ?? scratch);
mkdirSync(reports, { recursive: true });

const others = VERSIONS.filter((version) => !`${process.versions.node}.`.startsWith(`${version}.`));
let expected;
for (const version of others) look(version);

function look(version) {
  const node = fetched(version);
  if (node === null) {
    console.error(`Node ${version} cannot be had here: its tests are skipped`);
    report(version, 'tests', { pending: 1 });
    return;
  }
  console.log(`== Node ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`);
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const file = path.join(reports, `node-${version}-tests.json`);
  const ran = inRoot(node, [vitest, 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`, ...TESTS]);
  if (ran !== 0) process.exitCode = 1;
  if (!existsSync(file)) report(version, 'tests', { failures: ['ended without a report'] });
  expected ??= answers(process.execPath);
  const failures = differences(expected, answers(node));
  for (const line of failures) console.error(`Node ${version}: ${line}`);
  report(version, 'answers', { passed: failures.length === 0 ? 1 : 0, failures });
}

/** Where the answers differ, by method and case; or why there are none. */
function differences(ours, theirs) {
  for (const answer of [ours, theirs]) if (typeof answer === 'string') return [answer];
  const found = [];
  for (const [method, { cases, ...sums }] of Object.entries(ours.methods)) {
    const { cases: theirCases = [], ...theirSums } = theirs.methods[method] ?? {};
    for (const [i, wanted] of cases.entries()) {
      const got = theirCases[i] ?? {};
      const keys = Object.keys(wanted).filter((key) => !isDeepStrictEqual(wanted[key], got[key]));
      for (const key of keys)
        found.push(`${method}, ${wanted.id}: ${key} ${JSON.stringify(got[key])}, not ${JSON.stringify(wanted[key])}`);
    }
    if (found.length === 0 && !isDeepStrictEqual(sums, theirSums)) found.push(`${method}: sums over the cases differ`);
  }
  if (found.length === 0 && !isDeepStrictEqual(ours, theirs))
    found.push('the cases agree, other parts of the document do not');
  return found;
}

/** Path of the binary; null where there is none for this machine. */
function fetched(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = path.join(scratch, version);
  mkdirSync(folder);
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  spawnSync('npm', ['install', ...options, `${name}@${version}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const node = path.join(folder, 'node_modules', name, 'bin', 'node');
  return existsSync(node) && spawnSync(node, ['--version']).status === 0 ? node : null;
}

/** Ranks and verdicts of the cases, or what went wrong. */
function answers(node) {
  const command = path.join(root, 'dist', 'src', 'cli', 'index.js');
  const args = [command, 'evaluate', 'datasets/bugs', '--no-cache', '--no-progress', '--case', CASES, '-m', METHODS];
  const { status, stdout, stderr } = spawnSync(node, [...args, '-f', 'json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) return `${node} ${args.join(' ')}: exit code ${status}: ${stderr}`;
  return JSON.parse(stdout, (key, value) => (key === 'seconds' ? undefined : value));
}

function inRoot(node, args) {
  return spawnSync(node, args, { cwd: root, stdio: 'inherit' }).status;
}

/** A report as Vitest writes them, of one thing that was looked at. */
function report(version, what, { passed = 0, pending = 0, failures = [] }) {
  if (failures.length > 0) process.exitCode = 1;
  const test = { status: 'failed', fullName: what, failureMessages: failures };
  const counts = {
    numPassedTests: passed,
    numFailedTests: Math.min(1, failures.length),
    numPendingTests: pending,
    numTodoTests: 0,
    testResults: failures.length === 0 ? [] : [{ name: CASES, status: 'failed', assertionResults: [test] }],
  };
  writeFileSync(path.join(reports, `node-${version}-${what}.json`), JSON.stringify(counts));
}
