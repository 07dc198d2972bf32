/** `perfscope learn`: a signatures file from traces with stacks. */
import { sentence } from '../../report/messages.js';
import { LEARN_REPORTERS } from '../../report/learned.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { memoryOption, runOptions } from '../io.js';
import {
  MEMORY_OPTION,
  PARAMETER_OPTIONS,
  RUN_OPTIONS,
  TRACE_OPTIONS,
  formatOption,
  givenParameters,
} from '../options.js';
import { keepApart, parseFormats, writeOutputs } from '../output.js';
import { traceInput } from '../trace-input.js';

const LEARNING = 'Learning';
const list = { type: 'string', array: true, nargs: 1, group: LEARNING } as const;

export const learnCommand: Command = {
  positionals: {
    profile: {
      describe:
        'Traces with stacks of healthy runs: strace -f -ttt -T -yy -k, perf record -g (its perf.data), or --call-graph dwarf (text of perf script)',
      array: true,
      demandOption: true,
    },
  },
  options: {
    output: {
      alias: 'o',
      type: 'string',
      demandOption: true,
      requiresArg: true,
      group: LEARNING,
      describe: 'Signatures file to write; compressed when its name ends in .gz',
    },
    program: {
      type: 'string',
      requiresArg: true,
      group: LEARNING,
      describe: 'Program to learn; default: of those that last the one on most stacks',
    },
    include: { ...list, describe: "Functions or objects (*, ?) that are the program's own all the same" },
    exclude: { ...list, describe: 'Functions or objects (*, ?) to leave out' },
    binary: {
      type: 'string',
      requiresArg: true,
      group: LEARNING,
      describe: "The program's own ELF file: names and borders of its functions, and how many were seen",
    },
    'debug-files': {
      ...list,
      describe: 'Folders with symbols of stripped files (.build-id/xx/yyyy.debug), besides /usr/lib/debug',
    },
    format: formatOption(LEARN_REPORTERS),
    ...TRACE_OPTIONS,
    ...RUN_OPTIONS,
    ...MEMORY_OPTION,
    ...PARAMETER_OPTIONS,
  },
  examples: [
    ['perfscope learn profile-*.strace-k.gz -o redis.signatures.json', 'from all learning runs together'],
    ['perfscope learn perf.txt -o app.signatures.json.gz --exclude "libssl*"', 'without a bundled library'],
    ['perfscope learn profile-1 -o app.signatures.json --binary ./app -f json=coverage.json', 'what was never seen'],
  ],

  async run(argv, io) {
    const output = argv.output as string;
    const outputs = parseFormats(argv.format as string[], LEARN_REPORTERS);
    const read = [...(argv.profile as string[]), argv.binary as string | undefined];
    await keepApart(read, outputs, [output]);
    io.progress({ stage: 'read', done: 0, total: null });
    const { learn } = await import('../../coordinator/learn.js');
    const { writeSignatures } = await import('../../signatures/file.js');
    const { signatures, coverage, warnings } = await learn(argv.profile as string[], {
      ...runOptions(argv, io),
      ...memoryOption(argv),
      ...traceInput(argv),
      program: argv.program as string | undefined,
      include: argv.include as string[] | undefined,
      exclude: argv.exclude as string[] | undefined,
      binary: argv.binary as string | undefined,
      debugFiles: argv['debug-files'] as string[] | undefined,
      localFiles: true,
      parameters: givenParameters(argv),
    });
    for (const w of warnings)
      await io.log.write('warn', sentence(w, { clock: 'none', startedAt: 0 }), { code: w.code });
    await writeSignatures(signatures, output);
    const { tool, learned } = signatures;
    const binary = (argv.binary as string | undefined) ?? null;
    const document = { schemaVersion: 1, tool, path: output, learned, binary, coverage: coverage! } as const;
    await writeOutputs(document, outputs, io.terminal, io.stdout);
    return EXIT.done;
  },
};
