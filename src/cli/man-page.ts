/** man/perfscope.1, made of the commands and their options (man(7)). Pure but for loading the commands. */
import type { Options } from 'yargs';
import { VERSION } from '../version.js';
import { COMMANDS } from './commands/index.js';
import { topicText } from './guide/text.js';
import { TOPICS } from './guide/topics.js';
import { COMMON_OPTIONS } from './options.js';

export async function manPage(): Promise<string> {
  const commands = await Promise.all(COMMANDS.map(async (entry) => ({ entry, command: await entry.load() })));
  const lines = [
    `.TH PERFSCOPE 1 "" "perfscope ${VERSION}" "User Commands"`,
    '.SH NAME',
    'perfscope \\- name the functions of a server to blame for a hang, from its system\\-call trace',
    '.SH SYNOPSIS',
    ...COMMANDS.flatMap((c) => [`.B perfscope ${text(c.name)}`, text(usage(c.positional)), '.br']),
    '.SH DESCRIPTION',
    text(
      'A server hangs, crawls or spins, and all there is is a trace of its system calls. perfscope names the functions that are most likely to blame, without source code, without reproducing the bug, and without stacks in production; or it says that nobody is to blame.',
    ),
    '.SH COMMANDS',
  ];
  for (const { entry, command } of commands) {
    lines.push(`.SS ${text(entry.name)} ${text(usage(entry.positional))}`.trimEnd(), text(`${entry.what}.`));
    for (const [name, { describe }] of Object.entries(command.positionals))
      lines.push('.TP', `.I ${text(name.toUpperCase())}`, text(`${describe}.`));
    lines.push(...optionLines(command.options));
  }
  lines.push('.SH OPTIONS OF ALL COMMANDS', ...optionLines(COMMON_OPTIONS));
  lines.push(
    '.SH ENVIRONMENT',
    text(
      'Every option can be set in the environment, PERFSCOPE_UNIT_GAP=0.1 for --unit-gap 0.1, and in a config file (perfscope.config.json, perfscope.config.js, or "perfscope" in package.json). NO_COLOR and FORCE_COLOR are minded.',
    ),
    '.SH EXIT STATUS',
  );
  for (const [code, what] of EXIT_STATUS) lines.push('.TP', `.B ${code}`, text(what));
  lines.push('.SH EXAMPLES');
  for (const { command } of commands)
    for (const [example, what] of command.examples)
      lines.push('.TP', text(`${what[0]!.toUpperCase()}${what.slice(1)}:`), `.B ${text(example)}`);
  lines.push('.SH GUIDE');
  for (const topic of TOPICS) {
    const [title, , , ...body] = topicText(topic, 78).trimEnd().split('\n');
    lines.push(`.SS ${text(title!)}`, '.nf', ...body.map((line) => (line === '' ? '.sp' : text(line))), '.fi');
  }
  return lines.join('\n') + '\n';
}

const EXIT_STATUS: readonly (readonly [code: number, what: string])[] = [
  [0, 'Done.'],
  [1, 'A gate was crossed (--fail-on, regress, evaluate --gate).'],
  [2, 'Wrong usage, or a wrong config file.'],
  [3, 'Some input failed, or the result could not be written whole.'],
  [130, 'Interrupted; partial results were kept.'],
];

const usage = (positional: string) => positional.toUpperCase().replaceAll('..', '...');

function optionLines(options: Readonly<Record<string, Options>>): string[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const flags = [
      ...[option.alias ?? []].flat().map((a) => (a.length === 1 ? `-${a}` : `--${a}`)),
      option.type === 'boolean' && option.default === true ? `--no-${name}` : `--${name}`,
    ];
    const takes =
      option.type === 'string' || option.type === 'number' ? ` ${name.split('-').at(-1)!.toUpperCase()}` : '';
    const more = [
      option.choices === undefined ? '' : ` One of: ${option.choices.join(', ')}.`,
      // What depends on the machine (folders) is not written down.
      typeof option.default === 'number' || typeof option.default === 'string'
        ? String(option.default).includes('/')
          ? ''
          : ` Default: ${option.default}.`
        : '',
    ].join('');
    return ['.TP', `.B ${text(flags.join(', ') + takes)}`, text(`${String(option.describe)}.${more}`)];
  });
}

/** Backslashes and hyphens as they are typed; a line that begins with a control character begins with nothing first. */
function text(line: string): string {
  const escaped = line.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
