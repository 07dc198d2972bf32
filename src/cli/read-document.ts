/** JSON documents that perfscope wrote, read back and checked. */
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
    if (code === 'ENOENT') throw new PerfscopeError('input-missing', 'there is no such file', { path });
    if (code === 'EISDIR') throw new PerfscopeError('input-format', 'it is a folder', { path }, ADVICE);
    throw new PerfscopeError('input-format', `not JSON: ${message}`, { path }, ADVICE);
  }
  if (typeof value === 'object' && value !== null && 'methods' in value)
    return { kind: 'evaluation', value: value as Evaluation };
  const { resultSchema } = await import('../report/schema.js');
  const parsed = resultSchema.safeParse(value);
  if (parsed.success) return { kind: 'result', value: parsed.data };
  const issue = parsed.error.issues[0]!;
  throw new PerfscopeError('input-format', `not a result: ${issue.path.join('.')}: ${issue.message}`, { path }, ADVICE);
}

const ADVICE = 'Give what perfscope wrote with --format json=FILE.';
