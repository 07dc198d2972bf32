/** `perfscope analyze`: the suspects of one incident. */
import { DEFAULT_METHOD, METHODS } from '../../methods/registry.js';
import { RESULT_FILES, RESULT_REPORTERS } from '../../report/registry.js';
import type { Command } from '../command.js';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import { failOnOption, failsOn } from '../fail-on.js';
import { memoryOption, runOptions } from '../io.js';
import {
  MEMORY_OPTION,
  PARAMETER_OPTIONS,
  RUN_OPTIONS,
  TRACE_OPTIONS,
  formatOption,
  givenParameters,
} from '../options.js';
import { keepApart, neededSections, parseFormats, writeOutputs } from '../output.js';
import { traceInput } from '../trace-input.js';

const ANALYSIS = 'Analysis';
const FORMATS = [...RESULT_REPORTERS, ...RESULT_FILES];

export const analyzeCommand: Command = {
  positionals: {
    trace: {
      describe:
        'File (strace, perf.data, perf script, CSV; gz, zst, xz), - for stdin, a folder of strace -ff, or the files of it',
      array: true,
      demandOption: true,
    },
  },
  options: {
    signatures: {
      alias: 's',
      type: 'string',
      requiresArg: true,
      group: ANALYSIS,
      describe:
        "Signatures file that `perfscope learn` wrote; without: functions are named by the trace's own stacks, if it has any",
    },
    method: {
      alias: 'm',
      type: 'string',
      default: DEFAULT_METHOD,
      choices: METHODS.map((m) => m.name),
      group: ANALYSIS,
      describe: METHODS.map((m) => `${m.name}: ${m.what}`).join('; '),
    },
    from: {
      type: 'string',
      requiresArg: true,
      group: ANALYSIS,
      describe: "Begin of the window: 2026-11-23T12:03:41Z, 12:03:41 (UTC), +30s, -5m, seconds of the trace's clock",
    },
    to: { type: 'string', requiresArg: true, group: ANALYSIS, describe: 'End of the window, likewise' },
    window: {
      alias: 'w',
      type: 'string',
      requiresArg: true,
      group: ANALYSIS,
      describe: 'Length of the window before --to or the end, or after --from: 5m, 90s',
    },
    ended: {
      type: 'string',
      requiresArg: true,
      group: ANALYSIS,
      describe: 'When the recording was stopped, if after its last call, likewise: who computes without end makes none',
    },
    top: { type: 'number', default: 10, requiresArg: true, group: ANALYSIS, describe: 'Suspects reported at most' },
    binary: {
      type: 'string',
      requiresArg: true,
      group: ANALYSIS,
      describe: "The program's own ELF file, with symbols: lets functions be suspected that learning never saw",
    },
    'debug-files': {
      type: 'string',
      array: true,
      nargs: 1,
      group: ANALYSIS,
      describe: 'Folders with symbols of a stripped --binary (.build-id/xx/yyyy.debug), besides /usr/lib/debug',
    },
    'any-program': {
      type: 'boolean',
      default: false,
      group: ANALYSIS,
      describe: "Analyse although the trace's threads bear another program's name",
    },
    'fail-on': failOnOption(ANALYSIS, 'the verdict'),
    format: formatOption(FORMATS),
    ...TRACE_OPTIONS,
    ...RUN_OPTIONS,
    ...MEMORY_OPTION,
    ...PARAMETER_OPTIONS,
  },
  examples: [
    ['perfscope analyze incident.strace.gz -s redis.signatures.json', 'the whole trace'],
    ['perfscope analyze incident.strace', 'without signatures: what changed, when, and in which threads'],
    ['perfscope analyze incident.strace -s app.signatures.json --window 5m', 'its last five minutes'],
    ['perfscope analyze incident.strace -s app.signatures.json --ended 12:05', 'silent since its last call'],
    [
      'perfscope analyze - -s app.signatures.json -f table -f json=out.json < incident.strace',
      'from stdin, two reports',
    ],
  ],

  async run(argv, io) {
    const outputs = parseFormats(argv.format as string[], FORMATS);
    const others = [argv.signatures, argv.binary] as (string | undefined)[];
    await keepApart([...(argv.trace as string[]), ...others], outputs);
    io.progress({ stage: 'read', done: 0, total: null });
    const { analyzeIncident } = await import('../../coordinator/analyze.js');
    const document = await analyzeIncident(argv.trace as string[], {
      ...runOptions(argv, io),
      ...memoryOption(argv),
      ...traceInput(argv),
      signatures: argv.signatures as string | undefined,
      method: argv.method as string,
      from: argv.from as string | undefined,
      to: argv.to as string | undefined,
      window: argv.window as string | undefined,
      ended: argv.ended as string | undefined,
      top: argv.top as number,
      binary: argv.binary as string | undefined,
      debugFiles: argv['debug-files'] as string[] | undefined,
      anyProgram: argv.anyProgram as boolean,
      parameters: givenParameters(argv),
      sections: neededSections(outputs),
    });
    await writeOutputs(document, outputs, io.terminal, io.stdout);
    if (document.status !== 'partial') return failsOn(argv, document.verdict) ? EXIT.gate : EXIT.done;
    return io.signal.aborted ? exitCodeOf(io.signal.reason) : EXIT.input;
  },
};
