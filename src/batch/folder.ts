/** A results folder: results/ID.json, pages/ID.html, journal.jsonl, summary.json, summary.md and index.html (docs/batch.md). */
import path from 'node:path';
import type { RunOptions } from '../coordinator/run.js';
import { archivePage } from '../report/html/archive-page.js';
import { outputError, removeTemporaries, syncFolder, writeAtomic } from '../lib/atomic.js';
import { makeFolder } from '../lib/make-folder.js';
import { hashText, resultFile } from './incident.js';
import { type IncidentDocument, type IncidentRecord, isFailure } from './job.js';
import { compactJournal, readJournal } from './journal.js';
import { jsonPieces } from './large-text.js';
import { Pages } from './pages.js';
import { summaryMarkdown } from './report.js';
import { MAX_RESULT, readSmall } from './small-file.js';
import { type BatchSummary, Summariser } from './summary.js';
import { TOOL } from '../version.js';

export function resultsFolder(folder: string): string {
  return path.join(folder, 'results');
}

/** Makes the folder, or tidies it after a run that was killed. */
export async function prepareFolder(folder: string): Promise<void> {
  const results = resultsFolder(folder);
  try {
    // First alone: of a file that bears its name is told that it is one.
    await makeFolder(folder);
    await makeFolder(results);
    await removeTemporaries(folder);
    await removeTemporaries(results);
  } catch (error) {
    throw outputError(error, folder);
  }
}

export interface FolderOptions {
  readonly onLog?: RunOptions['onLog'] | undefined;
}

/** The journal of a folder; what is damaged is told, and is work to be done again. */
export async function readRecords(folder: string, { onLog }: FolderOptions): Promise<Map<string, IncidentRecord>> {
  let lines = 0;
  let first = 0;
  const records = await readJournal(folder, {
    onLine: (line) => {
      if (lines++ === 0) first = line;
    },
    onAside: (path) => onLog?.('warn', { code: 'journal-aside', args: { path } }),
  }).catch((error: unknown) => {
    throw outputError(error, folder);
  });
  if (lines > 0) onLog?.('warn', { code: 'journal-lines', args: { path: folder, lines, first } });
  return records;
}

/**
 * Writes the summary of all results; when nothing is pending, the journal too is brought into its final form. A result that is not as
 * the journal says it was written is pending, whichever archive it is of.
 *
 * @param options.own records that this run made, of results that it wrote, or checked when it took them in
 */
export async function concludeFolder(
  folder: string,
  records: ReadonlyMap<string, IncidentRecord>,
  pending: number,
  { onLog, own }: FolderOptions & { readonly own?: ReadonlySet<IncidentRecord> } = {},
): Promise<BatchSummary> {
  const summariser = new Summariser();
  const pages = await withDiskErrors(folder, () => Pages.open(folder, resultsFolder(folder)));
  let missing = 0;
  const others = new Map<string, number>();
  for (const record of records.values()) {
    const document = await documentOf(folder, record, own?.has(record) === true);
    if (document !== null) {
      summariser.add(record, document);
      const { version } = document.tool;
      if (version !== TOOL.version) others.set(version, (others.get(version) ?? 0) + 1);
      await withDiskErrors(folder, () => pages.write(record.id, isFailure(document) ? null : document));
      continue;
    }
    missing++;
    const { name, archive } = record;
    const args = { incident: name, archive: archive ?? '' };
    onLog?.('warn', { code: archive === undefined ? 'result-missing' : 'result-missing-of', args });
  }
  for (const [version, incidents] of others)
    onLog?.('warn', { code: 'results-of-version', args: { version, incidents, own: TOOL.version } });
  const summary = summariser.finish(pending + missing);
  await withDiskErrors(folder, async () => {
    await writeAtomic(path.join(folder, 'summary.json'), jsonPieces(summary));
    await writeAtomic(path.join(folder, 'summary.md'), summaryMarkdown(summary));
    await writeAtomic(path.join(folder, 'index.html'), archivePage(summary, pages.ids));
    if (pending === 0) await compactJournal(folder, records.values());
    else await syncFolder(folder);
  });
  return summary;
}

async function withDiskErrors<T>(folder: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw outputError(error, folder);
  }
}

/** Null where there is none, or another than was written. */
async function documentOf(folder: string, record: IncidentRecord, own: boolean): Promise<IncidentDocument | null> {
  const text = await readSmall(resultFile(resultsFolder(folder), record.id), MAX_RESULT).catch(() => null);
  if (text === null || hashText(text) !== record.result) return null;
  return own ? (JSON.parse(text) as IncidentDocument) : (await import('./schema.js')).parseDocument(text);
}
