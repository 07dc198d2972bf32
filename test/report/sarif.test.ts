import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/report/reporter.js';
import { sarifReporter } from '../../src/report/sarif.js';
import { NASTY } from './html/hostile.js';
import { document, suspect } from './document.js';

const message = { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } };
const object = (required: string[], properties: object) => ({ type: 'object', required, properties });
const listOf = (items: object) => ({ type: 'array', items });
const location = object([], {
  logicalLocations: listOf(
    object([], {
      name: { type: 'string' },
      fullyQualifiedName: { type: 'string' },
      // 3.33.7: one of these, or another word.
      kind: { enum: ['function', 'member', 'module', 'namespace', 'type'] },
    }),
  ),
});

/** What SARIF 2.1.0 asks of the parts that are written: 3.13 (log), 3.14 (run), 3.20 (invocation), 3.27 (result), 3.44 (stack). */
const LOG = object(['version', 'runs'], {
  version: { const: '2.1.0' },
  $schema: { type: 'string', format: 'uri' },
  runs: listOf(
    object(['tool'], {
      tool: object(['driver'], {
        driver: object(['name'], {
          name: { type: 'string' },
          semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
          rules: {
            ...listOf(object(['id'], { id: { type: 'string' }, shortDescription: message })),
            uniqueItems: true,
          },
        }),
      }),
      invocations: listOf(
        object(['executionSuccessful'], {
          executionSuccessful: { type: 'boolean' },
          toolExecutionNotifications: listOf(object(['message'], { message, descriptor: object(['id'], {}) })),
        }),
      ),
      results: listOf(
        object(['message'], {
          ruleId: { type: 'string' },
          ruleIndex: { type: 'integer', minimum: 0 },
          kind: { enum: ['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'] },
          level: { enum: ['none', 'note', 'warning', 'error'] },
          message,
          rank: { type: 'number', minimum: 0, maximum: 100 },
          locations: listOf(location),
          stacks: listOf(object(['frames'], { message, frames: listOf(object([], { location })) })),
          partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
        }),
      ),
    }),
  ),
});

/** The schema of the standard, of its draft of JSON Schema but for two keywords named as today. */
function officialSchema() {
  const file = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const { id, $schema, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as { id: string; $schema: string };
  expect($schema).toContain('draft-04');
  return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile({ $id: id, ...schema });
}

describe('sarif', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(LOG);
  const render = (d = document()) => JSON.parse(sarifReporter.render(d, PLAIN));

  it('fits the format, whatever the names', () => {
    const warnings = [{ code: 'no-durations', args: {} }];
    const named = NASTY.map((name) => suspect(name.slice(0, 3000), { object: name.slice(0, 100), callPath: ['main'] }));
    const documents = [document(), document({ warnings }), document({ suspects: named }), document({ suspects: [] })];
    for (const d of documents) expect(validate(render(d)), JSON.stringify(validate.errors)).toBe(true);
    const official = officialSchema();
    for (const d of documents) expect(official(render(d)), JSON.stringify(official.errors)).toBe(true);
    expect(official({ ...render(), runs: [{ tool: {} }] })).toBe(false);
  });

  it('is a finding a suspect, with its reasons, callers and what it is tied with', () => {
    const { results } = render().runs[0];
    expect(results).toHaveLength(3);
    expect(results[1]).toMatchObject({ kind: 'fail', level: 'warning', rank: 40 });
    expect(results[1].message.text).toContain('cannot be told apart from dns_send_query');
    expect(results[0].locations[0].logicalLocations[0].fullyQualifiedName).toBe('haproxy!snr_resolution_cb');
    const frames = results[0].stacks[0].frames.map((f: typeof location & { location: never }) => f.location);
    expect(JSON.stringify(frames)).toMatch(/snr_resolution_cb.*dns_resolve_recv.*main/);
  });

  it('gives one function in two incidents one fingerprint, and two functions two', () => {
    const prints = (d = document()) =>
      render(d).runs[0].results.map((r: { partialFingerprints: object }) => JSON.stringify(r.partialFingerprints));
    expect(prints(document({ verdict: 'none' }))).toEqual(prints());
    expect(new Set(prints()).size).toBe(3);
  });

  it('blames nobody where the verdict does not: what is no failure has no level', () => {
    for (const r of render(document({ verdict: 'external', externalResource: 'disk' })).runs[0].results)
      expect([r.kind, r.level]).toEqual(['informational', 'none']);
  });
});
