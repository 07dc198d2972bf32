/** `perfscope batch`: many incidents, one results folder. */
import type { BatchProgress } from '../../batch/batch.js';
import { Eta } from '../../batch/eta.js';
import { parseShard } from '../../batch/incident-plan.js';
import { parseMemory } from '../../coordinator/memory.js';
import { BATCH_REPORTERS } from '../../batch/report.js';
import { DEFAULT_METHOD, METHODS } from '../../methods/registry.js';
import { parseDuration } from '../../coordinator/window.js';
import { defaultCacheFolder } from '../../evaluate/cache-folder.js';
import { duration, grouped } from '../../report/text.js';
import type { SubmitOptions } from '../../batch/queue/submit.js';
import { PerfscopeError } from '../../errors.js';
import type { Argv, Command } from '../command.js';
import { exitCodeOf } from '../exit-codes.js';
import { exitCodeOfSummary, failOnOption } from '../fail-on.js';
import { type Io, runOptions } from '../io.js';
import { PARAMETER_OPTIONS, RUN_OPTIONS, TRACE_OPTIONS, formatOption, givenParameters } from '../options.js';
import { parseFormats, writeOutputs } from '../output.js';
import { QUEUE_GROUP, QUEUE_OPTIONS, queueSettings } from '../queue-options.js';
import { traceInput } from '../trace-input.js';

const BATCH = 'Batch';
const ANALYSIS = 'Analysis';
const text = { type: 'string', requiresArg: true } as const;
const list = { type: 'string', array: true, nargs: 1 } as const;

export const batchCommand: Command = {
  positionals: {
    archive: { describe: 'Folders, globs, tar or zip files, traces, s3://BUCKET/PREFIX (docs/batch.md)', array: true },
  },
  options: {
    output: {
      ...text,
      alias: 'o',
      demandOption: true,
      group: BATCH,
      describe: 'Results folder; what it holds already and still holds true is not done again',
    },
    manifest: {
      ...list,
      group: BATCH,
      describe: 'List of incidents, CSV or JSON Lines: trace, signatures, window, ...',
    },
    shard: { ...text, group: BATCH, describe: 'Only this part of the incidents: 1/8 to 8/8; see perfscope merge' },
    'max-memory': { ...text, group: BATCH, describe: 'Memory for all together: 4G; default: 3/4 of what there is' },
    'incident-time': { ...text, default: '10m', group: BATCH, describe: 'Time limit of one incident' },
    'allow-failures': { type: 'boolean', default: false, group: BATCH, describe: 'Exit 0 although incidents failed' },
    'fail-on': failOnOption(BATCH, 'the verdict of any incident'),
    pages: {
      type: 'boolean',
      default: false,
      group: BATCH,
      describe: 'A page an incident, pages/ID.html, which index.html links to; results become larger',
    },
    'retry-failed': { type: 'boolean', default: false, group: BATCH, describe: 'Do again what failed in a run before' },
    ...QUEUE_OPTIONS,
    results: {
      ...text,
      group: QUEUE_GROUP,
      describe:
        'Where workers put results: a folder that all machines see, or s3://BUCKET/PREFIX; default: in the results folder',
    },
    'max-waiting': {
      type: 'number',
      default: 10_000,
      requiresArg: true,
      group: QUEUE_GROUP,
      describe: 'Incidents in the queue at most; more are sent as these get done',
    },
    signatures: {
      ...list,
      alias: 's',
      group: ANALYSIS,
      describe: 'Signatures files or folders of them, chosen by program and version; repeatable',
    },
    learn: { type: 'boolean', default: false, group: ANALYSIS, describe: 'Learn from profile-* beside an incident' },
    cache: {
      ...text,
      default: defaultCacheFolder(),
      group: ANALYSIS,
      describe: 'Folder that keeps learned signatures; --no-cache to learn anew',
    },
    method: {
      ...text,
      alias: 'm',
      default: DEFAULT_METHOD,
      choices: METHODS.map((m) => m.name),
      group: ANALYSIS,
      describe: METHODS.map((m) => `${m.name}: ${m.what}`).join('; '),
    },
    from: { ...text, group: ANALYSIS, describe: 'Begin of the window: +30s, -5m, 12:03:41 (UTC), ...' },
    to: { ...text, group: ANALYSIS, describe: 'End of the window, likewise' },
    window: { ...text, alias: 'w', group: ANALYSIS, describe: 'Length of the window before its end: 5m' },
    top: { type: 'number', default: 10, requiresArg: true, group: ANALYSIS, describe: 'Suspects an incident at most' },
    'any-program': { type: 'boolean', default: false, group: ANALYSIS, describe: "Whatever the threads' names" },
    format: formatOption(BATCH_REPORTERS),
    ...TRACE_OPTIONS,
    ...RUN_OPTIONS,
    ...PARAMETER_OPTIONS,
  },
  examples: [
    ['perfscope batch incidents/ -s signatures/ -o results', 'a folder of incidents; again to go on'],
    ['perfscope batch 2026.tar.gz -s app.signatures.json -o results --window 5m', 'the members of an archive'],
    ['perfscope batch incidents/ --learn -o results-$I --shard $I/8', 'one of eight machines'],
    ['perfscope batch /archive -s /sig -o /out --queue redis://queue:6379', 'done by perfscope worker, anywhere'],
  ],

  async run(argv, io) {
    const outputs = parseFormats(argv.format as string[], BATCH_REPORTERS);
    io.progress({ stage: 'batch', done: 0, total: null });
    const optional = (name: string) => argv[name] as string | undefined;
    const shard = optional('shard');
    const maxMemory = optional('maxMemory');
    const { batch } = await import('../../batch/batch.js');
    const summary = await batch((argv.archive ?? []) as string[], argv.output as string, {
      ...runOptions(argv, io),
      ...traceInput(argv),
      manifests: argv.manifest as string[] | undefined,
      signatures: argv.signatures as string[] | undefined,
      learn: argv.learn as boolean,
      method: argv.method as string,
      parameters: givenParameters(argv),
      top: argv.top as number,
      anyProgram: argv.anyProgram as boolean,
      pages: argv.pages as boolean,
      from: optional('from'),
      to: optional('to'),
      window: optional('window'),
      // yargs makes `--no-cache` a boolean.
      cache: typeof argv.cache === 'string' ? argv.cache : null,
      shard: shard === undefined ? undefined : parseShard(shard),
      maxMemory: maxMemory === undefined ? undefined : parseMemory(String(maxMemory)),
      incidentTime: parseDuration(argv.incidentTime as string, '--incident-time'),
      retryFailed: argv.retryFailed as boolean,
      queue: submitOptions(argv),
      onBatch: progressLine(io),
      onSkip: (path, reason) => void io.log.write('warn', `${path}: left out: ${reason}`),
    });
    await writeOutputs(summary, outputs, io.terminal, io.stdout);
    if (summary.total.pending > 0) return exitCodeOf(io.signal.reason);
    return exitCodeOfSummary(summary, argv);
  },
};

function submitOptions(argv: Argv): SubmitOptions | undefined {
  const { maxWaiting, results } = argv;
  if (argv.queue === undefined) {
    if (results === undefined) return undefined;
    throw new PerfscopeError(
      'usage',
      '--results is for --queue',
      {},
      'Results go to -o; with workers, through --results.',
    );
  }
  if (!Number.isInteger(maxWaiting) || (maxWaiting as number) < 1)
    throw new PerfscopeError('usage', `--max-waiting ${String(maxWaiting)}: not a number of incidents`);
  return { ...queueSettings(argv), place: results as string | undefined, maxWaiting: maxWaiting as number };
}

function progressLine(io: Io): (progress: BatchProgress) => void {
  const eta = new Eta();
  return ({ incidents, done, kept, failed, workDone, work }) => {
    const left = eta.update(performance.now() / 1000, workDone, work);
    const note = [
      `${grouped(kept + done)} of ${grouped(incidents)}`,
      ...(failed > 0 ? [`${grouped(failed)} failed`] : []),
      ...(left === null ? [] : [`${duration(Math.ceil(left))} left`]),
    ].join(', ');
    io.progress({ stage: 'batch', done: workDone, total: Math.max(1, work), note });
  };
}
