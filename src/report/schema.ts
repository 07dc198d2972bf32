/**
 * The result document as a zod schema: checked when a document is read back (compare, batch), and the source of
 * docs/result.schema.json. The last lines make the compiler check that it says what result.ts says.
 */
import { z } from 'zod';
import { changesSchema } from './changes-schema.js';
import type { ResultDocument } from '../result.js';
import { timelineSchema } from './timeline-schema.js';
import { unitRowsSchema, workSchema } from './work-schema.js';
import type { Infers } from './schema-of-type.js';

const message = z
  .object({
    code: z.string(),
    args: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .describe('Something said by code and arguments; perfscope makes the sentence.');

const seconds = z.number().describe("Seconds since the trace's first event.");
const count = z.int().nonnegative();

const evidence = z.object({
  detector: z.string().describe("The detector that speaks: 'outlier', 'novelty', 'rate', 'blocked', 'loop', ..."),
  weight: z.number().describe("Its share of the suspect's score, 0..1."),
  units: count.describe('Number of execution units it concerns.'),
  threads: z.array(z.int()).describe('tids it was seen in, most concerned first, at most 8.'),
  span: z.object({ from: seconds, to: seconds }),
  episode: z.array(z.string()).describe('The calls that speak, as symbols such as recvfrom:udp or futex#wait.'),
  count: z.number().describe('How often the episode happened in the span.'),
  expected: z.number().describe('How often learning leads one to expect.'),
  message,
});

const suspect = z.object({
  rank: z.int().positive().describe('The worst place of its tie.'),
  function: z.string(),
  object: z.string().describe('Base name of the object file.'),
  score: z.number().describe('Higher is worse; comparable within one document only.'),
  confidence: z.number().min(0).max(1),
  tiedWith: z.array(z.string()),
  callPath: z.array(z.string()).describe('Its callers, innermost first, as learned.'),
  inferred: z.boolean().describe("Known only from the binary's call graph."),
  evidence: z.array(evidence),
});

const cluster = z.object({
  id: z.int(),
  units: count,
  abnormal: count,
  calls: z.array(z.string()),
  small: z.boolean().describe('Abnormal as a whole because it is small.'),
});

const weights = z.object({
  calls: z.number(),
  callTime: z.number().describe('Seconds inside its calls.'),
  gapTime: z.number().describe('Seconds between the return of the call before and its calls.'),
});

export const stackProfile = z
  .object({
    source: z.enum(['recorded', 'decoded', 'none']).describe('Where stacks come from.'),
    from: seconds,
    onset: seconds,
    to: seconds,
    stacks: z.array(
      z.object({
        stack: z.array(z.string()).describe('Functions of the program, outermost first.'),
        call: z.string(),
        before: weights,
        after: weights,
        certainty: z.number().min(0).max(1).describe('Probability that its calls were issued on this very stack.'),
      }),
    ),
  })
  .describe('Calls and time of the window by stack, before the onset and after it.');

const numbers = z.array(z.number());

const callSlices = z
  .object({
    source: z.enum(['recorded', 'decoded', 'none']),
    onset: seconds,
    from: seconds,
    to: seconds,
    stacks: z.array(z.array(z.string())),
    calls: z.array(z.string()),
    threads: z.array(
      z.object({
        pid: z.int(),
        tid: z.int(),
        name: z.string(),
        begin: numbers.describe('Per call, seconds.'),
        end: numbers,
        stack: numbers.describe('Per call: index into stacks.'),
        call: numbers.describe('Per call: index into calls.'),
        certainty: numbers.describe('Per call: probability of its stack, 0..1.'),
      }),
    ),
  })
  .describe('Calls over time, each under its likeliest stack.');

export const resultSchema = z
  .object({
    schemaVersion: z.union([z.literal(1), z.literal(2)]),
    tool: z.object({ name: z.literal('perfscope'), version: z.string() }),
    method: z.string(),
    parameters: z.record(z.string(), z.number()),
    trace: z.object({
      path: z.string(),
      format: z.string(),
      formatReason: z.string(),
      clock: z.string(),
      startedAt: z.number().describe("Seconds on the trace's own clock of its first event."),
      span: z.number().describe('Seconds from the first to the last event.'),
      bytes: count.describe('Bytes after decompression.'),
      lines: count,
      events: count,
      threads: count,
      processes: count,
      unfinished: count.describe('Calls that had not returned when the trace or their thread ended.'),
      skippedLines: count,
      truncated: z.boolean(),
    }),
    signatures: z
      .object({
        path: z.string(),
        program: z.string(),
        functions: count,
        functionsInBinary: z.union([z.int(), z.null()]),
      })
      .nullable()
      .describe('Null: analysed without any.'),
    status: z.enum(['ok', 'partial', 'failed']),
    warnings: z.array(message),
    verdict: z.enum(['bug', 'external', 'none', 'inconclusive']),
    externalResource: z.union([z.enum(['disk', 'network', 'peer', 'cpu']), z.null()]),
    odds: z
      .number()
      .nullable()
      .optional()
      .describe('The probability that the program is to blame; null where none is told. Missing in older documents.'),
    reasons: z.array(message),
    units: z.object({ total: count, abnormal: count }),
    clusters: z.array(cluster),
    window: z.object({ from: seconds, to: seconds }),
    onset: z.union([seconds, z.null()]).optional().describe('When it began; null where nothing began in the window.'),
    activity: z.array(count).optional().describe('Calls that begin in each of as many equal cells of the window.'),
    timeline: timelineSchema.optional(),
    suspects: z.array(suspect),
    stacks: stackProfile.optional(),
    slices: callSlices.optional(),
    changes: changesSchema.optional(),
    work: workSchema.optional(),
    unitRows: unitRowsSchema.optional(),
    timing: z.record(z.string(), z.number()).describe('Wall seconds a stage.'),
    peakMemoryBytes: count,
  })
  .describe('The result of one analysis by perfscope, version 2.');

/** The JSON schema of the result document (draft 2020-12). */
export function resultJsonSchema(): object {
  return z.toJSONSchema(resultSchema, { target: 'draft-2020-12' });
}

// Both directions: the schema accepts what the type allows, and promises what the type promises.
const sameAsType: Infers<z.infer<typeof resultSchema>, ResultDocument> = true;
void sameAsType;
