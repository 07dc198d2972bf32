/** `--fail-on VERDICT`: what was found as an exit code, for scripts. */
import type { Options } from 'yargs';
import type { BatchSummary } from '../batch/summary.js';
import type { Verdict } from '../result.js';
import type { Argv } from './command.js';
import { EXIT } from './exit-codes.js';

const VERDICTS: readonly Verdict[] = ['bug', 'external', 'none', 'inconclusive'];

export function failOnOption(group: string, of: string): Options {
  return {
    type: 'string',
    array: true,
    nargs: 1,
    choices: VERDICTS,
    group,
    describe: `Exit with code 1 where ${of} is this one, for scripts; repeatable`,
  };
}

export function failsOn(argv: Argv, verdict: Verdict): boolean {
  return ((argv.failOn as Verdict[] | undefined) ?? []).includes(verdict);
}

/** Of incidents that are all done. What failed weighs more: it may hide any verdict. */
export function exitCodeOfSummary({ total }: Pick<BatchSummary, 'total'>, argv: Argv): number {
  if (total.failed > 0 && argv.allowFailures !== true) return EXIT.input;
  return VERDICTS.some((v) => total.verdicts[v] > 0 && failsOn(argv, v)) ? EXIT.gate : EXIT.done;
}
