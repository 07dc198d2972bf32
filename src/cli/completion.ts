/**
 * Shell completion. A shell's script asks `perfscope --get-completions WORD...` with the words up to the cursor, the last one
 * unfinished, and is given a line a candidate, a tab and what it is; or `:files`, where a file may stand.
 */
import type { Options } from 'yargs';
import { PerfscopeError } from '../errors.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands/index.js';
import { nearest } from './near.js';
import { COMMON_OPTIONS } from './options.js';

export const ASK = '--get-completions';
const FILES = ':files';

interface Candidate {
  readonly text: string;
  readonly what: string;
}

/** What may stand at the last of `words`. */
export async function completions(words: readonly string[]): Promise<string> {
  const found = await candidates(joined(words));
  if (found === null) return `${FILES}\n`;
  return found.map(({ text, what }) => `${text}\t${what.split('\n')[0]!}\n`).join('');
}

/** bash parts words at `=`. */
function joined(words: readonly string[]): string[] {
  const out: string[] = [];
  words.forEach((word, i) => {
    if (word !== '=' && words[i - 1] !== '=') out.push(word);
    else if (word !== '=') out.push(word);
    else if (i === words.length - 1) out.push('');
  });
  return out;
}

/** Null: files. */
async function candidates(words: readonly string[]): Promise<Candidate[] | null> {
  const current = words.at(-1) ?? '';
  const begins = (list: readonly Candidate[]) => list.filter(({ text }) => text.startsWith(current));
  const before = words.slice(0, -1);
  const name = before.find((w) => !w.startsWith('-'));
  const commands = COMMANDS.map((c) => ({ text: c.name, what: c.what }));
  if (name === undefined) {
    const more = [
      { text: 'completion', what: 'Print a script for shell completion' },
      { text: 'help', what: 'Help on a command' },
    ];
    const flags = ['--help', '--version'].map((text) => ({ text, what: '' }));
    return begins(current.startsWith('-') ? flags : [...commands, ...more]);
  }
  if (name === 'help') return begins(commands);
  if (name === 'completion') return begins(Object.keys(SCRIPTS).map((text) => ({ text, what: '' })));
  const entry = COMMANDS.find((c) => c.name === name);
  if (entry === undefined) return [];
  if (before.includes('--')) return null;
  const command = await entry.load();
  const options = { ...command.options, ...COMMON_OPTIONS };
  const at = current.startsWith('--') ? current.indexOf('=') : -1;
  if (at > 0) return valuesOf(optionOf(options, current.slice(0, at)), current.slice(at + 1), current.slice(0, at + 1));
  const previous = optionOf(options, before.at(-1) ?? '');
  if (previous !== null && previous.type !== 'boolean' && previous.type !== 'count')
    return valuesOf(previous, current, '');
  if (current.startsWith('-')) return begins(flagsOf(command));
  const known = Object.values(command.positionals)[0]?.words;
  return known === undefined ? null : begins(known.map((text) => ({ text, what: '' })));
}

function optionOf(options: Readonly<Record<string, Options>>, flag: string): Options | null {
  for (const [name, option] of Object.entries(options)) {
    const short = [option.alias ?? []].flat().map((a) => (a.length === 1 ? `-${a}` : `--${a}`));
    if (flag === `--${name}` || short.includes(flag)) return option;
  }
  return null;
}

/** Values of an option that begin with `current`; `prefix` stands before each. Null where it takes a file. */
function valuesOf(option: Options | null, current: string, prefix: string): Candidate[] | null {
  const listed = [...String(option?.describe ?? '').matchAll(/(?:^|[.;] )([a-z]+): /g)].map((m) => m[1]!);
  const known = option?.choices?.map(String) ?? (/^FORMAT to stdout/.test(String(option?.describe)) ? listed : []);
  if (known.length > 0) return known.filter((v) => v.startsWith(current)).map((v) => ({ text: prefix + v, what: '' }));
  return option?.type === 'number' ? [] : null;
}

function flagsOf(command: Command): Candidate[] {
  const flags = Object.entries({ ...command.options, ...COMMON_OPTIONS }).flatMap(
    ([name, { type, default: usual, describe }]) => {
      const what = String(describe ?? '');
      const no = { text: `--no-${name}`, what };
      return type === 'boolean' && usual !== false ? [{ text: `--${name}`, what }, no] : [{ text: `--${name}`, what }];
    },
  );
  return [...flags, { text: '--help', what: 'Help' }, { text: '--help-all', what: 'Help, with all parameters' }];
}

const SCRIPTS = {
  bash: `# perfscope completion for bash: eval "$(perfscope completion bash)"
_perfscope() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}" found
  found=$(perfscope ${ASK} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)
  if [ "$found" = '${FILES}' ]; then
    compopt -o default
    COMPREPLY=()
  else
    [ "$current" = '=' ] && current=
    COMPREPLY=($(compgen -W "$found" -- "$current"))
  fi
}
complete -F _perfscope perfscope
`,
  zsh: `#compdef perfscope
# perfscope completion for zsh: eval "$(perfscope completion zsh)"
_perfscope() {
  local -a lines found
  local line
  lines=("\${(@f)$(perfscope ${ASK} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$lines[1]" == '${FILES}' ]]; then
    _files
  else
    for line in $lines; do found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); done
    _describe perfscope found
  fi
}
compdef _perfscope perfscope
`,
  fish: `# perfscope completion for fish: perfscope completion fish | source
function __perfscope_complete
  set -l words (commandline -opc)
  set -l found (perfscope ${ASK} $words[2..-1] (commandline -ct) 2>/dev/null)
  if test "$found[1]" = '${FILES}'
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c perfscope -f -a '(__perfscope_complete)'
`,
} as const;

/** The script for a shell; without its name, for the one that runs. */
export function completionScript(shell: string | undefined, usual = process.env.SHELL ?? ''): string {
  const name = shell ?? usual.slice(usual.lastIndexOf('/') + 1);
  if (name in SCRIPTS) return SCRIPTS[name as keyof typeof SCRIPTS];
  if (shell === undefined) return SCRIPTS.bash;
  const known = Object.keys(SCRIPTS);
  const near = nearest(shell, known);
  throw new PerfscopeError(
    'usage',
    `completion ${shell}: there is no script for this shell`,
    {},
    near === null ? `There are scripts for ${known.join(', ')}.` : `Did you mean ${near}?`,
  );
}
