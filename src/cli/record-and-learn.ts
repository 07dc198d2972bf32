/** `perfscope record --learn`: a recording with stacks, and the signatures learned from it. */
import { rm } from 'node:fs/promises';
import { PerfscopeError } from '../errors.js';
import { shellText } from '../record/commands.js';
import { type RecordLimits, type RecordOptions, planRecording, record } from '../record/record.js';
import { stackText } from '../record/stack-text.js';
import { EXIT } from './exit-codes.js';
import type { Io } from './io.js';
import { learnCommand } from './commands/learn.js';

export async function recordAndLearn(
  options: RecordOptions,
  limits: RecordLimits,
  printOnly: boolean,
  say: (line: string) => void,
  io: Io,
): Promise<number> {
  const { output } = options;
  if (output === undefined)
    throw new PerfscopeError(
      'usage',
      '--output is missing',
      {},
      'Name the signatures file: --learn -o app.signatures.json.',
    );
  const trace = `${output}.trace`;
  const stacks = { ...options, output: trace, stacks: true };
  const plan = await planRecording(stacks, !printOnly, io.signal);
  say(`recording with ${plan.choice.backend}, with stacks: ${plan.choice.why}`);
  if (plan.choice.warning !== '') say(plan.choice.warning);
  if (printOnly) {
    await io.stdout(`${shellText(plan.argv)}\n`);
    return EXIT.done;
  }
  const began = () => say(`recording${limits.seconds === undefined ? '; Ctrl-C ends it, then it learns' : ''}`);
  const done = await record(plan, stacks, { ...limits, began });
  // Learning is not what the first Ctrl-C was for.
  const learning = { ...io, signal: new AbortController().signal };
  const text = await stackText(plan.choice.backend, done.path);
  const code = await learnCommand.run({ profile: [text], output, format: ['table'] }, learning);
  // What was learned of is of no further use; where learning failed it stays, and the error names it.
  await Promise.all([done.path, text, done.about].filter((f) => f !== '').map((f) => rm(f, { force: true })));
  return code;
}
