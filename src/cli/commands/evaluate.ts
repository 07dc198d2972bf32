/** `perfscope evaluate`: accuracy over cases of known truth. */
import { crossedGates, parseGate } from '../../evaluate/gates.js';
import { defaultCacheFolder } from '../../evaluate/cache-folder.js';
import { EVALUATION_METHODS } from '../../evaluate/methods.js';
import { EVALUATION_REPORTERS, TABLE_DETAILS, type TableDetail, evaluationReporters } from '../../report/evaluation.js';
import { PerfscopeError } from '../../errors.js';
import type { Command } from '../command.js';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import { runOptions } from '../io.js';
import { PARAMETER_OPTIONS, RUN_OPTIONS, formatOption, givenParameters } from '../options.js';
import { parseFormats, writeOutputs } from '../output.js';

const EVALUATION = 'Evaluation';

export const evaluateCommand: Command = {
  positionals: {
    bugset: { describe: 'Folder of cases, or a case (docs/evaluation.md)', array: true, demandOption: true },
  },
  options: {
    method: {
      alias: 'm',
      type: 'string',
      array: true,
      nargs: 1,
      default: ['fused'],
      group: EVALUATION,
      describe: `Methods to compare, repeatable or a,b,c. ${EVALUATION_METHODS.map((m) => `${m.name}: ${m.what}`).join('; ')}`,
    },
    case: {
      type: 'string',
      array: true,
      nargs: 1,
      group: EVALUATION,
      describe: 'Only the cases with these ids, repeatable or a,b,c',
    },
    prefixes: {
      type: 'boolean',
      default: true,
      group: EVALUATION,
      describe: 'Run each trace up to its trigger as a healthy control',
    },
    by: {
      type: 'string',
      array: true,
      nargs: 1,
      group: EVALUATION,
      describe: `The table also tells these, repeatable or a,b,c: ${TABLE_DETAILS.join(', ')}; other formats tell all`,
    },
    gate: {
      type: 'string',
      array: true,
      nargs: 1,
      group: EVALUATION,
      describe: 'Exit 1 unless this holds of every method: "related.top5>=14", "healthyPrefixes.falseAlarms<=2"',
    },
    cache: {
      type: 'string',
      requiresArg: true,
      default: defaultCacheFolder(),
      group: EVALUATION,
      describe: 'Folder that keeps learned signatures; --no-cache to learn anew',
    },
    format: formatOption(EVALUATION_REPORTERS),
    ...RUN_OPTIONS,
    ...PARAMETER_OPTIONS,
  },
  examples: [
    ['perfscope evaluate datasets/bugs', 'accuracy on the shipped cases'],
    ['perfscope evaluate datasets/bugs --method perfscope,fused -f markdown', 'two methods side by side'],
    ['perfscope evaluate datasets/bugs --by server,confidence', 'where it is right, and whether it knows'],
    ['perfscope evaluate my-cases --gate "related.top5>=8" -f junit=report.xml', 'for a nightly job'],
  ],

  async run(argv, io) {
    const outputs = parseFormats(argv.format as string[], evaluationReporters(list(argv.by).map(tableDetail)));
    const gates = list(argv.gate).map(parseGate);
    io.progress({ stage: 'evaluate', done: 0, total: null });
    const { evaluate } = await import('../../evaluate/evaluate.js');
    const document = await evaluate(argv.bugset as string[], {
      ...runOptions(argv, io),
      methods: list(argv.method),
      cases: argv.case === undefined ? undefined : list(argv.case),
      parameters: givenParameters(argv),
      // yargs makes `--no-cache` a boolean.
      cache: typeof argv.cache === 'string' ? argv.cache : null,
      healthyPrefixes: argv.prefixes as boolean,
    });
    await writeOutputs(document, outputs, io.terminal, io.stdout);
    if (document.status === 'partial') return exitCodeOf(io.signal.reason);
    const crossed = crossedGates(document, gates);
    for (const text of crossed) await io.log.write('error', `gate crossed: ${text}`);
    if (crossed.length > 0) return EXIT.gate;
    return Object.values(document.methods).some((m) => m.total.failed > 0) ? EXIT.input : EXIT.done;
  },
};

function tableDetail(name: string): TableDetail {
  const detail = TABLE_DETAILS.find((d) => d === name);
  if (detail !== undefined) return detail;
  throw new PerfscopeError(
    'usage',
    `--by ${name}: there is no such table`,
    {},
    `Tables are: ${TABLE_DETAILS.join(', ')}.`,
  );
}

function list(values: unknown): string[] {
  return ((values ?? []) as string[]).flatMap((v) => v.split(',')).filter((v) => v !== '');
}
