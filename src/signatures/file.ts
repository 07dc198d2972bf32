/**
 * The signatures file (docs/signatures.md): JSON, one function and one context a line, so that two versions compare line by
 * line, and no number stands for a name. gzip is told by content when reading and by the name (.gz) when writing.
 */
import { gzipSync } from 'node:zlib';
import { PerfscopeError } from '../errors.js';
import { gunzipWithin, isGzip, readWithin, textOf } from '../lib/read-within.js';
import { replaceFile } from '../lib/replace-file.js';
import { faultOfModel } from './check-model.js';
import type { ContextModel } from './context-model.js';
import {
  SIGNATURES_SCHEMA_VERSION,
  type Episode,
  type LearnedFunction,
  type LearnedSymbols,
  type SignatureDatabase,
} from './database.js';

/** First key of the file: tells it from every other JSON document. */
export const SIGNATURES_DOCUMENT = 'perfscope-signatures';

/** Text of a file at most, bytes: those of large programs have a few million. */
const MOST_BYTES = 128 * 1024 * 1024;

/** The text of the file. Equal databases give equal texts. */
export function serialiseSignatures(db: SignatureDatabase): string {
  const { functions, model, ...head } = db;
  const lines = Object.entries({ document: SIGNATURES_DOCUMENT, ...head }).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  const rows = functions.map((f) =>
    JSON.stringify({ ...f, episodes: f.episodes.map((e) => [e.support, e.specificity, spell(e, db.calls)]) }),
  );
  lines.push(`"functions":[\n${rows.join(',\n')}\n]`);
  lines.push(`"model":${modelText(model)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** The database in `text`; `path` is for messages. Throws `signatures-invalid` or `signatures-version`. */
export function parseSignatures(text: string, path: string): SignatureDatabase {
  const document = parseJson(text, path);
  if (!isObject(document)) throw invalid('the file holds JSON, but no object', path, 'another');
  if (document['document'] !== SIGNATURES_DOCUMENT) {
    const what = 'suspects' in document ? 'a perfscope result' : 'JSON of another kind';
    throw invalid(`the file is no signatures file, but ${what}`, path, 'another');
  }
  const version = document['schemaVersion'];
  if (version !== SIGNATURES_SCHEMA_VERSION) {
    const newer = typeof version === 'number' && version > SIGNATURES_SCHEMA_VERSION;
    throw new PerfscopeError(
      'signatures-version',
      `the signatures file has version ${JSON.stringify(version)}; this perfscope reads version ${SIGNATURES_SCHEMA_VERSION}`,
      { path },
      newer ? 'Update perfscope, or learn the signatures again with this version.' : 'Learn the signatures again.',
    );
  }
  const calls = document['calls'];
  if (!isStrings(calls)) throw malformed('"calls" is not a list of names', path);
  if (!Array.isArray(document['functions'])) throw malformed('"functions" is missing', path);
  const index = new Map(calls.map((name, i) => [name, i]));
  const functions = document['functions'].map((row: unknown, i) => {
    const learned = readFunction(row, index);
    if (typeof learned === 'string')
      throw malformed(`function ${i + 1}: ${learned}`, path, lineOf(text, 'functions', i));
    return learned;
  });
  // The model numbers functions by their places: another order would exchange their names.
  const misplaced = functions.findIndex((f, i) => i > 0 && !isBefore(functions[i - 1]!, f));
  if (misplaced > 0) {
    const what = `function ${misplaced + 1}: ${functions[misplaced]!.name} is out of order, or stands twice`;
    throw malformed(what, path, lineOf(text, 'functions', misplaced));
  }
  const { tool, program, functionsInBinary, learned, symbols, parameters, model } = document;
  if (typeof program !== 'string') throw malformed('"program" is missing', path);
  if (
    !isObject(tool) ||
    !isObject(learned) ||
    !isStrings(learned['sources']) ||
    !isObject(parameters) ||
    !isObject(model)
  ) {
    throw malformed('"tool", "learned", "parameters" or "model" is missing', path);
  }
  if (![learned['events'], learned['eventsWithStack'], learned['seconds']].every(isAmount))
    throw malformed('"learned" does not say how much was learned from', path);
  if (!Object.values(parameters).every((v) => typeof v === 'number')) throw malformed('a parameter is no number', path);
  const fault = faultOfModel({ successors: [], peaks: [], ...model }, functions.length);
  if (fault !== null) {
    const { key, row, what } = fault;
    const where = row === null ? `"${key}" of the model` : `"${key}" of the model, element ${row + 1},`;
    throw malformed(`${where} ${what}`, path, row === null ? undefined : lineOf(text, key, row));
  }
  return {
    schemaVersion: SIGNATURES_SCHEMA_VERSION,
    tool: tool as unknown as SignatureDatabase['tool'],
    program,
    functionsInBinary: isCount(functionsInBinary) ? functionsInBinary : null,
    learned: learned as unknown as SignatureDatabase['learned'],
    ...(isSymbols(symbols) ? { symbols } : {}),
    parameters: parameters as Record<string, number>,
    calls,
    functions,
    model: completed(model),
  };
}

/** A model as older versions wrote it has no successions and no peaks: then decoding goes without. */
function completed(model: Record<string, unknown>): ContextModel {
  const { successors = [], peaks = [] } = model;
  return { ...(model as unknown as ContextModel), successors, peaks } as ContextModel;
}

/** Reads a signatures file from disk, compressed or not. Throws a PerfscopeError that names the file. */
export async function readSignatures(path: string): Promise<SignatureDatabase> {
  let bytes: Buffer;
  try {
    bytes = await readWithin(path, MOST_BYTES);
  } catch (error) {
    if (error instanceof PerfscopeError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const advice = 'Give the file that `perfscope learn ... -o FILE` wrote.';
    if (code === 'EISDIR')
      throw new PerfscopeError('input-is-directory', 'the signatures file is a folder', { path }, advice);
    if (code === 'ENOENT')
      throw new PerfscopeError('input-missing', 'there is no such signatures file', { path }, advice);
    throw new PerfscopeError(
      'input-missing',
      `the signatures file cannot be read: ${code}`,
      { path },
      'Check its permissions.',
    );
  }
  return signaturesIn(bytes, path);
}

/** The database in the bytes of a signatures file, compressed or not; `path` is for messages. */
export async function signaturesIn(bytes: Uint8Array, path: string): Promise<SignatureDatabase> {
  let text = bytes;
  if (isGzip(bytes)) {
    try {
      text = await gunzipWithin(bytes, MOST_BYTES, path);
    } catch (error) {
      if (error instanceof PerfscopeError) throw error;
      const cut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
      throw malformed(cut ? 'its gzip stream is cut off' : 'its gzip stream is damaged', path);
    }
  }
  return parseSignatures(textOf(text), path);
}

/** Writes a signatures file, compressed when its name ends in .gz; the old one stays whole until the new one is. */
export async function writeSignatures(db: SignatureDatabase, path: string): Promise<void> {
  const text = serialiseSignatures(db);
  await replaceFile(path, path.endsWith('.gz') ? gzipSync(text) : text, 'the signatures file cannot be written');
}

function spell(episode: Episode, calls: readonly string[]): string {
  return episode.calls.map((c) => calls[c]!).join(' ');
}

/** Keys of the model a line each, and in long lists an element a line; typed arrays become lists of numbers. */
function modelText(model: ContextModel): string {
  const plain = (_key: string, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
  const entries = Object.entries(model).map(([key, value]: [string, unknown]) => {
    const isTable = Array.isArray(value) && value.some((element) => typeof element === 'object');
    const text = isTable
      ? `[\n${value.map((element) => JSON.stringify(element, plain)).join(',\n')}\n]`
      : JSON.stringify(value, plain);
    return `${JSON.stringify(key)}:${text}`;
  });
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n}`;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (text.trim() === '') throw malformed('it is empty', path);
    if (!text.startsWith(`{\n"document":"${SIGNATURES_DOCUMENT}"`))
      throw invalid('the file is not JSON', path, 'another');
    // The writer ends the file with a brace on a line of its own.
    const line = text.split('\n').length;
    if (!text.endsWith('}\n')) throw malformed('it is cut off', path, line);
    throw malformed(`it is no longer JSON (${(error as Error).message})`, path);
  }
}

/** A function as in the file, or what is wrong with it. */
function readFunction(row: unknown, calls: ReadonlyMap<string, number>): LearnedFunction | string {
  if (!isObject(row)) return 'is no object';
  const { name, object, invocations, calls: callCount, ownCalls, episodes } = row;
  if (typeof name !== 'string' || typeof object !== 'string') return 'its name or object is missing';
  if (!isCount(invocations) || !isCount(callCount) || !isCount(ownCalls)) return `${name}: a count is missing`;
  if (!Array.isArray(episodes)) return `${name}: its episodes are missing`;
  const read: Episode[] = [];
  for (const episode of episodes as unknown[]) {
    const [support, specificity, text] = Array.isArray(episode) ? (episode as unknown[]) : [];
    if (!isCount(support) || !isAmount(specificity) || typeof text !== 'string')
      return `${name}: an episode is malformed`;
    const numbers = text.split(' ').map((call) => calls.get(call) ?? -1);
    if (numbers.includes(-1)) return `${name}: an episode has a call that "calls" does not list ("${text}")`;
    read.push({ calls: numbers, support, specificity });
  }
  return { name, object, invocations, calls: callCount, ownCalls, episodes: read };
}

/** Line of the file on which an element of a list stands, if it is laid out as written. */
function lineOf(text: string, key: string, index: number): number | undefined {
  const start = text.indexOf(`\n"${key}":[`);
  if (start < 0) return undefined;
  const line = text.slice(0, start).split('\n').length + 1;
  return text.startsWith('[\n', start + key.length + 4) ? line + 1 + index : line;
}

function isBefore(a: LearnedFunction, b: LearnedFunction): boolean {
  return a.name < b.name || (a.name === b.name && a.object < b.object);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function isSymbols(value: unknown): value is readonly LearnedSymbols[] {
  const keys = ['object', 'path', 'names', 'buildId', 'package'];
  return (
    Array.isArray(value) &&
    value.every(
      (s) =>
        isObject(s) &&
        keys.every((key) => typeof s[key] === 'string') &&
        (s.shared === undefined || isStrings(s.shared)),
    )
  );
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function invalid(message: string, path: string, kind: 'another' | 'damaged'): PerfscopeError {
  const advice =
    kind === 'another'
      ? 'Give with -s the file that `perfscope learn PROFILE... -o FILE` wrote.'
      : 'Learn the signatures again: perfscope learn PROFILE... -o FILE.';
  return new PerfscopeError('signatures-invalid', message, { path }, advice);
}

function malformed(message: string, path: string, line?: number): PerfscopeError {
  const error = invalid(`the signatures file is damaged: ${message}`, path, 'damaged');
  return line === undefined ? error : new PerfscopeError(error.code, error.message, { path, line }, error.advice);
}
