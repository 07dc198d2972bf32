/** `perfscope evaluate` on shipped cases and on broken ones. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BUGS, ROOT, perfscope, scratchFolder } from '../cli/run.js';
import { INCIDENT, PROFILE } from '../cli/small-traces.js';

const folder = scratchFolder();
afterAll(() => folder.dispose());

const evaluate = (sets: string[], ...more: string[]) =>
  perfscope(['evaluate', ...sets, '--cache', folder.at('cache'), ...more]);
const withoutTimes = (text: string) => text.replace(/"seconds": [\d.e-]+/g, '"seconds": 0');

/** A small case of the made-up server. */
function makeCase(name: string, truth: object = {}): string {
  const at = folder.at('set', name);
  mkdirSync(at, { recursive: true });
  const all = {
    id: name,
    system: 'server',
    category: 'retry-storm',
    rootCauseFunctions: ['retry'],
    functionsInBinary: 100,
  };
  writeFileSync(path.join(at, 'case.json'), JSON.stringify({ ...all, ...truth }));
  writeFileSync(path.join(at, 'incident.strace'), INCIDENT);
  writeFileSync(path.join(at, 'profile-1.strace-k'), PROFILE);
  return at;
}

describe('evaluate', () => {
  it('scores methods side by side, the same with any number of jobs and from the cache', async () => {
    const sets = ['redis-healthy', 'memcached-ae6f426', 'haproxy-slow-network'].map((c) => path.join(BUGS, c));
    const first = await evaluate(sets, '-m', 'fused,perfscope', '-f', 'json', '-j', '1');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const again = await evaluate(sets, '-m', 'fused', '-m', 'perfscope', '-f', 'json', '-j', '3');
    expect(withoutTimes(again.stdout)).toBe(withoutTimes(first.stdout));

    const document = JSON.parse(first.stdout);
    expect(Object.keys(document.methods)).toEqual(['fused', 'perfscope']);
    const { total, cases } = document.methods.fused;
    expect(total).toMatchObject({ guilty: 1, verdicts: { of: 2 }, healthyPrefixes: { of: 2 }, failed: 0 });
    expect(cases.map((c: { id: string }) => c.id)).toEqual([
      'redis-healthy',
      'memcached-ae6f426',
      'haproxy-slow-network',
    ]);
  });

  it('does not let the analysis see the truth', async () => {
    makeCase('right');
    makeCase('wrong', { rootCauseFunctions: ['load'], callPathFunctions: ['serve'], category: 'hang' });
    const { methods } = JSON.parse((await evaluate([folder.at('set')], '-m', 'perfscope', '-f', 'json')).stdout);
    const [right, wrong] = methods.perfscope.cases;
    expect(wrong.first).toEqual(right.first);
    expect(wrong.related).not.toBe(right.related);
  });

  it('goes on when a case fails, says why, and ends with 3', async () => {
    const broken = makeCase('broken');
    writeFileSync(path.join(broken, 'incident.strace'), 'not a trace\n'.repeat(100));
    makeCase('sound');
    const ended = await evaluate(
      [broken, folder.at('set', 'sound')],
      '-m',
      'perfscope',
      '-f',
      'json',
      '-f',
      `junit=${folder.at('j.xml')}`,
    );
    expect(ended.code).toBe(3);
    const [first, second] = JSON.parse(ended.stdout).methods.perfscope.cases;
    expect(first).toMatchObject({
      id: 'broken',
      status: 'failed',
      related: null,
      error: expect.stringMatching(/incident\.strace/),
    });
    expect(second).toMatchObject({ id: 'sound', status: 'ok' });
    expect(readFileSync(folder.at('j.xml'), 'utf8')).toContain('errors="1"');
  });

  it('picks cases, and fails on a gate', async () => {
    const at = makeCase('one');
    cpSync(at, folder.at('two-cases', 'a'), { recursive: true });
    const pick = await evaluate([folder.at('two-cases')], '-m', 'perfscope', '--case', 'one', '--gate', 'guilty>=2');
    expect(pick.code).toBe(1);
    expect(pick.stderr).toMatch(/perfscope: guilty is 1, wanted >= 2/);
    const unknown = await evaluate([folder.at('two-cases')], '--case', 'none-such');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/Cases are: one/);
  });

  it('keeps the cases done when it is cancelled', async () => {
    for (const name of ['a', 'b', 'c']) cpSync(makeCase(name), folder.at('three', name), { recursive: true });
    const library = (await import(path.join(ROOT, 'dist/src/index.js'))) as typeof import('../../src/index.js');
    const controller = new AbortController();
    const evaluation = await library.evaluate([folder.at('three')], {
      methods: ['perfscope'],
      jobs: 1,
      signal: controller.signal,
      onProgress: ({ done }) => done === 1 && controller.abort(),
    });
    expect(evaluation.status).toBe('partial');
    expect(evaluation.methods.perfscope!.cases).toHaveLength(1);
    await expect(
      library.evaluate([folder.at('three')], { signal: AbortSignal.abort(), methods: ['perfscope'] }),
    ).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('says so when there is nothing to evaluate', async () => {
    mkdirSync(folder.at('nothing'));
    const ended = await evaluate([folder.at('nothing')]);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/no case\.json/);
  });
});
