/**
 * The journal of a results folder: JSON Lines, only ever appended to while a batch runs. A line that is on disk tells of
 * a result that is on disk: results are synced here, first. Lines that come in while a sync is under way share the next one.
 * A line that was torn by a power failure or a full disk is passed over when the journal is read.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, lstat, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { outputError, syncFile, syncFolder, writeAtomic } from '../lib/atomic.js';
import type { IncidentRecord } from './job.js';
import { linePieces } from './large-text.js';
import type { parseRecord } from './schema.js';

export const JOURNAL_FILE = 'journal.jsonl';
const HEADER = JSON.stringify({ document: 'perfscope-batch-journal', schemaVersion: 1 });

export interface JournalFaults {
  /** Lines that are none of a journal: torn by a power failure, or somebody else's. */
  onLine?: ((line: number) => void) | undefined;
  /** There is something else in place of the journal; it was set aside under that name. */
  onAside?: ((file: string) => void) | undefined;
}

/** The last record of each incident. A folder without journal has none. */
export async function readJournal(folder: string, faults: JournalFaults = {}): Promise<Map<string, IncidentRecord>> {
  const file = path.join(folder, JOURNAL_FILE);
  const stats = await lstat(file).catch(() => null);
  if (stats === null) return new Map();
  if (!stats.isFile()) {
    await rename(file, `${file}.aside`);
    faults.onAside?.(`${file}.aside`);
    return new Map();
  }
  return parseJournal(linesOf(file), faults);
}

export async function parseJournal(
  lines: AsyncIterable<string> | Iterable<string>,
  faults: JournalFaults = {},
): Promise<Map<string, IncidentRecord>> {
  const records = new Map<string, IncidentRecord>();
  let number = 0;
  // Once: to ask for a module that is there takes longer than to read a line.
  let parse: typeof parseRecord | undefined;
  for await (const line of lines) {
    number++;
    if (line.trim() === '' || line === HEADER) continue;
    parse ??= (await import('./schema.js')).parseRecord;
    const record = parse(jsonOf(line));
    if (record === null) faults.onLine?.(number);
    else records.set(record.id, record);
  }
  return records;
}

/** No line that perfscope writes is longer; one that is, is none. */
const LONGEST_LINE = 16 * 1024 * 1024;

async function* linesOf(file: string): AsyncGenerator<string> {
  let begun = '';
  for await (const block of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    const lines = (begun + (block as string)).split('\n');
    begun = lines.pop()!;
    yield* lines;
    if (begun.length > LONGEST_LINE) begun = begun.slice(-LONGEST_LINE);
  }
  yield begun;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Rewrites the journal in the order of ids, a line an incident: equal work leaves equal journals (seconds aside). */
export async function compactJournal(folder: string, records: Iterable<IncidentRecord>): Promise<void> {
  const sorted = [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
  await writeAtomic(path.join(folder, JOURNAL_FILE), linePieces(journalLines(sorted)));
  await syncFolder(folder);
}

function* journalLines(records: readonly IncidentRecord[]): Generator<string> {
  yield HEADER;
  for (const record of records) yield JSON.stringify(record);
}

interface Waiting {
  readonly id: string;
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Journal {
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | null = null;

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    private readonly results: string,
  ) {}

  /** `results`: the folder whose entries must be on disk before a line speaks of them. */
  static async open(folder: string, results: string): Promise<Journal> {
    const file = path.join(folder, JOURNAL_FILE);
    try {
      const handle = await open(file, 'a+');
      const { size } = await handle.stat();
      if (size === 0) {
        await handle.appendFile(`${HEADER}\n`);
        await syncFolder(folder);
      } else {
        // After a torn line the next one begins on a line of its own.
        const last = new Uint8Array(1);
        await handle.read(last, 0, 1, size - 1);
        if (last[0] !== 10) await handle.appendFile('\n');
      }
      return new Journal(file, handle, results);
    } catch (error) {
      throw outputError(error, file);
    }
  }

  /** Resolves when the record, and the results it speaks of, would survive a power failure. */
  append(record: IncidentRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ id: record.id, line: `${JSON.stringify(record)}\n`, resolve, reject });
      this.flushing ??= this.flush().finally(() => (this.flushing = null));
    });
  }

  async close(): Promise<void> {
    await this.flushing;
    await this.handle.close();
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        await Promise.all(group.map((w) => syncFile(path.join(this.results, `${w.id}.json`))));
        await syncFolder(this.results);
        await this.handle.appendFile(group.map((w) => w.line).join(''));
        await this.handle.datasync();
        for (const w of group) w.resolve();
      } catch (error) {
        for (const w of group) w.reject(outputError(error, this.file));
      }
    }
  }
}
