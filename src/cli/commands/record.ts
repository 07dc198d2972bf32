/** `perfscope record`: a recording with the cheapest tracer that works here. */
import { BACKENDS, type Backend } from '../../record/backends.js';
import type { RecordOptions } from '../../record/record.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { visible } from '../../lib/visible.js';
import { TARGET_OPTIONS, bytesOption, secondsOption, targetOf } from '../target-options.js';

const RECORDING = 'Recording';

export const recordCommand: Command = {
  positionals: {
    command: { describe: 'Behind --: program to start and record, with its arguments', array: true },
  },
  options: {
    ...TARGET_OPTIONS,
    output: {
      alias: 'o',
      type: 'string',
      requiresArg: true,
      group: RECORDING,
      describe: 'File to write; default: one named after the time',
    },
    duration: { type: 'string', requiresArg: true, group: RECORDING, describe: 'End after this time (30s, 5m)' },
    'max-size': { type: 'string', requiresArg: true, group: RECORDING, describe: 'End at this size (200M, 2G)' },
    backend: {
      type: 'string',
      choices: BACKENDS,
      group: RECORDING,
      describe: 'Tracer; default: the cheapest that works here',
    },
    switches: {
      type: 'boolean',
      default: false,
      group: RECORDING,
      describe: 'ftrace, perf: record context switches too (who waited for a processor), at more cost',
    },
    'print-command': {
      type: 'boolean',
      default: false,
      group: RECORDING,
      describe: 'Print the exact command, and run nothing',
    },
    learn: {
      type: 'boolean',
      default: false,
      group: RECORDING,
      describe: 'Record with stacks and learn signatures in one go: --output names the signatures file',
    },
  },
  examples: [
    ['perfscope record -p 4711 -o incident.perf.data --duration 5m', 'five minutes of a process and its children'],
    ['perfscope record --comm nginx', 'all processes of that name, until Ctrl-C'],
    ['perfscope record --learn -o app.signatures.json -- ./app --port 8080', 'learn from a run of its own'],
  ],

  async run(argv, io) {
    const target = targetOf(argv);
    const options: RecordOptions = {
      target,
      output: argv.output as string | undefined,
      backend: argv.backend as Backend | undefined,
      switches: argv.switches as boolean,
    };
    const limits = {
      seconds: secondsOption(argv.duration, '--duration'),
      maxBytes: bytesOption(argv.maxSize, '--max-size'),
      signal: io.signal,
      stderr: (line: string) => void process.stderr.write(`${line}\n`),
    };
    // Whoever records waits for a sign that it has begun; it goes where log lines go, for stdout may be the program's.
    const say = (line: string) => {
      if (argv.quiet !== true) process.stderr.write(`perfscope: ${visible(line)}\n`);
    };
    if (argv.learn === true) {
      const { recordAndLearn } = await import('../record-and-learn.js');
      return await recordAndLearn(options, limits, argv.printCommand === true, say, io);
    }
    const { planRecording, record } = await import('../../record/record.js');
    const plan = await planRecording(options, argv.printCommand !== true, io.signal);
    const { shellText } = await import('../../record/commands.js');
    say(`recording with ${plan.choice.backend}: ${plan.choice.why}`);
    if (plan.choice.warning !== '') say(plan.choice.warning);
    if (argv.printCommand === true) {
      await io.stdout(`${shellText(plan.argv)}\n`);
      return EXIT.done;
    }
    const ends = limits.seconds === undefined && target.kind !== 'command' ? '; Ctrl-C ends it' : '';
    const began = () =>
      say(`recording ${plan.pids.length === 0 ? '' : `process ${plan.pids.join(', ')} `}to ${plan.output}${ends}`);
    const done = await record(plan, options, { ...limits, began });
    if (done.refused > 0) say(`${done.refused} of the processes may not be traced by this user, and are not in it`);
    const { bytes, duration } = await import('../../report/text.js');
    say(`recorded ${duration(done.seconds)}, ${bytes(done.bytes)}: perfscope analyze ${shellText([done.path])}`);
    return EXIT.done;
  },
};
