/** The document of `regress` as a zod schema. The last lines make the compiler check that it says what its type says. */
import { z } from 'zod';
import { REGRESS_GATES, type GateName } from '../regress/gates.js';
import type { Regression } from '../regress/regression.js';
import { comparisonSchema } from './comparison-schema.js';
import { evaluationSchema } from './evaluation-schema.js';
import type { Infers } from './schema-of-type.js';

const cost = z
  .object({ time: z.record(z.string(), z.number()), memory: z.number() })
  .describe('In multiples of the calibration.');
const gate = z.enum(['total', ...(Object.keys(REGRESS_GATES) as GateName[])]);

export const regressionSchema = z
  .object({
    schemaVersion: z.literal(1),
    tool: z.object({ name: z.literal('perfscope'), version: z.string() }),
    at: z.string().describe('ISO 8601, UTC.'),
    label: z.string().nullable(),
    status: z.enum(['ok', 'partial']),
    passed: z.boolean(),
    gates: z
      .array(
        z.object({
          name: gate,
          condition: z.string(),
          value: z.number(),
          crossed: z.boolean(),
          reasons: z.array(z.string()),
        }),
      )
      .describe('Empty when there was no baseline.'),
    comparison: comparisonSchema,
    newCases: z.array(z.string()),
    otherParameters: z.array(z.string()),
    costs: z.record(z.string(), z.object({ before: cost.nullable(), after: cost })),
    calibration: z.object({ seconds: z.number(), bytes: z.number() }).nullable(),
    evaluation: evaluationSchema,
  })
  .describe('The document of `perfscope regress`, version 1.');

const sameAsType: Infers<z.infer<typeof regressionSchema>, Regression> = true;
void sameAsType;
