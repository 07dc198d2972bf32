/** Where results go: one report to stdout, any number to files. A file is whole or not there at all. */
import { open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import type { FileReporter, RenderContext, Reporter } from '../report/reporter.js';
import type { Section } from '../result.js';
import { isSpecialFile } from '../lib/special-file.js';
import { writeError } from '../lib/write-fault.js';

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
    if (output.file !== null) await writeFileAtomic(output.file, await contentOf(output, document));
  for (const { reporter, file } of outputs)
    if (file === null && 'render' in reporter) await stdout(reporter.render(document, terminal));
}

async function contentOf<D>({ reporter }: Output<D>, document: D): Promise<string | Uint8Array> {
  return 'render' in reporter ? reporter.render(document, { width: 120, color: false }) : reporter.bytes(document);
}

const WHAT = 'cannot write the result';

/** Writes beside the target and renames over it; what is no file (/dev/null, a pipe) is written to as it is. */
export async function writeFileAtomic(file: string, content: string | Uint8Array): Promise<void> {
  if (await isSpecialFile(file))
    return writeFile(file, content).catch((error: unknown) => {
      throw writeError(error, WHAT, file);
    });
  // Not of node:crypto, which takes 10 ms to load: a name that is taken is refused below.
  const random = Math.random().toString(36).slice(2, 10);
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${random}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(error, WHAT, file);
  }
}
