/**
 * The documents that `perfscope schema NAME` prints the schemas of. The compiler checks that each says what its type says.
 */
import { z } from 'zod';
import type { BatchSummary } from '../batch/summary.js';
import { ERROR_CODES } from '../errors.js';
import { comparisonSchema } from './comparison-schema.js';
import { evaluationSchema } from './evaluation-schema.js';
import { regressionSchema } from './regression-schema.js';
import { resultSchema } from './schema.js';
import type { Infers } from './schema-of-type.js';

const count = z.int().nonnegative();
const told = z.string().nullable();
const verdict = z.enum(['bug', 'external', 'none', 'inconclusive']);
const tool = z.object({ name: z.literal('perfscope'), version: z.string() });
const moment = told.describe('ISO 8601, UTC; null where the traces have no wall clock.');

const spread = {
  incidents: z.array(z.string()),
  hosts: z.array(z.string()),
  first: moment,
  last: moment,
  days: count,
};

const summarySchema = z
  .object({
    schemaVersion: z.literal(1),
    tool,
    status: z.enum(['ok', 'partial']),
    total: z.object({
      incidents: count,
      analysed: count,
      failed: count,
      damaged: count.describe('Analysed, though part of the input was damaged or cut off.'),
      pending: count,
      verdicts: z.object({ bug: count, external: count, none: count, inconclusive: count }),
    }),
    functions: z.array(
      z.object({ function: z.string(), programs: z.array(z.string()), bestRank: z.int().positive(), ...spread }),
    ),
    alike: z.array(
      z.object({ program: z.string(), functions: z.array(z.string()), episodes: z.array(z.string()), ...spread }),
    ),
    incidents: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        labels: z.record(z.string(), z.string()),
        status: z.enum(['ok', 'failed']),
        program: told,
        verdict: verdict.nullable(),
        externalResource: told,
        startedAt: moment,
        span: z.number().nullable(),
        events: count.nullable(),
        suspects: z.array(
          z.object({ rank: z.int().positive(), function: z.string(), confidence: z.number().min(0).max(1) }),
        ),
        warnings: z.array(z.string()),
        error: z.object({ code: z.enum(ERROR_CODES), message: z.string(), attempts: count }).nullable(),
      }),
    ),
  })
  .describe("summary.json of a batch's results folder, version 1.");

/** By name. */
export const DOCUMENTS = {
  result: { what: 'what analyze writes with --format json, and batch for each incident', schema: resultSchema },
  evaluation: { what: 'what evaluate writes with --format json', schema: evaluationSchema },
  comparison: { what: 'what compare writes with --format json', schema: comparisonSchema },
  regression: { what: 'what regress writes with --format json', schema: regressionSchema },
  summary: { what: 'summary.json of batch and merge', schema: summarySchema },
} as const;

export type DocumentName = keyof typeof DOCUMENTS;

/** The JSON schema (draft 2020-12) of a document. */
export function documentSchema(name: DocumentName): object {
  return z.toJSONSchema(DOCUMENTS[name].schema, { target: 'draft-2020-12' });
}

const sameAsType: Infers<z.infer<typeof summarySchema>, BatchSummary> = true;
void sameAsType;
