/** Where results go: one report to stdout, any number to files. A file is whole or not there at all. */
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import type { FileReporter, RenderContext, Reporter } from '../report/reporter.js';
import type { Section } from '../result.js';
import { replaceFile } from '../lib/replace-file.js';
import { isSameFile, isSpecialFile } from '../lib/special-file.js';

/** What is said where a result cannot be written. */
export const CANNOT_WRITE = 'cannot write the result';

export type Output<Document> =
  TextOutput<Document> | { readonly reporter: FileReporter<Document>; readonly file: string };

interface TextOutput<Document> {
  readonly reporter: Reporter<Document>;
  /** Null: stdout. */
  readonly file: string | null;
}

/** Reads `--format` values: `table`, `json=out.json`, ... */
export function parseFormats<D>(
  given: readonly string[],
  reporters: readonly (Reporter<D> | FileReporter<D>)[],
): Output<D>[] {
  const outputs = given.map((text): Output<D> => {
    const at = text.indexOf('=');
    const id = at < 0 ? text : text.slice(0, at);
    const reporter = reporters.find((r) => r.id === id);
    if (reporter === undefined) {
      const known = reporters.map((r) => r.id).join(', ');
      throw new PerfscopeError('usage', `--format ${text}: no such format`, {}, `Formats are: ${known}.`);
    }
    if (at === text.length - 1) throw new PerfscopeError('usage', `--format ${text}: the file name is missing`);
    const file = at < 0 ? null : text.slice(at + 1);
    if ('render' in reporter) return { reporter, file };
    if (file !== null) return { reporter, file };
    const advice = `Write --format ${id}=FILE.${reporter.extension}: it is no text.`;
    throw new PerfscopeError('usage', `--format ${text}: it needs a file`, {}, advice);
  });
  if (outputs.filter((o) => o.file === null).length > 1) {
    const advice = 'Send all but one to files: --format table --format json=result.json.';
    throw new PerfscopeError('usage', '--format: two reports for stdout', {}, advice);
  }
  return outputs;
}

/**
 * Whether the files that are to be written are others than those that are read, and than each other: a trace that its own result is
 * written over is gone.
 *
 * @param also files that are written besides
 * @throws PerfscopeError 'usage'
 */
export async function keepApart(
  read: readonly (string | undefined)[],
  outputs: readonly { readonly file: string | null }[],
  also: readonly string[] = [],
): Promise<void> {
  const written = [...also, ...outputs.flatMap(({ file }) => file ?? [])];
  for (const [i, file] of written.entries()) {
    for (const input of read)
      if (input !== undefined && (await isSameFile(file, input)))
        throw new PerfscopeError('usage', 'it is read, and would be written over', { path: file }, 'Write elsewhere.');
    for (const other of written.slice(0, i))
      if (path.resolve(file) === path.resolve(other) && !(await isSpecialFile(file)))
        throw new PerfscopeError('usage', 'two results would go into one file', { path: file }, 'Give each its own.');
  }
}

/** Sections of the result that the reports asked for draw. */
export function neededSections<D>(outputs: readonly Output<D>[]): Section[] {
  return [...new Set(outputs.flatMap((o) => o.reporter.needs ?? []))];
}

export async function writeOutputs<D>(
  document: D,
  outputs: readonly Output<D>[],
  terminal: RenderContext,
  stdout: (text: string) => Promise<void>,
): Promise<void> {
  // Files first: whoever reads stdout may close it early.
  for (const output of outputs)
    if (output.file !== null) await replaceFile(output.file, await contentOf(output, document), CANNOT_WRITE);
  for (const { reporter, file } of outputs)
    if (file === null && 'render' in reporter) await stdout(reporter.render(document, terminal));
}

async function contentOf<D>({ reporter }: Output<D>, document: D): Promise<string | Uint8Array> {
  return 'render' in reporter ? reporter.render(document, { width: 120, color: false }) : reporter.bytes(document);
}
