/**
 * The unit of work of a batch: one incident, from what is to be read to the one file that is written. Plain JSON, so
 * that a pool, a queue or another machine can run it.
 */
import type { ErrorCode, PlainError } from '../errors.js';
import type { ParseOptions } from '../formats/format.js';
import type { Parameters } from '../parameters.js';
import type { ResultDocument } from '../result.js';

/** One file of an incident, wherever it lies. `name` is its name in reports: the same on every machine. */
export type InputRef = { readonly name: string; readonly size: number } & (
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'member';
      readonly archive: string;
      readonly member: string;
      /** Its place in the archive (source/archive.ts), where it was seen: a name may stand there twice. */
      readonly at?: number | undefined;
    }
  | { readonly kind: 's3'; readonly url: string; readonly etag: string }
);

/** A signatures file that may be the one. */
export interface Candidate {
  readonly ref: InputRef;
  /** The program it is of, where that is known without reading it again. */
  readonly program: string | null;
}

export interface IncidentJob {
  /** Name of its result file, without `.json`: made from `name`, fit for every file system. */
  readonly id: string;
  /** Path within the archive, as people know it. */
  readonly name: string;
  readonly inputs: readonly InputRef[];
  /** Learning runs beside the incident; used when `learn`. */
  readonly profiles: readonly InputRef[];
  readonly candidates: readonly Candidate[];
  readonly learn: boolean;
  readonly program: string | null;
  readonly version: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly from: string | null;
  readonly to: string | null;
  readonly window: string | null;
  readonly options: JobOptions;
  /** Hash of everything above but sizes, and of the tool: when it differs, the result is out of date. */
  readonly recipe: string;
  /** The archive, or the manifest, that it is of: an absolute path, or an address. No part of the recipe. */
  readonly archive?: string | undefined;
}

/** What all incidents of a batch share. */
export interface JobOptions {
  readonly method: string;
  readonly parameters: Parameters;
  readonly top: number;
  readonly anyProgram: boolean;
  /** The result holds what a page is made of. */
  readonly pages: boolean;
  readonly format: string | null;
  readonly parse: Partial<ParseOptions>;
  /** Folder that keeps learned signatures; null: nothing is kept. No part of the recipe. */
  readonly cache: string | null;
}

/** A file that was read: by its stamp it is known unchanged without reading it, by its hash after it was copied. */
export interface Used {
  readonly name: string;
  /** `size:mtime:ctime:inode` of the file, or of the archive around it; 'missing'. */
  readonly stamp: string;
  readonly sha256: string;
}

/** What stands in the result's file when an incident could not be analysed. */
export interface FailureDocument {
  readonly schemaVersion: 1;
  readonly tool: ResultDocument['tool'];
  readonly status: 'failed';
  readonly incident: string;
  readonly error: PlainError;
  readonly attempts: number;
}

export type IncidentDocument = ResultDocument | FailureDocument;

export function isFailure(document: IncidentDocument): document is FailureDocument {
  return 'error' in document;
}

/** A line of the journal: what was done, from what, and the hash of what was written. */
export interface IncidentRecord {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly recipe: string;
  readonly status: 'ok' | 'failed';
  /** Why it failed. */
  readonly code: ErrorCode | null;
  readonly attempts: number;
  readonly used: readonly Used[];
  /** sha256 of the result file. */
  readonly result: string;
  readonly seconds: number;
  /** The archive, or the manifest, that it is of, on the machine that asked for it. */
  readonly archive?: string | undefined;
}

/** Bytes as stored of an incident. */
export function storedBytes(job: IncidentJob): number {
  return job.inputs.reduce((sum, i) => sum + i.size, 0);
}

/** A name that two of the files bear; null where each has its own. */
export function twice(refs: readonly Pick<InputRef, 'name'>[]): string | null {
  const names = new Set<string>();
  for (const { name } of refs) {
    if (names.has(name)) return name;
    names.add(name);
  }
  return null;
}
