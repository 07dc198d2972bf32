/** `perfscope merge`: the results of shards become one folder. */
import { BATCH_REPORTERS } from '../../batch/report.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { exitCodeOfSummary, failOnOption } from '../fail-on.js';
import { runOptions } from '../io.js';
import { formatOption } from '../options.js';
import { parseFormats, writeOutputs } from '../output.js';

export const mergeCommand: Command = {
  positionals: {
    folder: { describe: 'Results folders of perfscope batch', array: true, demandOption: true },
  },
  options: {
    output: {
      alias: 'o',
      type: 'string',
      demandOption: true,
      requiresArg: true,
      group: 'Merge',
      describe: 'Results folder to write; one of those given, or another',
    },
    'allow-failures': { type: 'boolean', default: false, group: 'Merge', describe: 'Exit 0 although incidents failed' },
    'fail-on': failOnOption('Merge', 'the verdict of any incident'),
    format: formatOption(BATCH_REPORTERS),
  },
  examples: [['perfscope merge results-1 results-2 results-3 -o results', 'after batch --shard 1/3, 2/3, 3/3']],

  async run(argv, io) {
    const outputs = parseFormats(argv.format as string[], BATCH_REPORTERS);
    const { mergeFolders } = await import('../../batch/merge.js');
    const summary = await mergeFolders(argv.folder as string[], argv.output as string, runOptions(argv, io));
    await writeOutputs(summary, outputs, io.terminal, io.stdout);
    if (summary.total.pending > 0) return EXIT.input;
    return exitCodeOfSummary(summary, argv);
  },
};
