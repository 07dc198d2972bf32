import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { Summariser } from '../../src/batch/summary.js';
import { DEFAULT_LIMITS } from '../../src/regress/gates.js';
import { regression } from '../../src/regress/regression.js';
import { DOCUMENTS, type DocumentName, documentSchema } from '../../src/report/schemas.js';
import { TOOL } from '../../src/version.js';
import { evaluationOf, ranked, row } from '../evaluate/rows.js';
import { WORK_BEFORE, comparedWindows } from './compared-windows.js';
import { document } from './document.js';

function summary() {
  const summariser = new Summariser();
  const id = (k: number) => ({ id: `incident-${k}`, name: `${k}.strace`, labels: { host: `web-${k}` } });
  summariser.add(id(1), document());
  summariser.add(id(2), document());
  summariser.add(id(3), {
    schemaVersion: 1,
    tool: TOOL,
    status: 'failed',
    attempts: 2,
    error: { code: 'input-empty', message: 'nothing in it', place: {}, advice: '' },
  } as never);
  return summariser.finish(4);
}

/** Three servers, so that there are intervals; all that a row can have. */
function evaluation() {
  const first = [{ rank: 1, function: 'f', confidence: 0.4 }];
  const full = row({ first, relatedFirst: [0], odds: 0.7, operator: 'sleep', recorder: 'perf' });
  const rows = [...ranked('redis 1 2, nginx -, httpd 4'), full];
  return evaluationOf({ fused: rows, count: rows });
}

/** With all that a gate and a cost can tell. */
function night() {
  const cost = { time: { read: 1.5 }, memory: 2, calibration: { seconds: 0.3, bytes: 1e8 } };
  const run = { evaluation: evaluation(), costs: new Map([['redis-1', cost]]), some: false };
  const gates = [{ field: 'related.top1', relation: '>=', bound: 99 } as const];
  return regression(
    run,
    { baseline: null, limits: DEFAULT_LIMITS, gates },
    { at: '2026-11-29T03:00:00Z', label: 'a commit' },
  );
}

/** Documents as the program makes them. */
const MADE: Readonly<Record<DocumentName, unknown>> = {
  result: document({ work: WORK_BEFORE }),
  evaluation: evaluation(),
  comparison: comparedWindows(),
  regression: night(),
  summary: summary(),
};

describe.each(Object.keys(DOCUMENTS) as DocumentName[])('schema of %s', (name) => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(documentSchema(name));

  it('accepts what the program makes', () => {
    const made = JSON.parse(JSON.stringify(MADE[name])) as object;
    expect(validate(made), JSON.stringify(validate.errors)).toBe(true);
    expect(DOCUMENTS[name].schema.safeParse(made).success).toBe(true);
  });

  it('accepts nothing else', () => {
    expect(validate({ ...(MADE[name] as object), schemaVersion: 99 })).toBe(false);
    expect(validate({})).toBe(false);
  });
});
