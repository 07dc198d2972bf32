/**
 * A list of incidents, as CSV with a header or as JSON Lines: trace, profiles, signatures, name, program, version, from,
 * to, window, labels. Other columns of a CSV are labels. Paths are relative to the manifest.
 */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import type { Found } from './incident-plan.js';
import type { InputRef } from './job.js';

const PATHS = ['trace', 'profiles', 'signatures'] as const;
const TEXTS = ['name', 'program', 'version', 'from', 'to', 'window'] as const;

type Row = Readonly<Record<string, unknown>>;

export async function readManifest(file: string): Promise<Found[]> {
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new PerfscopeError('input-missing', `the manifest cannot be read: ${(error as Error).message}`, {
      path: file,
    });
  }
  const rows = /^\s*\{/.test(text) ? jsonRows(text, file) : await csvRows(text, file);
  return Promise.all(rows.map(({ row, line }) => incidentOf(row, line, file)));
}

interface Numbered {
  readonly row: Row;
  readonly line: number;
}

function jsonRows(text: string, file: string): Numbered[] {
  return text.split('\n').flatMap((content, i) => {
    if (content.trim() === '') return [];
    try {
      return [{ row: JSON.parse(content) as Row, line: i + 1 }];
    } catch (error) {
      throw new PerfscopeError('config', `not JSON: ${(error as Error).message}`, { path: file, line: i + 1 });
    }
  });
}

async function csvRows(text: string, file: string): Promise<Numbered[]> {
  const { parse } = await import('csv-parse/sync');
  try {
    const rows = parse(text, {
      columns: true,
      bom: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
    }) as unknown as {
      record: Row;
      info: { lines: number };
    }[];
    return rows.map(({ record, info }) => ({ row: record, line: info.lines }));
  } catch (error) {
    throw new PerfscopeError('config', `not CSV: ${(error as Error).message}`, { path: file });
  }
}

async function incidentOf(row: Row, line: number, file: string): Promise<Found> {
  const place = { path: file, line };
  const folder = path.dirname(file);
  const [inputs, profiles, signatures] = await Promise.all(PATHS.map((p) => refs(row[p], folder)));
  if (inputs!.length === 0) {
    const advice = `Columns are: ${[...PATHS, ...TEXTS].join(', ')}; others are labels.`;
    throw new PerfscopeError('config', 'the line names no trace', place, advice);
  }
  const text = (key: (typeof TEXTS)[number]) => {
    const value = row[key];
    return value === undefined || value === null || value === '' ? null : String(value as string | number);
  };
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...row, labels: undefined, ...(row['labels'] as object | undefined) })) {
    if ([...PATHS, ...TEXTS].includes(key as never) || value === undefined || value === null || value === '') continue;
    labels[key] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return {
    name: text('name') ?? inputs![0]!.name,
    inputs: inputs!,
    profiles: profiles!,
    signatures: signatures!,
    program: text('program'),
    version: text('version'),
    from: text('from'),
    to: text('to'),
    window: text('window'),
    labels,
  };
}

/** One path, several with `;` between (CSV), or a list (JSON). `ARCHIVE!/MEMBER` is a member of an archive. */
async function refs(value: unknown, folder: string): Promise<InputRef[]> {
  const list = Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? value.split(';') : [];
  const names = list.map((p) => p.trim()).filter((p) => p !== '');
  return Promise.all(
    names.map(async (name): Promise<InputRef> => {
      if (name.startsWith('s3://')) return { kind: 's3', name, url: name, etag: '', size: 0 };
      const at = name.indexOf('!/');
      const file = path.resolve(folder, at < 0 ? name : name.slice(0, at));
      const size = (await stat(file).catch(() => null))?.size ?? 0;
      if (at >= 0) return { kind: 'member', name, archive: file, member: name.slice(at + 2), size: 0 };
      return { kind: 'file', name, path: file, size };
    }),
  );
}
