/** `perfscope regress` as its users run it, and cases measured in processes of their own. */
import { appendFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { runCaseInProcess } from '../../src/regress/run-case.js';
import { BUGS, perfscope, scratchFolder } from '../cli/run.js';

const folder = scratchFolder();
afterAll(() => folder.dispose());

/** Two small cases, one guilty and one innocent. */
const CASES = ['memcached-ae6f426', 'mosquitto-quiet'];
const set = folder.at('set');
for (const id of CASES) cpSync(path.join(BUGS, id), path.join(set, id), { recursive: true });
const baselineFile = path.join(set, 'baseline.json');

/** Gates on costs are far: the machine that runs the tests may be doing anything else meanwhile. */
const FAR = ['case-time', 'total-time', 'case-memory', 'total-memory'].flatMap((g) => [`--max-${g}`, '5']);
const regress = (...more: string[]) => perfscope(['regress', set, ...FAR, '--attempts', '1', ...more]);

describe('perfscope regress', { timeout: 240_000 }, () => {
  it('asks for a baseline, writes one, passes, and catches what is then made worse', async () => {
    const none = await regress();
    expect(none).toMatchObject({ code: 3, stdout: '' });
    expect(none.stderr).toMatch(/baseline\.json: there is no baseline\n {2}--update-baseline/);

    const first = await regress('--update-baseline');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const starts = first.stdout.split('\n').map((line) => line.split(' {')[0]);
    expect(starts).toEqual([
      '+ cost memcached-ae6f426',
      '+ cost mosquitto-quiet',
      '+ fused memcached-ae6f426',
      '+ fused mosquitto-quiet',
      '',
    ]);
    const { costs } = JSON.parse(readFileSync(baselineFile, 'utf8'));
    expect(Object.keys(costs['mosquitto-quiet'].time)).toEqual(['learn', 'read', 'fused']);

    const outputs = ['junit=j.xml', 'markdown=s.md', 'prometheus=p.prom', 'json=r.json'].flatMap((f) => {
      const [id, name] = f.split('=');
      return ['-f', `${id}=${folder.at(name!)}`];
    });
    const history = ['--history', folder.at('h.jsonl'), '--label', 'one'];
    const same = await regress(...outputs, ...history, '-f', 'table');
    expect(same).toMatchObject({ code: 0, stderr: '' });
    expect(same.stdout).toMatch(/^10 gates, none crossed\n/);
    expect(readFileSync(folder.at('j.xml'), 'utf8')).toContain('tests="12" failures="0" errors="0"');
    expect(readFileSync(folder.at('s.md'), 'utf8')).toMatch(/^## perfscope regress: passed/);
    expect(readFileSync(folder.at('p.prom'), 'utf8')).toContain('\nperfscope_regress_passed 1\n');
    expect(JSON.parse(readFileSync(folder.at('r.json'), 'utf8'))).toMatchObject({ passed: true, newCases: [] });

    // An alarm that everything sets off: a healthy server misbehaves. The gates come from the config file.
    const config = folder.at('perfscope.config.json');
    writeFileSync(config, JSON.stringify({ maxMissingCases: 1, unlikeAlarm: 0 }));
    const dropped = await regress('--config', config, '--case', CASES[1]!, ...history);
    expect(dropped.code).toBe(1);
    expect(dropped.stderr).toMatch(/gate crossed: worse\w+ <= 0: fused mosquitto-quiet: /);
    const nights = readFileSync(folder.at('h.jsonl'), 'utf8').trimEnd().split('\n');
    expect(nights.map((line) => JSON.parse(line).passed)).toEqual([true, false]);
  });

  it('refuses a limit and a baseline that make no sense', async () => {
    const limit = await regress('--max-case-time', '-1');
    expect(limit).toMatchObject({ code: 2, stdout: '' });
    const other = folder.at('other.json');
    appendFileSync(other, '{}');
    const ended = await regress('--baseline', other);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/other\.json: not a baseline/);
    expect(existsSync(folder.at('set', 'h.jsonl'))).toBe(false);
  });
});

describe('a case in a process of its own', { timeout: 120_000 }, () => {
  const analysis = new URL('./planted-analysis.js', import.meta.url);
  const run = (what: string, more = {}) => {
    const task = {
      incident: [path.join('/nowhere', what, 'incident.strace')],
      profiles: [],
      oracle: null,
      methods: ['fused'],
      parameters: DEFAULT_PARAMETERS,
      cache: null,
      healthyUntil: null,
    };
    return runCaseInProcess(task, { analysis, ...more });
  };

  it('tells four times the work, and three times the memory, from the usual', async () => {
    const [usual, time, memory] = [await run('usual'), await run('time'), await run('memory')];
    expect(usual.outcome.answers.fused).toMatchObject({ error: null });
    expect(time.cost!.time.fused! / usual.cost!.time.fused!).toBeGreaterThan(2);
    expect(time.cost!.memory / usual.cost!.memory).toBeLessThan(1.4);
    expect(memory.cost!.memory / usual.cost!.memory).toBeGreaterThan(1.4);
  });

  it.each([
    ['exit', /ended with code 7/],
    ['kill', /was killed by SIGKILL/],
    ['throw', /ended with code 1: TypeError: undefined is not a function/],
  ])('%s: the case fails and says how', async (what, error) => {
    const { outcome, cost } = await run(what);
    expect(cost).toBe(null);
    expect(outcome).toMatchObject({ answers: {}, error: expect.stringMatching(error) });
  });

  it('ends a case that does not end', async () => {
    const { outcome } = await run('hang', { timeLimit: 2 });
    expect(outcome.error).toBe('did not end within 2 s');
  });

  it('ends with the run', async () => {
    const stop = new AbortController();
    const running = run('hang', { signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'interrupted' });
  });
});
