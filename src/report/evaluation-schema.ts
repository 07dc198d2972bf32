/**
 * The document of `evaluate` as a zod schema: what `perfscope schema evaluation` prints, and what `compare` needs of such a document,
 * or of an older one. The last lines make the compiler check that the schema says what evaluation.ts says.
 */
import { z } from 'zod';
import type { Evaluation } from '../evaluate/evaluation.js';
import type { Infers } from './schema-of-type.js';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const rank = z.number().positive().nullable();
const verdict = z.enum(['bug', 'external', 'none', 'inconclusive']).nullable();
const odds = share.nullable();

const row = z.object({
  id: z.string(),
  system: z.string(),
  category: z.string(),
  server: z.string().describe('What its cases are grouped by when servers are drawn.'),
  operator: z.string().nullable().describe('The fault that was injected.'),
  recorder: z.string().nullable().describe('The tool that recorded the incident.'),
  root: rank,
  related: rank,
  path: rank,
  scope: z.number().nullable(),
  verdict,
  externalResource: z.enum(['disk', 'network', 'peer', 'cpu']).nullable(),
  suspects: count.describe('Number of suspects reported.'),
  healthyPrefixVerdict: verdict.describe('Verdict on the trace up to the trigger; null where there is no such prefix.'),
  odds: odds.describe('The odds that the program is to blame; null where the method tells none.'),
  healthyPrefixOdds: odds,
  seconds: z.number().nonnegative().describe('Wall seconds of the method on the incident, without reading.'),
  status: z.enum(['ok', 'failed']),
  error: z.string().nullable(),
  first: z
    .array(z.object({ rank: z.int().positive(), function: z.string(), confidence: share }))
    .describe('The first ten suspects.'),
  relatedFirst: z.array(count).describe('Which of these, counted from 0, are related functions.'),
  verdictRight: z.boolean(),
  resourceRight: z.boolean().nullable(),
});

const ranks = z.object({ top1: count, top3: count, top5: count, mrr: share });
const interval = z.object({ low: z.number(), high: z.number() }).nullable();

const summary = z.object({
  cases: count,
  guilty: count.describe('Cases with a guilty function.'),
  related: ranks,
  root: ranks,
  path: ranks,
  medianScope: z.number().nullable(),
  bugSaid: z.object({ right: count, of: count }).describe('Of the cases with a guilty function.'),
  verdicts: z
    .object({ right: count, of: count, resourceRight: count, suspectsNamed: count })
    .describe('Of the cases without one.'),
  healthyPrefixes: z.object({ falseAlarms: count, of: count }),
  failed: count,
  seconds: z.number().nonnegative(),
  intervals: z
    .object({
      servers: count,
      top1: interval,
      top3: interval,
      top5: interval,
      mrr: interval,
      bugSaid: interval,
      verdicts: interval,
      falseAlarms: interval,
    })
    .describe('95 %, by a bootstrap over servers, of shares of cases; null with too few servers.'),
});
const groups = z.record(z.string(), summary);

const reliability = z
  .object({
    of: count,
    right: count,
    brier: share,
    fifths: z.array(z.object({ from: share, to: share, of: count, right: count, said: share.nullable() })),
  })
  .nullable();

const methodEvaluation = z.object({
  total: summary,
  byCategory: groups,
  bySystem: groups,
  byServer: groups,
  byOperator: groups,
  byRecorder: groups,
  wrongFirst: z
    .array(z.object({ server: z.string(), function: z.string(), cases: count, of: count }))
    .describe('Of each server the function that is first most often without being a related one.'),
  reliability: z.object({ firstSuspects: reliability, suspects: reliability, odds: reliability }),
  cases: z.array(row),
});

const difference = z.object({ difference: z.number(), low: z.number(), high: z.number(), better: share }).nullable();
export const differences = z.object({ top1: difference, top5: difference, mrr: difference });

export const evaluationSchema = z
  .object({
    schemaVersion: z.literal(1),
    tool: z.object({ name: z.literal('perfscope'), version: z.string() }),
    status: z.enum(['ok', 'partial']),
    parameters: z.record(z.string(), z.number()),
    methods: z.record(z.string(), methodEvaluation),
    comparisons: z
      .array(differences.extend({ method: z.string(), against: z.string() }))
      .describe('The first method minus each other one, on the same cases.'),
  })
  .describe('The document of `perfscope evaluate`, version 1.');

/** What two evaluations are compared by, whatever else an older document has or has not. */
export const comparableSchema = z.looseObject({
  methods: z.record(
    z.string(),
    z.looseObject({
      total: z.looseObject({}),
      cases: z.array(
        z.looseObject({
          id: z.string(),
          system: z.string().default('unknown'),
          category: z.string().default('unknown'),
          related: rank,
          verdict,
        }),
      ),
    }),
  ),
});

const sameAsType: Infers<z.infer<typeof evaluationSchema>, Evaluation> = true;
void sameAsType;
