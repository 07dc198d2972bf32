/** A results folder: results/ID.json, journal.jsonl, summary.json and summary.md (docs/batch.md). */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { outputError, removeTemporaries, syncFolder, writeAtomic } from './atomic.js';
import { hashText, resultFile } from './incident.js';
import type { IncidentDocument, IncidentRecord } from './job.js';
import { compactJournal } from './journal.js';
import { summaryMarkdown } from './report.js';
import { type BatchSummary, Summariser } from './summary.js';

export function resultsFolder(folder: string): string {
  return path.join(folder, 'results');
}

/** Makes the folder, or tidies it after a run that was killed. */
export async function prepareFolder(folder: string): Promise<void> {
  const results = resultsFolder(folder);
  try {
    await mkdir(results, { recursive: true });
    await removeTemporaries(folder);
    await removeTemporaries(results);
  } catch (error) {
    throw outputError(error, folder);
  }
}

/** Writes the summary of all results; when nothing is pending, the journal too is brought into its final form. */
export async function concludeFolder(
  folder: string,
  records: ReadonlyMap<string, IncidentRecord>,
  pending: number,
): Promise<BatchSummary> {
  const summariser = new Summariser();
  for (const record of records.values()) {
    const text = await readFile(resultFile(resultsFolder(folder), record.id), 'utf8');
    if (hashText(text) === record.result) summariser.add(record, JSON.parse(text) as IncidentDocument);
  }
  const summary = summariser.finish(pending);
  try {
    await writeAtomic(path.join(folder, 'summary.json'), `${JSON.stringify(summary, null, 1)}\n`);
    await writeAtomic(path.join(folder, 'summary.md'), summaryMarkdown(summary));
    if (pending === 0) await compactJournal(folder, records.values());
    else await syncFolder(folder);
  } catch (error) {
    throw outputError(error, folder);
  }
  return summary;
}
