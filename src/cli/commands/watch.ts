/** `perfscope watch`: the flight recorder as a service. */
import path from 'node:path';
import { parseDuration } from '../../coordinator/window.js';
import { PerfscopeError } from '../../errors.js';
import { textWithin } from '../../lib/read-within.js';
import { BACKENDS } from '../../record/backends.js';
import { sentence } from '../../report/messages.js';
import { plural } from '../../report/text.js';
import type { Delivery } from '../../watch/deliveries/delivery.js';
import type { Say } from '../../watch/say.js';
import { FIGURES, type Figure } from '../../watch/triggers/figures.js';
import { byHand, type Trigger } from '../../watch/triggers/trigger.js';
import type { Argv, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { type Io, memoryOption, runOptions } from '../io.js';
import { RUN_OPTIONS } from '../options.js';
import { TARGET_OPTIONS, bytesOption, targetOf } from '../target-options.js';
import { WATCH_FOLDER_OPTIONS, watchFolder } from '../watch-folder.js';

const [RECORDING, FOLDER, TRIGGERS, DELIVERIES, HTTP, ANALYSIS] = [
  'Recording',
  'Folder',
  'Triggers',
  'Deliveries (besides a line of JSON on stdout)',
  'HTTP',
  'Analysis',
];
const text = (group: string) => ({ type: 'string', requiresArg: true, group }) as const;
const list = (group: string) => ({ type: 'string', array: true, nargs: 1, group }) as const;

export const watchCommand: Command = {
  positionals: { command: { describe: 'Behind --: a command to start and to record', array: true } },
  options: {
    ...TARGET_OPTIONS,
    window: {
      ...text(RECORDING),
      alias: 'w',
      default: '5m',
      describe: 'Time before a snapshot that is kept and analysed',
    },
    'max-ring': { ...text(RECORDING), default: '2G', describe: 'Bytes that the ring may take at most' },
    backend: {
      ...text(RECORDING),
      choices: BACKENDS,
      describe: 'Tracer; default: the cheapest that works here',
    },
    ...WATCH_FOLDER_OPTIONS,
    quota: {
      ...text(FOLDER),
      default: '10G',
      describe: 'Bytes of all incidents: beyond it the oldest traces go first',
    },
    after: { ...text(TRIGGERS), default: '5s', describe: 'Time between a trigger and the snapshot' },
    'min-interval': { ...text(TRIGGERS), default: '1m', describe: 'Time between two snapshots at least' },
    'max-waiting': {
      type: 'number',
      requiresArg: true,
      default: 16,
      group: TRIGGERS,
      describe: 'Snapshots that may wait for their analysis; what comes then is refused',
    },
    'trigger-file': {
      ...text(TRIGGERS),
      describe: 'A file whose appearance pulls the trigger; its content is the reason',
    },
    detect: {
      ...list(TRIGGERS),
      choices: Object.keys(FIGURES),
      describe: `Pull the trigger when this differs from its last hours; repeatable. ${Object.entries(FIGURES)
        .map(([name, { what }]) => `${name}: ${what}`)
        .join('; ')}`,
    },
    'detect-every': { ...text(TRIGGERS), default: '10s', describe: 'Time between two looks of --detect' },
    webhook: { ...list(DELIVERIES), describe: 'Post each incident as JSON to this address; repeatable' },
    slack: { ...list(DELIVERIES), describe: 'The same as Slack and its like want it; repeatable' },
    exec: {
      ...list(DELIVERIES),
      describe: 'Run this program for each incident, or JSON ["PROGRAM", "ARGUMENT", ...]; repeatable',
    },
    listen: { ...text(HTTP), describe: 'Serve /healthz, /metrics, /incidents and POST /alerts on HOST:PORT' },
    'token-file': {
      ...text(HTTP),
      describe: 'File with the token that POST /alerts needs; default: the variable PERFSCOPE_TOKEN',
    },
    'public-url': { ...text(HTTP), describe: 'Address of this server from outside, for links in messages' },
    signatures: { ...text(ANALYSIS), alias: 's', describe: 'Signatures file of the program: functions get names' },
    binary: { ...text(ANALYSIS), describe: "The program's own ELF file, as for analyze" },
    'debug-files': { ...list(ANALYSIS), describe: 'Folders with symbols of a stripped --binary' },
    'any-program': { type: 'boolean', default: false, group: ANALYSIS, describe: 'As for analyze' },
    nice: {
      type: 'number',
      requiresArg: true,
      group: ANALYSIS,
      describe: 'Niceness of an analysis, how much it yields: 0 to 19. Default: 5 for 15 s, then that of watch',
    },
    'analysis-limit': {
      ...text(ANALYSIS),
      default: '10m',
      describe: 'An analysis that takes longer ends with what it has',
    },
    ...RUN_OPTIONS,
    'max-memory': { ...text(ANALYSIS), describe: 'Memory that an analysis may take (4G), or fail; default: no limit' },
    jobs: { ...RUN_OPTIONS['jobs'], default: 1, describe: 'Threads of an analysis' },
  },
  examples: [
    [
      'perfscope watch --comm redis-server -s redis.signatures.json --slack https://hooks.example/x',
      'perfscope trigger pulls it',
    ],
    ['perfscope watch --comm nginx --listen 127.0.0.1:9464 -o /var/lib/perfscope', "for Alertmanager's webhook"],
    ['perfscope watch -p 4711 --detect cpu --detect reads', 'without any monitoring'],
  ],

  async run(argv, io) {
    const target = targetOf(argv);
    // Checks --jobs, which goes on to analyses.
    runOptions(argv, io);
    const detect = (argv['detect'] as Figure[] | undefined) ?? [];
    if (detect.length > 0 && target.kind === 'command')
      throw new PerfscopeError(
        'usage',
        '--detect needs -p, --comm or --cgroup',
        {},
        'Start the command, then watch it.',
      );
    const seconds = (name: string) => parseDuration(argv[name] as string, `--${name}`);
    const optional = (name: string) => argv[name] as string | undefined;
    // From here on it pulls the trigger; before, it would start Node's debugger.
    const signals = new Signals();
    try {
      const [{ runWatch }, { startRing }, { parseAddress }] = await Promise.all([
        import('../../watch/service.js'),
        import('../../record/recorder.js'),
        import('../../watch/face/address.js'),
      ]);
      const listen = optional('listen');
      const triggerFile = optional('trigger-file');
      const reason = await runWatch({
        target,
        ...watchFolder(argv),
        window: seconds('window'),
        maxRing: size(argv, 'max-ring'),
        backend: optional('backend'),
        rules: {
          after: 1000 * afterSeconds(argv),
          interval: 1000 * seconds('min-interval'),
          waiting: argv['max-waiting'] as number,
        },
        quota: size(argv, 'quota'),
        analysis: {
          ...niceness(argv),
          limit: 1000 * seconds('analysis-limit'),
          more: await analysisArguments(argv, io),
        },
        deliveries: await deliveries(argv, io),
        listen: listen === undefined ? null : parseAddress(listen),
        token: await token(argv),
        publicUrl: optional('public-url') ?? null,
        triggerFile: triggerFile === undefined ? null : path.resolve(triggerFile),
        detect,
        detectEvery: 1000 * seconds('detect-every'),
        say: sayTo(io),
        signal: io.signal,
        start: startRing,
        onReady: ({ pull }) => signals.to(pull),
      });
      if (!io.signal.aborted) await io.log.write('info', `nothing left to record: ${reason}`);
      // To be stopped is the normal end of a service.
      return EXIT.done;
    } finally {
      signals.release();
    }
  },
};

/** The sentence has all that is to be said; programs get its parts, too. */
function sayTo({ log }: Io): Say {
  return (level, message) => {
    const fields = log.format === 'json' ? { code: message.code, ...message.args } : {};
    void log.write(level, sentence(message, { clock: 'none', startedAt: 0 }), fields);
  };
}

/** SIGUSR1, from the beginning on: what comes before `watch` is ready is kept until it is. */
class Signals {
  private early = 0;
  private pull: ((trigger: Trigger) => void) | null = null;
  private readonly heard = () => {
    if (this.pull === null) this.early = 1;
    else this.pull(byHand('signal', 'SIGUSR1'));
  };

  constructor() {
    process.on('SIGUSR1', this.heard);
  }

  to(pull: (trigger: Trigger) => void): void {
    this.pull = pull;
    if (this.early > 0) this.heard();
  }

  release(): void {
    process.off('SIGUSR1', this.heard);
  }
}

/** `--after 0` is a length of time here. */
function afterSeconds(argv: Argv): number {
  const given = String(argv['after']);
  return /^0+(ms|s|m)?$/.test(given) ? 0 : parseDuration(given, '--after');
}

function size(argv: Argv, option: string): number {
  const given = String(argv[option]);
  const bytes = bytesOption(given, `--${option}`)!;
  if (bytes >= 1024 * 1024) return bytes;
  throw new PerfscopeError('usage', `--${option} ${given}: less than 1M`, {}, 'Write 500M or 4G.');
}

/** A machine with nothing left for those who yield has an answer within the minute all the same, unless somebody says how much to yield. */
function niceness(argv: Argv): { nice: number; hurryAfter: number | null } {
  const given = argv['nice'] as number | undefined;
  if (given === undefined) return { nice: 5, hurryAfter: 15_000 };
  if (Number.isInteger(given) && given >= 0 && given <= 19) return { nice: given, hurryAfter: null };
  throw new PerfscopeError('usage', `--nice ${given}: not from 0 to 19`, {}, '19 yields most.');
}

/** What goes on to `perfscope analyze`; a file that it could not read is told now, and not when it matters. */
async function analysisArguments(argv: Argv, io: Io): Promise<string[]> {
  const files = (name: string) => [argv[name] ?? []].flat().map((file) => path.resolve(file as string));
  const [signatures] = files('signatures');
  const { maxMemory: memory } = memoryOption(argv);
  if (signatures !== undefined) {
    const { readSignatures } = await import('../../signatures/file.js');
    const { program, functions } = await readSignatures(signatures);
    await io.log.write('info', `signatures of ${program}: ${plural(functions.length, 'function')}`);
  }
  return [
    ...['signatures', 'binary', 'debug-files'].flatMap((name) => files(name).flatMap((file) => [`--${name}`, file])),
    ...(argv['any-program'] === true ? ['--any-program'] : []),
    ...['--jobs', String(argv['jobs'])],
    ...(memory === undefined ? [] : ['--max-memory', String(memory)]),
    ...(typeof argv['config'] === 'string' ? ['--config', path.resolve(argv['config'])] : []),
  ];
}

async function deliveries(argv: Argv, io: Io): Promise<Delivery[]> {
  const [{ webhook }, { command }] = await Promise.all([
    import('../../watch/deliveries/webhook.js'),
    import('../../watch/deliveries/command.js'),
  ]);
  const given = (name: string) => (argv[name] as string[] | undefined) ?? [];
  return [
    { name: 'stdout', send: (message) => io.stdout(`${JSON.stringify(message)}\n`) },
    ...given('webhook').map((address) => webhook('json', address, '--webhook')),
    ...given('slack').map((address) => webhook('slack', address, '--slack')),
    ...given('exec').map((what) => command(what, '--exec')),
  ];
}

/** Never from the command line, which everyone on the machine may read. */
async function token(argv: Argv): Promise<string | null> {
  const file = argv['token-file'] as string | undefined;
  const given = file === undefined ? (process.env['PERFSCOPE_TOKEN'] ?? '') : await textWithin(file, 4096);
  const found = given.trim();
  if (found === '' && file === undefined) return null;
  if (found.length >= 16 && !/\s/.test(found)) return found;
  const where = file ?? 'PERFSCOPE_TOKEN';
  throw new PerfscopeError('usage', `${where} holds no token`, {}, 'Write 16 characters or more, without blanks.');
}
