import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resultJsonSchema, resultSchema } from '../../src/report/schema.js';
import { document } from './document.js';

const shipped = JSON.parse(readFileSync(new URL('../../docs/result.schema.json', import.meta.url), 'utf8'));

describe('docs/result.schema.json', () => {
  it('is what the code says (npm run docs writes it)', () => {
    expect(shipped).toEqual(JSON.parse(JSON.stringify(resultJsonSchema())));
  });

  it('accepts a result, and names what is wrong with another', () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(shipped);
    expect(validate(document())).toBe(true);
    expect(validate({ ...document(), verdict: 'guilty' })).toBe(false);
    expect(validate.errors![0]!.instancePath).toBe('/verdict');
    const without: Record<string, unknown> = { ...document() };
    delete without.suspects;
    expect(validate(without)).toBe(false);
  });

  it('agrees with the schema that the code checks with', () => {
    expect(resultSchema.safeParse(document()).success).toBe(true);
    expect(resultSchema.safeParse({ ...document(), schemaVersion: 3 }).success).toBe(false);
  });
});
