/** Flags that `batch` and `worker` share: they must name the same queue. */
import type { Options } from 'yargs';
import type { QueueSettings } from '../batch/queue/settings.js';
import type { Argv } from './command.js';

export const QUEUE_GROUP = 'Queue';

export const QUEUE_OPTIONS: Readonly<Record<string, Options>> = {
  queue: {
    type: 'string',
    requiresArg: true,
    group: QUEUE_GROUP,
    describe: 'Redis with the queue: redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// with TLS',
  },
  'queue-name': {
    type: 'string',
    requiresArg: true,
    default: 'incidents',
    group: QUEUE_GROUP,
    describe: 'Of several queues in one Redis, this one',
  },
  'queue-prefix': {
    type: 'string',
    requiresArg: true,
    default: 'perfscope',
    group: QUEUE_GROUP,
    describe: 'What the keys in Redis begin with',
  },
};

export function queueSettings(argv: Argv): QueueSettings {
  return { url: argv.queue as string, name: argv.queueName as string, prefix: argv.queuePrefix as string };
}
