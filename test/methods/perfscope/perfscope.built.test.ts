/** The stages of the paper's method on the pool, on a shipped incident: the outcome must not depend on the workers. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { type RunStage, perfscopeMethod } from '../../../src/methods/perfscope/perfscope.js';
import { createPool } from '../../../src/pool/pool.js';
import { strace } from '../../../src/formats/strace/index.js';
import type { MethodInput } from '../../../src/methods/method.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { TraceBuilder } from '../../../src/trace/builder.js';
import { rowsByThread, type Trace } from '../../../src/trace/table.js';

function read(name: string): Trace {
  const file = new URL(`../../../datasets/bugs/httpd-37680/${name}`, import.meta.url);
  const builder = new TraceBuilder('strace');
  builder.append(strace.parseChunk(gunzipSync(readFileSync(file)), { tid: 0 }));
  return builder.finish();
}

/** Short units in many clusters: more tasks than workers. */
const MANY_TASKS = { ...DEFAULT_PARAMETERS, unitGap: 2e-4, clusterDiameter: 0 };

it('gives the same outcome in this thread, with one worker and with three', async () => {
  const trace = read('incident.strace.gz');
  const signatures = learnSignatures([read('profile-1.strace-k.gz')], { parameters: DEFAULT_PARAMETERS });
  const input: MethodInput = {
    ...{ trace, rows: rowsByThread(trace), signatures, parameters: MANY_TASKS },
    ...{ fromNs: 0, toNs: trace.endNs },
  };
  const tasks: number[] = [];
  const outcomeWith = async (jobs: number, inline: boolean) => {
    const pool = createPool({ jobs });
    try {
      const run: RunStage = async (stage, list) => {
        tasks.push(list.length);
        const results = [];
        for await (const result of pool.map(stage, list, { inline })) results.push(result);
        return results;
      };
      return JSON.stringify(await perfscopeMethod(input, run));
    } finally {
      await pool.close();
    }
  };
  const here = await outcomeWith(1, true);
  expect(JSON.parse(here)).toMatchObject({ verdict: 'bug' });
  expect(Math.max(...tasks)).toBeGreaterThan(3);
  expect(await outcomeWith(1, false)).toBe(here);
  expect(await outcomeWith(3, false)).toBe(here);
});
