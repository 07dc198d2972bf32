import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { Summariser } from '../../src/batch/summary.js';
import { DOCUMENTS, type DocumentName, documentSchema } from '../../src/report/schemas.js';
import { TOOL } from '../../src/version.js';
import { evaluationOf, ranked, row } from '../evaluate/rows.js';
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

/** Documents as the program makes them. */
const MADE: Readonly<Record<DocumentName, unknown>> = {
  result: document(),
  evaluation: evaluation(),
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
