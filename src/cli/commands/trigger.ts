/** `perfscope trigger`: tells a running `perfscope watch` that now is the moment. */
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { WATCH_FOLDER_OPTIONS, watchFolder } from '../watch-folder.js';

export const triggerCommand: Command = {
  positionals: {},
  options: {
    reason: {
      alias: 'r',
      type: 'string',
      requiresArg: true,
      default: 'perfscope trigger',
      group: 'Trigger',
      describe: 'Why, in words: it stands above the result',
    },
    ...WATCH_FOLDER_OPTIONS,
  },
  examples: [
    ['perfscope trigger -o /var/lib/perfscope --reason "checkout is slow"', 'cut out and analyse the last minutes'],
  ],

  async run(argv, io) {
    const { pullTrigger } = await import('../../watch/face/ask.js');
    const { incident, joined } = await pullTrigger(watchFolder(argv).socket, argv['reason'] as string);
    await io.stdout(`${incident}\n`);
    if (joined) await io.log.write('info', 'it belongs to an incident that waits for its snapshot');
    return EXIT.done;
  },
};
