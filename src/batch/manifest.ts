/**
 * A list of incidents, as CSV with a header or as JSON Lines: trace, profiles, signatures, name, program, version, from,
 * to, window, labels. Other columns of a CSV are labels. Paths are relative to the manifest.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError, type Place } from '../errors.js';
import { textWithin } from '../lib/read-within.js';
import { cleanName } from '../source/archive.js';
import { tidOfName } from '../source/folder.js';
import { type Listing, type MemberRef, listArchive } from './archive-list.js';
import type { Found } from './incident-plan.js';
import type { InputRef } from './job.js';

const PATHS = ['trace', 'profiles', 'signatures'] as const;
const TEXTS = ['name', 'program', 'version', 'from', 'to', 'window'] as const;

/** A million incidents have some 200. */
const MOST_BYTES = 256 * 1024 * 1024;

type Row = Readonly<Record<string, unknown>>;

export async function readManifest(file: string): Promise<Found[]> {
  let text;
  try {
    text = await textWithin(file, MOST_BYTES);
  } catch (error) {
    if (error instanceof PerfscopeError) throw error;
    throw new PerfscopeError('input-missing', `the manifest cannot be read: ${(error as Error).message}`, {
      path: file,
    });
  }
  const rows = /^\s*\{/.test(text) ? jsonRows(text, file) : await csvRows(text, file);
  const listings = new Listings();
  return Promise.all(rows.map(({ row, line }) => incidentOf(row, line, file, listings)));
}

interface Numbered {
  readonly row: Row;
  readonly line: number;
}

function jsonRows(text: string, file: string): Numbered[] {
  return text.split('\n').flatMap((content, i) => {
    if (content.trim() === '') return [];
    const place = { path: file, line: i + 1 };
    let row: unknown;
    try {
      row = JSON.parse(content);
    } catch (error) {
      throw new PerfscopeError('config', `not JSON: ${(error as Error).message}`, place);
    }
    return [{ row: checked(row, place), line: i + 1 }];
  });
}

/** A row with the types that its keys need. CSV has texts only. */
function checked(row: unknown, place: Place): Row {
  const advice = `Write {"trace": "a.strace", "name": "..."}; keys are ${[...PATHS, ...TEXTS].join(', ')}, labels.`;
  const wrong = (what: string) => new PerfscopeError('config', what, place, advice);
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw wrong('the line is no JSON object');
  for (const [key, value] of Object.entries(row) as [string, unknown][]) {
    if (value === null) continue;
    const isText = typeof value === 'string';
    if (PATHS.includes(key as never) && !isText && !(Array.isArray(value) && value.every((v) => typeof v === 'string')))
      throw wrong(`"${key}" is neither a path nor a list of paths`);
    if (TEXTS.includes(key as never) && !isText && typeof value !== 'number') throw wrong(`"${key}" is no text`);
    if (key === 'labels' && (typeof value !== 'object' || Array.isArray(value))) throw wrong('"labels" is no object');
  }
  return row as Row;
}

async function csvRows(text: string, file: string): Promise<Numbered[]> {
  const { parse } = await import('csv-parse/sync');
  try {
    const rows = parse(text, {
      columns: true,
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

async function incidentOf(row: Row, line: number, file: string, listings: Listings): Promise<Found> {
  const place = { path: file, line };
  const folder = path.dirname(file);
  const [inputs, profiles, signatures] = await Promise.all(PATHS.map((p) => refs(row[p], folder, listings)));
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
async function refs(value: unknown, folder: string, listings: Listings): Promise<InputRef[]> {
  const list = Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? value.split(';') : [];
  const names = list.map((p) => p.trim()).filter((p) => p !== '');
  const found = await Promise.all(
    names.map(async (name): Promise<InputRef[]> => {
      if (name.startsWith('s3://')) return [{ kind: 's3', name, url: name, etag: '', size: 0 }];
      const at = name.indexOf('!/');
      if (at >= 0) return [await listings.member(name, path.resolve(folder, name.slice(0, at)), name.slice(at + 2))];
      const file = path.resolve(folder, name);
      const stats = await stat(file).catch(() => null);
      const threads = stats?.isDirectory() === true ? await threadFiles(name, file) : [];
      return threads.length > 0 ? threads : [{ kind: 'file', name, path: file, size: stats?.size ?? 0 }];
    }),
  );
  return found.flat();
}

/** The files of a folder of `strace -ff`. */
async function threadFiles(name: string, folder: string): Promise<InputRef[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((e) => e.isFile() && tidOfName(e.name) > 0).map((e) => e.name);
  return Promise.all(
    files.sort().map(async (file): Promise<InputRef> => {
      const at = path.join(folder, file);
      const size = (await stat(at).catch(() => null))?.size ?? 0;
      return { kind: 'file', name: path.posix.join(name, file), path: at, size };
    }),
  );
}

/** Where members lie in their archives: each archive is gone through once. */
class Listings {
  private readonly listings = new Map<string, Promise<Listing>>();

  async member(name: string, archive: string, member: string): Promise<MemberRef> {
    const listing = this.listings.get(archive) ?? listArchive(archive);
    this.listings.set(archive, listing);
    const found = (await listing).members.get(cleanName(member));
    // What is not there is said when the incident's turn comes.
    return { size: 0, ...found, kind: 'member', name, archive, member: cleanName(member) };
  }
}
