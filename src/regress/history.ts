/** One line of JSON a night, appended and never changed: what a plot of a year is made of. */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { textWithin } from '../lib/read-within.js';
import { writeError } from '../lib/write-fault.js';
import { type Regression, totalCosts } from './regression.js';

/** A century of nights. */
const MOST_BYTES = 256 * 1024 * 1024;

const numbers = <Name extends string>(...names: readonly Name[]) => z.record(z.enum(names), z.number());

const entrySchema = z.object({
  schemaVersion: z.literal(1),
  /** ISO 8601, UTC. */
  at: z.string().refine((text) => Number.isFinite(Date.parse(text)), 'is no date'),
  label: z.string().nullable(),
  version: z.string(),
  status: z.enum(['ok', 'partial']),
  passed: z.boolean(),
  crossed: z.array(z.string()),
  /** Related ranks: cases with one of at most 1, 3, 5, and the mean of 1/rank. */
  methods: z.record(
    z.string(),
    numbers('top1', 'top3', 'top5', 'mrr', 'guilty', 'verdictsRight', 'falseAlarms', 'failed'),
  ),
  /** In multiples of the calibration, over all cases. */
  time: z.record(z.string(), z.number()),
  memory: z.number(),
  /** The machine: processor seconds and bytes of the calibration, medians. */
  calibration: numbers('seconds', 'bytes').nullable(),
  /** Related ranks by method and case. */
  ranks: z.record(z.string(), z.record(z.string(), z.number().nullable())),
});

export type HistoryEntry = Readonly<z.infer<typeof entrySchema>>;

export function historyEntry(d: Regression): HistoryEntry {
  const methods = Object.entries(d.evaluation.methods);
  const { after } = totalCosts(d);
  return {
    schemaVersion: 1,
    at: d.at,
    label: d.label,
    version: d.tool.version,
    status: d.status,
    passed: d.passed,
    crossed: d.gates.filter((g) => g.crossed).flatMap((g) => g.reasons.map((r) => `${g.condition}: ${r}`)),
    methods: Object.fromEntries(
      methods.map(([name, { total }]) => [
        name,
        {
          ...total.related,
          guilty: total.guilty,
          verdictsRight: total.verdicts.right,
          falseAlarms: total.healthyPrefixes.falseAlarms,
          failed: total.failed,
        },
      ]),
    ),
    time: after.time,
    memory: after.memory,
    calibration: d.calibration,
    ranks: Object.fromEntries(
      methods.map(([name, { cases }]) => [name, Object.fromEntries(cases.map((c) => [c.id, c.related]))]),
    ),
  };
}

/**
 * Appends one line in one write to a file opened for appending (O_APPEND, open(2)): lines of two runs do not mix. Where
 * the last line was cut off (a full disk, a power loss), the new one still begins on a line of its own.
 */
export async function appendHistory(file: string, entry: HistoryEntry): Promise<void> {
  try {
    const handle = await open(file, 'a+');
    try {
      const { size } = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      const torn = size > 0 && last[0] !== 0x0a;
      const line = Buffer.from(`${torn ? '\n' : ''}${JSON.stringify(entry)}\n`);
      const { bytesWritten } = await handle.write(line);
      if (bytesWritten < line.length) throw new Error('the disk is full');
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw writeError(error, 'cannot append to the history', file);
  }
}

/** The entries of a history, oldest first; lines that are none (cut off, edited) are left out and counted. */
export async function readHistory(file: string): Promise<{ entries: HistoryEntry[]; damaged: number }> {
  const text = await textWithin(file, MOST_BYTES);
  const lines = text.split('\n').filter((line) => line !== '');
  const entries = lines.map(entryOf).filter((entry) => entry !== null);
  return { entries, damaged: lines.length - entries.length };
}

/** Null for a line that is none: cut off, or edited into something else. */
function entryOf(line: string): HistoryEntry | null {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
