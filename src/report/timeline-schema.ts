/** The part of the result schema that describes `timeline` (src/timeline/timeline.ts). */
import { z } from 'zod';

const seconds = z.number().describe("Seconds since the trace's first event.");
const lasted = z.union([z.number(), z.null()]).describe('Seconds; null where the trace has no durations.');
const count = z.int().nonnegative();
const counts = z.array(count);

const step = z.object({
  call: z.string(),
  count: count.describe('So many in a row.'),
  at: seconds,
  seconds: lasted,
  unfinished: z.boolean(),
});

const excerpt = z.object({ tid: z.int(), at: seconds, steps: z.array(step), more: count });
const sums = z.object({ calls: count, seconds: lasted });

const cluster = z.object({
  id: z.int(),
  units: count,
  abnormal: count,
  calls: z.array(z.string()),
  small: z.boolean(),
  normalSeconds: lasted.describe('Median length of the normal units.'),
  abnormalSeconds: lasted.describe('Median length of the abnormal units.'),
  odd: z.object({ frequency: count, time: count }).describe('Units that are abnormal by how often, and by how long.'),
  examples: z.array(excerpt.extend({ abnormal: z.boolean() })),
});

export const timelineSchema = z
  .object({
    from: seconds,
    to: seconds,
    cells: z.int().positive().describe('Equal cells of the window; lists by cell have so many entries.'),
    splitAt: z.union([seconds, z.null()]).describe('What parts before from after.'),
    groups: z.array(z.object({ group: z.string(), calls: counts, seconds: z.union([z.array(z.number()), z.null()]) })),
    between: z.union([z.array(z.number()), z.null()]).describe('By cell: seconds of all threads between calls.'),
    units: counts,
    abnormalUnits: counts,
    threads: z.array(
      z.object({
        tid: z.int(),
        pid: z.int(),
        name: z.string(),
        from: seconds,
        to: seconds,
        calls: counts,
        inCalls: z.union([counts, z.null()]).describe('By cell: per cent of the cell inside of calls.'),
        stuckIn: z.union([z.string(), z.null()]).describe('Its last call, where that never returned.'),
      }),
    ),
    others: z.union([z.object({ threads: count, calls: counts }), z.null()]),
    calls: z.array(z.object({ call: z.string(), before: sums, after: sums, unfinished: count })),
    moreCalls: count,
    clusters: z.array(cluster),
    moreClusters: count,
    excerpts: z.array(excerpt),
  })
  .describe('The window over time, where a report asked for it.');
