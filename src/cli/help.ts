/** The overview that `perfscope --help` prints. Made without yargs, which costs more than the whole of it. */
import { COMMANDS } from './commands/index.js';

export function overview(): string {
  const usages = COMMANDS.map((c) => `${c.name} ${c.positional.toUpperCase().replaceAll('..', '...')}`.trimEnd());
  const width = Math.max(...usages.map((u) => u.length));
  const commands = COMMANDS.map((c, i) => `  ${usages[i]!.padEnd(width)}  ${c.what}`).join('\n');
  return `perfscope names the functions of a server that are most likely to blame for a
hang, a slowdown or a busy loop, from its system-call trace alone.

Usage: perfscope <command> [options]

Commands:
${commands}
  ${'completion'.padEnd(width)}  Print a script for shell completion

Examples:
  perfscope learn profile-1.strace-k.gz profile-2.strace-k.gz -o app.signatures.json
  perfscope analyze incident.strace.gz -s app.signatures.json
  perfscope analyze incident.strace.gz -s app.signatures.json --window 5m --format json=result.json

Exit codes: 0 done, 1 a gate was crossed, 2 wrong usage or config, 3 some input
failed, 130 interrupted (partial results kept).

\`perfscope <command> --help\` lists the options of a command, --help-all also the
parameters of the methods. Every option can be set in the environment
(PERFSCOPE_UNIT_GAP=0.1) and in a config file (perfscope.config.json).
`;
}
