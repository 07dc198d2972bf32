/** `perfscope doctor`: what this machine allows. */
import { DOCTOR_REPORTERS } from '../../report/doctor.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatOption } from '../options.js';
import { parseFormats, writeOutputs } from '../output.js';
import { TARGET_OPTIONS, targetOf } from '../target-options.js';

export const doctorCommand: Command = {
  positionals: {},
  options: {
    pid: { ...TARGET_OPTIONS.pid!, describe: 'Process: what can be known of its functions; repeatable' },
    signatures: {
      alias: 's',
      type: 'string',
      requiresArg: true,
      describe: 'Signatures: are they of the build that runs as --pid?',
    },
    format: formatOption(DOCTOR_REPORTERS),
  },
  examples: [
    ['perfscope doctor', 'what may record here, and what is in the way'],
    ['perfscope doctor -p 4711 -s app.signatures.json', 'symbols of a process, and whether signatures fit it'],
  ],

  async run(argv, io) {
    const outputs = parseFormats(argv.format as string[], DOCTOR_REPORTERS);
    const target = argv.pid === undefined ? null : targetOf(argv);
    const { examine } = await import('../../record/doctor/doctor.js');
    const path = argv.signatures as string | undefined;
    const signatures =
      path === undefined ? null : await (await import('../../signatures/file.js')).readSignatures(path);
    const document = await examine(target?.kind === 'pid' ? target.pids : [], signatures);
    await writeOutputs(document, outputs, io.terminal, io.stdout);
    return document.recorder === null ? EXIT.gate : EXIT.done;
  },
};
