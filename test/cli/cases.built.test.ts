/**
 * Every shipped case, from its files to a valid result, through the library as it is installed; and what the result says of
 * the incident against counts that awk makes of the same text.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { BUGS, ROOT } from './run.js';

const run = promisify(execFile);
/** The compiled code, which `tsc` need not have made yet when it checks this file. */
const compiled = (file: string) => import(path.join(ROOT, 'dist', 'src', file)) as Promise<unknown>;
const { analyzeIncident, learn } = (await compiled('index.js')) as typeof import('../../src/index.js');
const { createPool } = (await compiled('pool/pool.js')) as typeof import('../../src/pool/pool.js');
const pool = createPool({ jobs: os.availableParallelism() });
const validate = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(path.join(ROOT, 'docs', 'result.schema.json'), 'utf8')) as object,
);
afterAll(() => pool.close());

const cases = readdirSync(BUGS, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .map((e) => e.name);

interface Counts {
  readonly events: number;
  readonly threads: number;
  readonly unfinished: number;
  readonly skippedLines: number;
}

async function countWithAwk(incident: string): Promise<Counts> {
  const script = path.join(ROOT, 'test', 'cli', incident.includes('.perf.') ? 'count-perf.awk' : 'count-strace.awk');
  const { stdout } = await run('sh', ['-c', 'gunzip -c "$1" | awk -f "$2"', 'sh', incident, script]);
  const [events, threads, unfinished, skippedLines] = stdout.trim().split(' ').map(Number);
  return { events: events!, threads: threads!, unfinished: unfinished!, skippedLines: skippedLines! };
}

describe('every case of datasets/bugs', () => {
  it('is there', () => expect(cases.length).toBe(44));

  it.concurrent.each(cases)('%s', async (name) => {
    const folder = path.join(BUGS, name);
    const files = readdirSync(folder).sort();
    const named = (prefix: string) => files.filter((f) => f.startsWith(prefix)).map((f) => path.join(folder, f));
    const [incident] = named('incident');
    const { signatures } = await learn(named('profile'), { pool });
    const result = await analyzeIncident(incident!, { signatures, pool });
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    const { events, threads, unfinished, skippedLines } = result.trace;
    expect({ events, threads, unfinished, skippedLines }).toEqual(await countWithAwk(incident!));
    expect(result.status).toBe('ok');
  });
});
