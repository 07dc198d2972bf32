/** A case as the lab makes them, shipped as it was made: read, and evaluated, like any other. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readStacks, surveyStacks } from '../../scripts/lab/stacks.js';
import { perfscope, scratchFolder } from '../cli/run.js';

const sample = path.join(import.meta.dirname, 'sample');
const folder = scratchFolder();
afterAll(() => folder.dispose());

describe.each(readdirSync(sample))('%s', (id) => {
  const place = path.join(sample, id);
  const truth = JSON.parse(readFileSync(path.join(place, 'case.json'), 'utf8'));
  const file = (prefix: string) =>
    path.join(
      place,
      readdirSync(place).find((name) => name.startsWith(prefix))!,
    );
  const inspect = async (trace: string) => JSON.parse((await perfscope(['inspect', trace, '--format', 'json'])).stdout);

  it('has the calls that the lab counted, and its trigger within them', async () => {
    const { trace } = await inspect(file('incident'));
    expect(trace).toMatchObject({ events: truth.healthyEvents + truth.anomalousEvents, skippedLines: 0 });
    expect(truth.triggeredAt).toBeGreaterThan(trace.startedAt);
    expect(truth.triggeredAt).toBeLessThan(trace.startedAt + trace.span);
  });

  it('has learning runs and an oracle with stacks', async () => {
    for (const part of ['profile-1', 'profile-2', 'oracle']) {
      const inspection = await inspect(file(part));
      expect(inspection).toMatchObject({ hasStacks: true, trace: { skippedLines: 0 } });
    }
  });

  it('has the root on as many stacks of the oracle as its label says', async () => {
    const { functions } = surveyStacks([await readStacks(file('oracle'), 'knotd')]);
    expect(functions[truth.rootCauseFunctions[0]]).toMatchObject({
      calls: truth.rootOnAnomalousStacks,
      path: truth.callPathFunctions,
    });
  });

  it('is evaluated', async () => {
    const methods = ['fused', 'perfscope', 'count'];
    const options = ['--method', methods.join(','), '--format', 'json', '--cache', folder.at('cache')];
    const { code, stdout } = await perfscope(['evaluate', sample, ...options]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    for (const method of methods) {
      const { total, cases } = document.methods[method];
      expect(total.failed).toBe(0);
      expect(cases).toContainEqual(
        expect.objectContaining({ id, system: truth.system, category: truth.category, status: 'ok' }),
      );
    }
  });
});
