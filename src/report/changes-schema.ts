/** The section `changes` of the result document as a zod schema (src/changes/window-changes.ts). */
import { z } from 'zod';

const part = z.number().describe('Part of the time, 0..1.');
const shares = z.object({
  computing: part,
  disk: part,
  network: part,
  locks: part,
  local: part,
  sleep: part,
  idle: part,
  other: part,
});
const place = shares.keyof();
const activity = z.object({ callsPerSecond: z.number(), shares });
const tids = z.array(z.int());

const changed = z.object({
  pid: z.int(),
  tid: z.int().nullable().describe('Null: a process, with all its threads.'),
  name: z.string(),
  before: activity,
  after: activity,
  change: z.number().describe('0..1: how unlike it is to what it was.'),
  state: z.enum(['new', 'silent']).nullable(),
  silentFor: z.number().describe('Seconds since its last call returned, where it is silent.'),
});

const often = z.object({ count: z.int(), perSecond: z.number() });
const lasted = z.object({ count: z.int(), seconds: z.number(), longest: z.number() });

export const changesSchema = z
  .object({
    onset: z.number().describe("Seconds since the trace's first event."),
    seconds: z.object({ before: z.number(), after: z.number() }),
    time: z.object({ before: shares, after: shares }).describe('Where all threads together spend their time.'),
    processes: z.array(changed),
    threads: z.array(changed),
    episodes: z.array(z.object({ calls: z.array(z.string()), before: often, after: often, threads: tids })),
    blocked: z.array(
      z.object({
        call: z.string(),
        place,
        before: lasted,
        after: lasted,
        unfinished: z.int().describe("Not returned at the window's end."),
        threads: tids,
      }),
    ),
  })
  .describe('What changed in the window, told by the calls alone.');
