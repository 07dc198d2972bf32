/** `perfscope worker`: does what `perfscope batch --queue` asks for. */
import { parseMemory } from '../../coordinator/memory.js';
import type { WorkSummary } from '../../batch/queue/worker.js';
import { parseDuration } from '../../coordinator/window.js';
import { defaultCacheFolder } from '../../evaluate/cache-folder.js';
import { grouped, plural } from '../../report/text.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { runOptions } from '../io.js';
import { RUN_OPTIONS } from '../options.js';
import { QUEUE_OPTIONS, queueSettings } from '../queue-options.js';

const WORKER = 'Worker';
const text = { type: 'string', requiresArg: true, group: WORKER } as const;
const list = { type: 'string', array: true, nargs: 1, group: WORKER } as const;

export const workerCommand: Command = {
  positionals: {},
  options: {
    ...QUEUE_OPTIONS,
    queue: { ...QUEUE_OPTIONS['queue'], demandOption: true },
    'read-root': {
      ...list,
      describe: 'Read inputs below this folder, or s3://BUCKET/PREFIX, only; repeatable; default: the current folder',
    },
    'results-root': {
      ...list,
      describe: 'Put results below this folder, or s3://BUCKET/PREFIX, only; repeatable; default: the current folder',
    },
    'max-memory': { ...text, describe: 'Memory for all incidents together: 4G; default: 3/4 of what there is' },
    'idle-exit': { ...text, describe: 'End after this time without work; default: wait for ever' },
    'stalled-after': {
      ...text,
      default: '30s',
      describe: 'A worker that gives no sign of life for so long is dead, and others do its incidents',
    },
    cache: {
      ...text,
      default: defaultCacheFolder(),
      describe: 'Folder that keeps learned signatures; --no-cache to learn anew',
    },
    ...RUN_OPTIONS,
  },
  examples: [
    [
      'perfscope worker --queue redis://queue --read-root /archive --results-root /out',
      'reads and writes nowhere else',
    ],
    [
      'perfscope worker --queue redis://queue --jobs 8 --max-memory 16G',
      'below the current folder, on a larger machine',
    ],
    ['perfscope worker --queue redis://queue --idle-exit 1m', 'for a job of Slurm or Kubernetes'],
  ],

  async run(argv, io) {
    const optional = (name: string) => argv[name] as string | undefined;
    const [maxMemory, idleExit] = [optional('maxMemory'), optional('idleExit')];
    const { work } = await import('../../batch/queue/worker.js');
    const summary = await work({
      ...runOptions(argv, io),
      ...queueSettings(argv),
      readRoots: argv.readRoot as string[] | undefined,
      resultsRoots: argv.resultsRoot as string[] | undefined,
      maxMemory: maxMemory === undefined ? undefined : parseMemory(String(maxMemory)),
      idleExit: idleExit === undefined ? undefined : parseDuration(String(idleExit), '--idle-exit'),
      stalledAfter: parseDuration(String(argv.stalledAfter), '--stalled-after'),
      // yargs makes `--no-cache` a boolean.
      cache: typeof argv.cache === 'string' ? argv.cache : null,
      onWork: (s) => io.progress({ stage: 'work', done: s.analysed + s.failed, total: null, note: counted(s) }),
    });
    await io.stdout(`${plural(summary.analysed + summary.failed, 'incident')}: ${counted(summary)}\n`);
    // To be stopped is the normal end of a worker; that an incident failed is for whoever asked for it.
    return EXIT.done;
  },
};

function counted({ analysed, failed, underWay }: WorkSummary): string {
  const parts = [`${grouped(analysed)} analysed`, `${grouped(failed)} failed`];
  return [...parts, ...(underWay > 0 ? [`${grouped(underWay)} under way`] : [])].join(', ');
}
