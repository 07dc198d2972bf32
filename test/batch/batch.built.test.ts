import { type ChildProcess, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batch as batchOf } from '../../src/batch/batch.js';
import { analyzeIncident } from '../../src/index.js';
import { mergeFolders } from '../../src/batch/merge.js';
import { takeLock } from '../../src/batch/lock.js';
import type { BatchSummary } from '../../src/batch/summary.js';
import { perfscope, scratchFolder } from '../cli/run.js';
import { zip } from '../source/zip.js';
import { SIGNATURES, archiveOf, contentOf, incident } from './archive-of.js';

const COUNT = 12;
const scratch = scratchFolder();
const archive = scratch.at('archive');
const undisturbed = scratch.at('undisturbed');

/** As a user would; `output` is a folder of results. */
const batch = (output: string, args: readonly string[] = [], started?: (child: ChildProcess) => void) =>
  perfscope(['batch', archive, '-o', output, '--jobs', '2', '-q', ...args], started === undefined ? {} : { started });
const summaryOf = (folder: string) =>
  JSON.parse(readFileSync(path.join(folder, 'summary.json'), 'utf8')) as BatchSummary;
const resultsOf = (folder: string) =>
  readdirSync(path.join(folder, 'results')).map((f) => path.join(folder, 'results', f));

beforeAll(async () => {
  await archiveOf(archive, COUNT);
  expect((await batch(undisturbed)).code).toBe(3);
});
afterAll(() => scratch.dispose());

test('every incident has a result, every damaged one its cause', () => {
  const { total, incidents, functions, alike } = summaryOf(undisturbed);
  expect(total).toMatchObject({ incidents: COUNT, analysed: 10, failed: 2, damaged: 2, pending: 0 });
  for (const row of incidents) {
    const k = Number(row.name.split('-').at(-1));
    expect(row.labels).toEqual({ host: `web${k % 3}` });
    if (k % 3 < 2) expect(row).toMatchObject({ status: 'ok', warnings: [], error: null });
    else if ((k >> 1) % 2 === 0) expect(row.error).toMatchObject({ attempts: 2, message: expect.stringMatching(/./) });
    else expect(row.warnings).toContain('truncated-input');
  }
  expect(functions[0]).toMatchObject({ hosts: ['web0', 'web1', 'web2'], programs: ['server'] });
  expect(alike[0]!.incidents.length).toBeGreaterThanOrEqual(8);
});

test('a page an incident, made once, and gone with what it was made of', async () => {
  const [output, own] = [scratch.at('with-pages'), scratch.at('own-with-pages')];
  await archiveOf(own, 3);
  const run = (pages: boolean, to = output) => batchOf([own], to, { jobs: 2, pages });
  const { incidents } = await run(true);
  const analysed = incidents.filter((r) => r.status === 'ok').map((r) => `${r.id}.html`);
  expect(analysed.length).toBeGreaterThan(1);
  const pagesOf = (folder: string) =>
    existsSync(path.join(folder, 'pages')) ? readdirSync(path.join(folder, 'pages')) : [];
  expect(pagesOf(output).sort()).toEqual([...analysed].sort());
  const page = path.join(output, 'pages', analysed[0]!);
  const text = readFileSync(page, 'utf8');
  expect(text).toContain('Content-Security-Policy');
  expect(text).toContain('"timeline":{');
  const linked = () => readFileSync(path.join(output, 'index.html'), 'utf8').includes(`pages/${analysed[0]}`);
  expect(linked()).toBe(true);
  const made = statSync(page).mtimeMs;
  await run(true);
  expect(statSync(page).mtimeMs).toBe(made);
  const merged = scratch.at('merged-with-pages');
  await mergeFolders([output], merged);
  expect(readFileSync(path.join(merged, 'pages', analysed[0]!), 'utf8')).toBe(text);
  await run(false);
  expect(pagesOf(output)).toEqual([]);
  expect(linked()).toBe(false);
});

test('a second run does only what is missing or has changed', async () => {
  const output = scratch.at('second');
  const own = scratch.at('own');
  await archiveOf(own, 3);
  const run = (unitGap?: number) => batchOf([own], output, { jobs: 2, parameters: { unitGap } });
  await run();
  const before = contentOf(output);
  const long = new Date(1e12);
  const stampAll = () => resultsOf(output).forEach((f) => utimesSync(f, long, long));
  const redone = () => resultsOf(output).filter((f) => statSync(f).mtimeMs !== long.getTime()).length;

  stampAll();
  await run();
  expect(redone()).toBe(0);
  expect(contentOf(output)).toEqual(before);

  // Copied: another time, the same bytes.
  const one = path.join(own, 'host=web0', 'incident-0', 'incident.strace.gz');
  utimesSync(one, long, long);
  await run();
  expect(redone()).toBe(0);

  writeFileSync(one, incident(5));
  await run();
  expect(redone()).toBe(1);

  stampAll();
  rmSync(resultsOf(output)[2]!);
  await run();
  expect(redone()).toBe(1);

  stampAll();
  appendFileSync(path.join(own, SIGNATURES), '\n');
  await run();
  expect(redone()).toBe(3);

  stampAll();
  await run(0.07);
  expect(redone()).toBe(3);
});

test('killed again and again, the folder ends as if undisturbed', async () => {
  const output = scratch.at('killed');
  const journal = path.join(output, 'journal.jsonl');
  let killed = 0;
  for (let round = 0; round < 5; round++) {
    const { code } = await batch(output, [], (child) => {
      // Once some more incidents than before are done, at whatever moment that is.
      const lines = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0);
      const enough = lines() + 1 + (round % 2);
      const timer = setInterval(() => {
        if (lines() > enough) child.kill('SIGKILL');
      }, 3);
      child.on('exit', () => clearInterval(timer));
    });
    if (code === null) killed++;
  }
  expect(killed).toBeGreaterThanOrEqual(3);
  expect((await batch(output)).code).toBe(3);
  expect(contentOf(output)).toEqual(contentOf(undisturbed));
});

test('shards that were merged are the same as one run', async () => {
  const shards = [1, 2, 3].map((i) => scratch.at(`shard-${i}`));
  for (const [i, shard] of shards.entries()) await batch(shard, ['--shard', `${i + 1}/3`]);
  const sizes = shards.map((s) => summaryOf(s).total.incidents);
  expect(sizes.reduce((a, b) => a + b)).toBe(COUNT);
  const merged = scratch.at('merged');
  expect((await perfscope(['merge', ...shards, '-o', merged, '--allow-failures'])).code).toBe(0);
  expect(contentOf(merged)).toEqual(contentOf(undisturbed));
});

test('a folder is for one run at a time', async () => {
  const output = scratch.at('locked');
  mkdirSync(output);
  const lock = await takeLock(output);
  const second = await batch(output);
  expect(second.code).toBe(3);
  expect(second.stderr).toContain('is at work in this folder');
  await lock.release();
  expect((await batch(output)).code).toBe(3);
  expect(existsSync(path.join(output, '.lock'))).toBe(false);
});

/** The archive as tar or zip. */
function pack(name: string): string {
  const file = scratch.at(name);
  if (!name.endsWith('.zip')) execFileSync('tar', [name.endsWith('.tgz') ? '-czf' : '-cf', file, '-C', archive, '.']);
  else {
    const files = readdirSync(archive, { recursive: true, encoding: 'utf8' }).sort();
    const entries = files.filter((f) => statSync(path.join(archive, f)).isFile());
    writeFileSync(file, zip(entries.map((f) => [f, readFileSync(path.join(archive, f))])));
  }
  return file;
}

test('members of a tar file, packed or not, and of a zip file give the same as the folder', async () => {
  const rows = (folder: string) =>
    summaryOf(folder).incidents.map((r) => [r.verdict, r.suspects, r.error?.code ?? null]);
  const sorted = (folder: string) =>
    rows(folder)
      .map((r) => JSON.stringify(r))
      .sort();
  for (const name of ['a.tar', 'a.tgz', 'a.zip']) {
    const file = pack(name);
    const output = scratch.at(`of-${name}`);
    expect((await perfscope(['batch', file, '-o', output, '-q'])).code).toBe(3);
    expect(sorted(output)).toEqual(sorted(undisturbed));
    const before = contentOf(output);
    await perfscope(['batch', file, '-o', output, '-q']);
    expect(contentOf(output)).toEqual(before);
  }
});

test('the documents of a batch are those of its incidents analysed one by one', async () => {
  const signatures = path.join(archive, SIGNATURES);
  const good = summaryOf(undisturbed).incidents.filter((row) => row.status === 'ok');
  expect(good.length).toBe(10);
  for (const { id, name } of good) {
    const trace = scratch.at(name, 'incident.strace.gz');
    const alone = await analyzeIncident(trace, { signatures, jobs: 1 });
    const text = JSON.stringify({ ...alone, timing: {}, peakMemoryBytes: 0 }).replaceAll(`${scratch.path}/`, '');
    const inBatch = readFileSync(path.join(undisturbed, 'results', `${id}.json`), 'utf8');
    expect(JSON.parse(inBatch)).toEqual(JSON.parse(text));
  }
});

test('learned on the fly from the profiles above, with a cache', async () => {
  const own = scratch.at('profiles');
  await archiveOf(own, 2);
  rmSync(path.join(own, SIGNATURES));
  const [output, cache] = [scratch.at('learned'), scratch.at('cache')];
  // Without --learn there is nothing to name functions by: the traces speak for themselves.
  expect((await perfscope(['batch', own, '-o', output, '-q'])).code).toBe(0);
  for (const row of summaryOf(output).incidents) expect(row.warnings).toContain('no-signatures');
  expect((await perfscope(['batch', own, '-o', output, '-q', '--learn', '--cache', cache])).code).toBe(0);
  expect(readdirSync(cache)).toHaveLength(1);
  expect(summaryOf(output).total).toMatchObject({ analysed: 2, failed: 0 });
});

test('a manifest names traces, signatures, windows and labels', async () => {
  const manifest = scratch.at('list.csv');
  const trace = 'archive/host=web0/incident-0/incident.strace.gz';
  writeFileSync(manifest, `trace,signatures,window,name,ticket\n${trace},archive/${SIGNATURES},1s,first,T-1\n`);
  const output = scratch.at('manifest');
  expect((await perfscope(['batch', '--manifest', manifest, '-o', output, '-q'])).code).toBe(0);
  expect(summaryOf(output).incidents).toMatchObject([{ name: 'first', labels: { ticket: 'T-1' }, status: 'ok' }]);
});

test('an incident that takes too long is tried twice and recorded', async () => {
  const output = scratch.at('slow');
  const { code } = await batch(output, ['--incident-time', '1ms', '--shard', '1/3', '--allow-failures']);
  expect(code).toBe(0);
  for (const row of summaryOf(output).incidents) expect(row.error).toMatchObject({ code: 'time-limit', attempts: 2 });
});

test('incidents whose stages are spread over the pool: the same results', async () => {
  const [whole, spread] = [scratch.at('whole'), scratch.at('spread')];
  await batchOf([archive], whole, { jobs: 2, shard: { index: 1, of: 2 } });
  await batchOf([archive], spread, { jobs: 2, shard: { index: 1, of: 2 }, spreadFrom: 0 });
  expect(contentOf(spread)).toEqual(contentOf(whole));
});

test('nothing there: says so', async () => {
  const { code, stderr } = await perfscope(['batch', scratch.at('nowhere'), '-o', scratch.at('none')]);
  expect(code).toBe(3);
  expect(stderr).toContain('does not exist');
});
