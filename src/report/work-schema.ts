/** The section `work` of the result document as a zod schema (src/work/work.ts). */
import { z } from 'zod';

const seconds = z.number();
const count = z.int().nonnegative();

const column = z.array(count).describe('Per unit.');

export const unitRowsSchema = z
  .object({
    tid: column,
    pid: column,
    begin: z.array(seconds).describe("Per unit: seconds since the trace's first event."),
    seconds: z.array(seconds).nullable().describe('Per unit: from its first call to the end of its last.'),
    calls: column,
    kind: column.describe('Per unit: index into kinds.'),
    abnormal: column.describe(
      'Per unit, bits: 1 by how often it issues calls, 2 by how long they take, 4 of a kind of few units.',
    ),
    kinds: z.array(z.string()).describe('Calls that more than half of the units of a kind issue.'),
    left: count.describe('Units without abnormality that are left out.'),
  })
  .describe('Execution units one by one.');

export const workSchema = z
  .object({
    from: seconds.describe("Seconds since the trace's first event."),
    to: seconds,
    cells: z.int().positive().describe('Equal cells of the window; lists by cell have so many entries.'),
    kinds: z
      .array(
        z.object({
          calls: z.array(z.string()).describe('Each of its units issues all of these, and no others.'),
          units: z.array(count).describe('By cell: units that begin in it.'),
          issued: z.array(count).describe('By cell: calls that these issue.'),
          seconds: z.array(seconds).nullable().describe('By cell: what these take; null without durations.'),
        }),
      )
      .describe('Kinds of execution units, those with most units first.'),
    moreUnits: count.describe('Units of kinds that are left out.'),
    episodes: z.object({
      seconds: seconds.describe('Of the window, that were looked at.'),
      floor: count.describe('What occurs more often is listed, or is part of what is listed.'),
      longest: count.describe('Calls in the longest that was looked for.'),
      found: z.array(z.object({ calls: z.array(z.string()), count })),
    }),
  })
  .describe('What the window is made of, to be compared with another one.');
