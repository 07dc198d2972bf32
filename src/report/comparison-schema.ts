/** The document of `compare` as a zod schema. The last lines make the compiler check that it says what its type says. */
import { z } from 'zod';
import type { Comparison } from '../coordinator/compare.js';
import { differences } from './evaluation-schema.js';
import { stackProfile } from './schema.js';
import type { Infers } from './schema-of-type.js';

const count = z.int().nonnegative();
const verdict = z.enum(['bug', 'external', 'none', 'inconclusive']);
const move = z.object({
  name: z.string(),
  before: z.number().nullable().describe('Null: not there.'),
  after: z.number().nullable(),
});

const part = z.object({
  title: z.string(),
  verdicts: z.array(z.object({ name: z.string(), before: verdict.nullable(), after: verdict.nullable() })),
  ranks: z.array(move).describe('Ranks that differ: of suspects, or the related rank of cases.'),
  totals: z.array(move),
  differences: differences.nullable().describe('Of evaluations: after minus before, over the cases that both have.'),
});

const window = z.object({
  trace: z.string(),
  clock: z.string(),
  startedAt: z.number().describe("Seconds on the trace's own clock of its first event."),
  from: z.number().describe("Seconds since the trace's first event."),
  to: z.number(),
  events: count,
  skippedLines: count,
  signatures: z.string().nullable(),
  verdict,
  suspects: z.array(z.object({ function: z.string(), confidence: z.number() })),
});

const ratio = z
  .object({ ratio: z.number(), low: z.number(), high: z.number() })
  .nullable()
  .describe(
    'After by before, with an interval; of those that do not hold 1, 95 in 100 are right. Null where too little was seen.',
  );

const figures = z.object({
  units: count,
  perSecond: z.number(),
  meanSeconds: z.number().nullable(),
  meanCalls: z.number().nullable(),
  threads: z.number().nullable().describe('Threads that are at such work at a time.'),
});

const lone = z.object({
  core: z.array(z.string()).describe('The shortest part that the other window does not have.'),
  calls: z.array(z.string()).describe('What mostly surrounds it.'),
  count: count.describe('In the window that has it.'),
  perSecond: z.number(),
  otherAtMost: z.number().describe('In the other window, a second, at most.'),
});

const work = z.object({
  seconds: z.object({ before: z.number(), after: z.number() }),
  kinds: z
    .array(
      z.object({
        calls: z.array(z.string()),
        state: z.enum(['new', 'gone', 'changed']),
        before: figures,
        after: figures,
        rate: ratio,
        length: ratio,
        issued: ratio,
      }),
    )
    .describe('Kinds of execution units that changed, most moved first.'),
  moreKinds: count,
  unchanged: count,
  leftOut: z.object({ before: count, after: count }).describe('Units of rare kinds.'),
  episodes: z.object({ fresh: z.array(lone), gone: z.array(lone) }),
});

export const comparisonSchema = z
  .object({
    schemaVersion: z.literal(2),
    tool: z.object({ name: z.literal('perfscope'), version: z.string() }),
    kind: z.enum(['result', 'evaluation']),
    parts: z.array(part),
    changed: z.boolean().describe('Something moved, timings aside.'),
    windows: z
      .object({
        before: window,
        after: window,
        work: work.nullable().describe('Null where a result lacks its section work.'),
        stacks: stackProfile.nullable().describe('Before: the first window; after: the second.'),
      })
      .nullable(),
  })
  .describe('The document of `perfscope compare`, version 2.');

const sameAsType: Infers<z.infer<typeof comparisonSchema>, Comparison> = true;
void sameAsType;
