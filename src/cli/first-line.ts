/**
 * The first progress line, before the flags are parsed: where neither they nor config or environment mention anything that could
 * forbid it. Drawn a tenth of a second earlier than it could be otherwise.
 */
import type { CommandEntry } from './command.js';
import { camel } from './options.js';
import { ProgressLine, canShowProgress } from './progress.js';

const FORBID = ['quiet', 'progress', 'logFormat'];
/** Flags of these names, `-q` and `-h` alone or among others. */
const FORBIDDING = /^-(\w*[qh]|-(no-)?(quiet|progress|log-format|help|version)(?![a-z]))/;

export function firstLine(
  { begins }: CommandEntry,
  args: readonly string[],
  config: Readonly<Record<string, unknown>>,
): ProgressLine | null {
  if (begins === undefined || !canShowProgress() || args.some((a) => FORBIDDING.test(a))) return null;
  const environment = Object.keys(process.env).filter((name) => name.startsWith('PERFSCOPE_'));
  const mentioned = [
    ...Object.keys(config),
    ...environment.map((name) => name.slice(10).toLowerCase().replaceAll('_', '-')),
  ];
  if (mentioned.some((name) => FORBID.includes(camel(name)))) return null;
  const line = new ProgressLine(process.stderr);
  line.update({ stage: begins, done: 0, total: null });
  return line;
}
