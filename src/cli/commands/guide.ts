/** `perfscope guide`: recipes, offline. */
import { PerfscopeError } from '../../errors.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { topicList, topicText } from '../guide/text.js';
import { TOPICS } from '../guide/topics.js';
import { nearest } from '../near.js';

const NAMES = TOPICS.map((t) => t.name);

export const guideCommand: Command = {
  positionals: { topic: { describe: `One of: ${NAMES.join(', ')}; or all`, words: [...NAMES, 'all'] } },
  options: {},
  examples: [
    ['perfscope guide', 'the topics'],
    ['perfscope guide record', 'how to record an incident'],
  ],

  async run(argv, io) {
    const wanted = argv.topic as string | undefined;
    const { width } = io.terminal;
    if (wanted === undefined) await io.stdout(topicList());
    else if (wanted === 'all') await io.stdout(TOPICS.map((t) => topicText(t, width)).join('\n\n'));
    else {
      const topic = TOPICS.find((t) => t.name === wanted);
      if (topic === undefined) throw unknown(wanted);
      await io.stdout(topicText(topic, width));
    }
    return EXIT.done;
  },
};

function unknown(wanted: string): PerfscopeError {
  const near = nearest(wanted, NAMES);
  const advice = near === null ? 'perfscope guide lists the topics.' : `Did you mean ${near}?`;
  return new PerfscopeError('usage', `there is no topic ${wanted} in the guide`, {}, advice);
}
