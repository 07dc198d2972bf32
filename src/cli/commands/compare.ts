/** `perfscope compare`: what moved between two documents. */
import { type Comparison, compareEvaluations, compareResults } from '../../coordinator/compare.js';
import { PerfscopeError } from '../../errors.js';
import { COMPARISON_REPORTERS } from '../../report/comparison.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatOption } from '../options.js';
import { parseFormats, writeOutputs } from '../output.js';
import { type Document, readDocument } from '../read-document.js';

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

function compared(before: Document, after: Document, path: string): Comparison {
  if (before.kind === 'result' && after.kind === 'result') return compareResults(before.value, after.value);
  if (before.kind === 'evaluation' && after.kind === 'evaluation') return compareEvaluations(before.value, after.value);
  const message = `this is the document of an ${after.kind}, the other one of an ${before.kind}`;
  throw new PerfscopeError('usage', message, { path }, 'Compare two results, or two evaluations.');
}
