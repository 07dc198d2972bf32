/** `perfscope regress`: the nightly job. Accuracy and costs of bug sets against a committed baseline. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Options } from 'yargs';
import { parseDuration } from '../../coordinator/window.js';
import { PerfscopeError } from '../../errors.js';
import { findCases } from '../../evaluate/case.js';
import { parseGate } from '../../evaluate/gates.js';
import { EVALUATION_METHODS } from '../../evaluate/methods.js';
import { textWithin } from '../../lib/read-within.js';
import { replaceFile } from '../../lib/replace-file.js';
import { type Baseline, baselineDiff, baselineText, parseBaseline } from '../../regress/baseline.js';
import { type GateLimits, type GateName, type GateSpec, REGRESS_GATES } from '../../regress/gates.js';
import type { Regression } from '../../regress/regression.js';
import { REGRESSION_REPORTERS, historyReporter } from '../../report/regression.js';
import { plural } from '../../report/text.js';
import type { Argv, Command } from '../command.js';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import { type Io, runOptions } from '../io.js';
import { PARAMETER_OPTIONS, RUN_OPTIONS, camel, formatOption, givenParameters, kebab } from '../options.js';
import { CANNOT_WRITE, type Output, parseFormats, writeOutputs } from '../output.js';

/** A baseline has some 100 KB. */
const MOST_BYTES = 128 * 1024 * 1024;

const NIGHT = 'Regression';
const GATES = 'Gates (exit code 1 when one is crossed; also as maxWorseRanks, ... in the config file)';

/** `--max-worse-ranks` for the gate `worseRanks`, and so on. */
const limitOption = (gate: string) => `max-${kebab(gate)}`;

const GATE_OPTIONS: Readonly<Record<string, Options>> = Object.fromEntries(
  Object.entries(REGRESS_GATES).map(([name, spec]: [string, GateSpec]) => [
    limitOption(name),
    { type: 'number', requiresArg: true, group: GATES, default: spec.default, describe: `${spec.what} [${spec.unit}]` },
  ]),
);

export const regressCommand: Command = {
  positionals: {
    bugset: { describe: 'Folder of cases, or a case (docs/evaluation.md)', array: true, demandOption: true },
  },
  options: {
    baseline: {
      type: 'string',
      requiresArg: true,
      group: NIGHT,
      describe: 'What to compare with; default: baseline.json in the first BUGSET',
    },
    'update-baseline': {
      type: 'boolean',
      default: false,
      group: NIGHT,
      describe: 'Write what this run scored and cost as the new baseline, and print what changes in it',
    },
    history: {
      type: 'string',
      requiresArg: true,
      group: NIGHT,
      describe: 'Append a line about this run to this file (JSON Lines)',
    },
    label: {
      type: 'string',
      requiresArg: true,
      group: NIGHT,
      describe: 'Name of this run in reports: a commit, a build',
    },
    attempts: {
      type: 'number',
      requiresArg: true,
      default: 3,
      group: NIGHT,
      describe: 'Measure a case that seems to cost more up to so many times, and take the least',
    },
    'case-time-limit': {
      type: 'string',
      requiresArg: true,
      default: '10m',
      group: NIGHT,
      describe: 'A case that takes longer has failed',
    },
    method: {
      alias: 'm',
      type: 'string',
      array: true,
      nargs: 1,
      default: ['fused'],
      group: NIGHT,
      describe: `Methods, repeatable or a,b,c: ${EVALUATION_METHODS.map((m) => m.name).join(', ')}`,
    },
    case: {
      type: 'string',
      array: true,
      nargs: 1,
      group: NIGHT,
      describe: 'Only the cases with these ids, repeatable or a,b,c',
    },
    gate: {
      type: 'string',
      array: true,
      nargs: 1,
      group: GATES,
      describe: 'A condition on totals besides, as that of evaluate: "related.top5>=14"',
    },
    ...GATE_OPTIONS,
    format: formatOption(REGRESSION_REPORTERS),
    ...RUN_OPTIONS,
    ...PARAMETER_OPTIONS,
  },
  examples: [
    ['perfscope regress datasets/bugs', 'compare with datasets/bugs/baseline.json'],
    ['perfscope regress datasets/bugs -f junit=report.xml -f prometheus=perfscope.prom', 'for a nightly job'],
    ['perfscope regress datasets/bugs --update-baseline', 'agree to what changed; then git diff and commit'],
  ],

  async run(argv, io) {
    const asked = parseFormats(argv.format as string[], REGRESSION_REPORTERS);
    const gates = list(argv.gate).map(parseGate);
    const folders = argv.bugset as string[];
    const file = (argv.baseline as string | undefined) ?? (await usualBaseline(folders[0]!));
    const update = argv.updateBaseline === true;
    const baseline = await readBaseline(file, update);
    const cases = argv.case === undefined ? undefined : list(argv.case);
    io.progress({ stage: 'evaluate', done: 0, total: null });
    const { regress } = await import('../../regress/regress.js');
    const { document, newBaseline } = await regress(folders, {
      ...runOptions(argv, io),
      baseline,
      gates,
      limits: limits(argv),
      methods: list(argv.method),
      cases,
      some: cases !== undefined || (await anyIsCase(folders)),
      attempts: attempts(argv),
      always: update,
      caseTimeLimit: parseDuration(argv.caseTimeLimit as string, '--case-time-limit'),
      parameters: givenParameters(argv),
      label: argv.label as string | undefined,
    });
    if (typeof argv.history === 'string') {
      const { appendHistory, historyEntry } = await import('../../regress/history.js');
      await appendHistory(argv.history, historyEntry(document));
    }
    const outputs = await withHistory(asked, argv.history as string | undefined, io);
    if (update && document.status === 'ok') {
      await replaceFile(file, baselineText(newBaseline), CANNOT_WRITE);
      // The reports that were asked for go to files; stdout is for the review.
      await writeOutputs(
        document,
        outputs.filter((o) => o.file !== null),
        io.terminal,
        io.stdout,
      );
      await io.stdout(baselineDiff(baseline, newBaseline) || 'Nothing changes in the baseline.\n');
    } else {
      await writeOutputs(document, outputs, io.terminal, io.stdout);
    }
    if (document.status === 'partial') return exitCodeOf(io.signal.reason);
    if (update)
      return Object.values(document.evaluation.methods).some((m) => m.total.failed > 0) ? EXIT.input : EXIT.done;
    for (const g of document.gates.filter((x) => x.crossed))
      for (const reason of g.reasons) await io.log.write('error', `gate crossed: ${g.condition}: ${reason}`);
    return document.passed ? EXIT.done : EXIT.gate;
  },
};

function limits(argv: Argv): Partial<GateLimits> {
  const given: Partial<Record<GateName, number>> = {};
  for (const name of Object.keys(REGRESS_GATES) as GateName[]) {
    const value = argv[camel(limitOption(name))];
    if (typeof value !== 'number') continue;
    if (!(value >= 0))
      throw new PerfscopeError(
        'usage',
        `--${limitOption(name)} ${value}: not a limit`,
        {},
        'Write a number, 0 or more.',
      );
    given[name] = value;
  }
  return given;
}

function attempts(argv: Argv): number {
  const n = argv.attempts as number;
  if (Number.isInteger(n) && n >= 1 && n <= 100) return n;
  throw new PerfscopeError('usage', `--attempts ${n}: not a number of attempts`, {}, 'Write 1 to 100.');
}

/** baseline.json in the bug set; of a case, in the set that it lies in. */
async function usualBaseline(bugset: string): Promise<string> {
  await findCases([bugset]);
  const folder = (await isCase(bugset)) ? path.dirname(path.resolve(bugset)) : bugset;
  return path.join(folder, 'baseline.json');
}

async function readBaseline(file: string, update: boolean): Promise<Baseline | null> {
  let text: string;
  try {
    text = await textWithin(file, MOST_BYTES);
  } catch (error) {
    if (error instanceof PerfscopeError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing && update) return null;
    const message = missing ? 'there is no baseline' : `the baseline cannot be read: ${(error as Error).message}`;
    throw new PerfscopeError('input-missing', message, { path: file }, '--update-baseline writes one.');
  }
  return parseBaseline(text, file);
}

async function anyIsCase(folders: readonly string[]): Promise<boolean> {
  return (await Promise.all(folders.map(isCase))).includes(true);
}

async function isCase(folder: string): Promise<boolean> {
  const found = await stat(path.join(folder, 'case.json')).catch(() => null);
  return found !== null;
}

function list(values: unknown): string[] {
  return ((values ?? []) as string[]).flatMap((v) => v.split(',')).filter((v) => v !== '');
}

/** The page shows all nights that the history holds; without one, this night alone. */
async function withHistory(
  outputs: readonly Output<Regression>[],
  file: string | undefined,
  io: Io,
): Promise<readonly Output<Regression>[]> {
  if (file === undefined || outputs.every((o) => o.reporter.id !== 'html')) return outputs;
  const { readHistory } = await import('../../regress/history.js');
  const { entries, damaged } = await readHistory(file);
  if (damaged > 0)
    await io.log.write(
      'warn',
      `${file}: ${plural(damaged, 'line')} left out: not as perfscope regress --history writes`,
    );
  const page = historyReporter(entries);
  return outputs.map((o) => (o.reporter.id === page.id ? { ...o, reporter: page } : o));
}
