/** JSON documents that perfscope wrote, read back and checked. */
import { open, stat } from 'node:fs/promises';
import type { ZodError } from 'zod';
import { PerfscopeError } from '../errors.js';
import type { Evaluation } from '../evaluate/evaluation.js';
import { textWithin } from '../lib/read-within.js';
import type { ResultDocument } from '../result.js';

/** Documents have some 10 KB, evaluations some 100; with all sections it is megabytes. */
const MOST_BYTES = 128 * 1024 * 1024;

export type Document = { kind: 'result'; value: ResultDocument } | { kind: 'evaluation'; value: Evaluation };

/** `-` is standard input. */
export async function readDocument(path: string): Promise<Document> {
  let value: unknown;
  try {
    value = JSON.parse(await textWithin(path === '-' ? '/dev/stdin' : path, MOST_BYTES));
  } catch (error) {
    if (error instanceof PerfscopeError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new PerfscopeError('input-missing', 'there is no such file', { path }, ADVICE);
    if (code === 'EISDIR') throw new PerfscopeError('input-format', 'it is a folder', { path }, ADVICE);
    throw new PerfscopeError('input-format', `not JSON: ${message}`, { path }, ADVICE);
  }
  const { document, methods } = (value ?? {}) as { document?: unknown; methods?: unknown };
  if (document === 'perfscope-signatures')
    throw new PerfscopeError('input-format', 'it is a signatures file', { path }, `${ADVICE} Signatures go to -s.`);
  if (methods !== undefined) {
    const { comparableSchema } = await import('../report/evaluation-schema.js');
    const parsed = comparableSchema.safeParse(value);
    if (!parsed.success) throw notOne('an evaluation', parsed.error, path);
    return { kind: 'evaluation', value: parsed.data as unknown as Evaluation };
  }
  const { resultSchema } = await import('../report/schema.js');
  const parsed = resultSchema.safeParse(value);
  if (!parsed.success) throw notOne('a result', parsed.error, path);
  return { kind: 'result', value: parsed.data };
}

/** Whether a path is to be read as a document and not as a trace: no trace begins with a brace. `-` is a document, too. */
export async function looksLikeDocument(path: string): Promise<boolean> {
  if (path === '-' || path.endsWith('.json')) return true;
  const begin = await beginning(path);
  return /^\ufeff?\s*\{/.test(begin);
}

/** Some characters of a file; none of what cannot be read again, or at all: whoever reads it says why. */
async function beginning(path: string): Promise<string> {
  try {
    if (!(await stat(path)).isFile()) return '';
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

function notOne(what: string, { issues }: ZodError, path: string): PerfscopeError {
  const { path: at, message } = issues[0]!;
  const why = message.endsWith('received undefined') ? `it has no "${at.join('.')}"` : `${at.join('.')}: ${message}`;
  return new PerfscopeError('input-format', `not ${what}: ${why}`, { path }, ADVICE);
}

const ADVICE = 'Give what perfscope wrote with --format json=FILE.';
