/** `perfscope compare`: what moved between two documents. */
import { type Comparison, compareEvaluations, compareResults } from '../../coordinator/compare.js';
import { PerfscopeError } from '../../errors.js';
import type { Evaluation } from '../../evaluate/evaluation.js';
import { textWithin } from '../../lib/read-within.js';
import { COMPARISON_REPORTERS } from '../../report/comparison.js';
import type { ResultDocument } from '../../result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatOption } from '../options.js';
import { parseFormats, writeOutputs } from '../output.js';

/** Documents have some 10 KB, evaluations some 100. */
const MOST_BYTES = 128 * 1024 * 1024;

export const compareCommand: Command = {
  positionals: {
    before: { describe: 'JSON of `analyze` or `evaluate`', demandOption: true },
    after: { describe: 'Another of the same kind', demandOption: true },
  },
  options: {
    'fail-on-change': {
      type: 'boolean',
      default: false,
      group: 'Comparison',
      describe: 'Exit 1 when anything but timings moved',
    },
    format: formatOption(COMPARISON_REPORTERS),
  },
  examples: [['perfscope compare monday.json tuesday.json', 'suspects that rose, fell, came and went']],

  async run(argv, io) {
    const outputs = parseFormats(argv.format as string[], COMPARISON_REPORTERS);
    const [before, after] = [await readDocument(argv.before as string), await readDocument(argv.after as string)];
    const comparison = compared(before, after, argv.after as string);
    await writeOutputs(comparison, outputs, io.terminal, io.stdout);
    return argv.failOnChange === true && comparison.changed ? EXIT.gate : EXIT.done;
  },
};

type Document = { kind: 'result'; value: ResultDocument } | { kind: 'evaluation'; value: Evaluation };

function compared(before: Document, after: Document, path: string): Comparison {
  if (before.kind === 'result' && after.kind === 'result') return compareResults(before.value, after.value);
  if (before.kind === 'evaluation' && after.kind === 'evaluation') return compareEvaluations(before.value, after.value);
  const message = `this is the document of an ${after.kind}, the other one of an ${before.kind}`;
  throw new PerfscopeError('usage', message, { path }, 'Compare two results, or two evaluations.');
}

async function readDocument(path: string): Promise<Document> {
  let value: unknown;
  try {
    value = JSON.parse(await textWithin(path, MOST_BYTES));
  } catch (error) {
    if (error instanceof PerfscopeError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) throw new PerfscopeError('input-missing', 'there is no such file', { path });
    throw new PerfscopeError('input-format', `not JSON: ${(error as Error).message}`, { path });
  }
  if (typeof value === 'object' && value !== null && 'methods' in value)
    return { kind: 'evaluation', value: value as Evaluation };
  const { resultSchema } = await import('../../report/schema.js');
  const parsed = resultSchema.safeParse(value);
  if (parsed.success) return { kind: 'result', value: parsed.data };
  const issue = parsed.error.issues[0]!;
  const advice = 'Give what perfscope wrote with --format json=FILE.';
  throw new PerfscopeError('input-format', `not a result: ${issue.path.join('.')}: ${issue.message}`, { path }, advice);
}
