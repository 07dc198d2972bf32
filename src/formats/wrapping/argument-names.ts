/** Names before the arguments of a call, as strace -N prints them. */
import { LEADER_SHOWN } from '../strace/shown.js';
import { type Mark, many } from './mark.js';

/** The call at the beginning of a line, behind what strace prints before it, and the name of its first argument (strace -N). */
const NAMED_CALL = new RegExp(
  String.raw`^${LEADER_SHOWN}(?:[a-z_][a-z0-9_]*\(|<\.\.\. \w+ resumed>)(?=(?:, )?[a-z_]\w*(?:=|: ))`,
);
const NAMED_ARGUMENT = /[a-z_]\w*(?:=|: )/y;
/** Names that strace has always printed, and what it says in the midst of a line. */
const USUAL_NAMES = /\((?:child_stack|flags|\{|strace: |umove\w*: |ptrace: )/;

export const ARGUMENT_NAMES: Mark = {
  id: 'argument-names',
  what: 'names of arguments',
  sign: (lines) =>
    many(
      lines.filter((line) => !USUAL_NAMES.test(line)),
      NAMED_CALL,
    ),
  undo: withoutArgumentNames,
};

/** The line of a call without the names that strace -N prints before its arguments; those of members of structures stay. */
function withoutArgumentNames(line: string): string {
  const start = NAMED_CALL.exec(line)?.[0].length;
  if (start === undefined) return line;
  let out = line.slice(0, start);
  let depth = 0;
  for (let p = start, begins = true; p < line.length; p++) {
    if (begins) {
      NAMED_ARGUMENT.lastIndex = line.startsWith(', ', p) ? p + 2 : p;
      if (NAMED_ARGUMENT.test(line)) p = NAMED_ARGUMENT.lastIndex;
      begins = false;
    }
    const c = line[p]!;
    const from = p;
    if (c === '"') for (p++; p < line.length && line[p] !== '"'; p++) if (line[p] === '\\') p++;
    if (c === ')' && depth === 0) return out + line.slice(p);
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    out += line.slice(from, p + 1);
    begins = depth === 0 && line.startsWith(', ', p - 1);
  }
  return out;
}
