/**
 * Lines of a trace inside JSON: an object a line, as drivers and shippers of logs write them, or one written over many lines, or as YAML, as
 * tools print what they found (gcloud, aws, ansible, kubectl). Which member holds the line is told by what stands in it, then by its name.
 */
import { holdsRecord } from './known-lines.js';
import { momentOf } from './moment.js';
import { isThreadName, tidOf, withThread } from './threads.js';

/** Names of members that hold the line, from the surest on: docker, journald, fluentd, bunyan, Loki, clouds, Splunk. */
const MESSAGES = 'log MESSAGE message msg @message line textPayload body _raw raw text event content data'.split(' ');
/** Those that hold its time. */
const TIMES = 'time @timestamp timestamp __REALTIME_TIMESTAMP ts t date eventTime _time observedTimestamp'.split(' ');
/** Members of members, so deep. */
const DEEPEST = 4;

/** A line that is an object, perhaps of a list, or behind a time and a name (fluentd: `2023-11-03 10:11:12 +0000 app.tracer: {"log":"..."}`). */
export const OBJECT_LINE = /^(?:[^"{}]{1,99}: |\s*)\{.*\}\s*,?\s*$/;
const HEAD_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?/;

/** The line that an object holds, behind its time; null when it holds none. */
export function messageOf(line: string): string | null {
  if (!OBJECT_LINE.test(line)) return null;
  let object: unknown;
  try {
    object = JSON.parse(line.slice(line.indexOf('{')).trim().replace(/,$/, ''));
  } catch {
    return null;
  }
  const members = membersOf(object, 0);
  const texts = members.flatMap(({ name, value }) => {
    const text = textOf(value);
    return text === null ? [] : [{ name, text }];
  });
  const named = MESSAGES.flatMap((name) => texts.filter((member) => member.name === name));
  const message = [...named, ...texts].find(({ text }) => holdsRecord(text)) ?? named[0];
  if (message === undefined) return null;
  const time = TIMES.flatMap((name) => members.filter((member) => member.name === name)).find(
    ({ value }) => momentOf(value) !== '',
  );
  const told = time === undefined ? (HEAD_TIME.exec(line)?.[0] ?? '') : momentOf(time.value);
  const moment = told === '' ? '' : `${told} `;
  const tid = members.find(({ path, value }) => isThreadName(path) && tidOf(value) !== '');
  const text = bytesOf(withoutEnd(message.text)).replace(/\r?\n/g, '\\n');
  return `${moment}${withThread(tid === undefined ? '' : tidOf(tid.value), text)}`;
}

/** The line without its line feed. A pattern would begin anew at each of a run of them, and runs may have megabytes. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && '\r\n'.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Characters that JSON names by number, as the bytes of UTF-8, which all texts are here. */
const bytesOf = (text: string): string =>
  text.replace(/[\u0100-\uffff]+/g, (characters) => Buffer.from(characters).toString('latin1'));

interface Member {
  readonly name: string;
  /** With the names of the objects that it is in. */
  readonly path: string;
  readonly value: unknown;
}

/** Members of an object, those of its members behind them. */
function membersOf(object: unknown, depth: number, inside = ''): Member[] {
  if (typeof object !== 'object' || object === null || depth === DEEPEST) return [];
  const own = Object.entries(object).map(([name, value]: [string, unknown]) => ({ name, path: inside + name, value }));
  const deeper = own.flatMap(({ path, value }) => (isBytes(value) ? [] : membersOf(value, depth + 1, `${path}.`)));
  return [...own, ...deeper];
}

/** journald writes a text that is no UTF-8, or holds what no terminal shows, as a list of bytes. */
const isBytes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => Number.isInteger(each) && each >= 0 && each < 256);

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isBytes(value) ? Buffer.from(value).toString('latin1') : null;
}

/** What stands before a member or an item: its name, and the dashes of lists of YAML. */
const HEAD = String.raw`^\s*(?:- +)*(?:(?:"(?:[^"\\]|\\.)*"|[\w@.-]+)\s*:\s*)?`;
/** A member or an item on a line of its own, and what else stands on the lines of JSON, or YAML, that is written over many. */
const MEMBER = new RegExp(String.raw`${HEAD}("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*,?\s*$`);
const STRUCTURE = new RegExp(
  String.raw`${HEAD}(?:[[\]{}]+|-?\d[\d.eE+-]*|true|false|null)\s*,?\s*$|^---$|^\s*(?:- +)*[\w@.-]+:(?: +[^"'\s(][^"'()]*)?$`,
);
const NAMED = /^\s*(?:- +)*(?:"((?:[^"\\]|\\.)*)"|([\w@.-]+))\s*:/;
/** So many of the lines are members, items and brackets; what remains are prompts and what ansible says of the host. */
const NEARLY_ALL = 0.8;

/** Whether the lines are those of JSON or YAML that is written over many, and hold lines of a trace. */
export function isSpread(lines: readonly string[]): boolean {
  const inside = lines.filter((line) => MEMBER.test(line) || STRUCTURE.test(line)).length;
  if (inside < lines.length * NEARLY_ALL || !lines.some((line) => STRUCTURE.test(line))) return false;
  return lines.some((line) => MEMBER.test(line) && holdsOne(inner(line)));
}

/** ansible shows what a command printed as one text, and again as a list of lines. */
const holdsOne = (text: string): boolean => !withoutEnd(text).includes('\n') && holdsRecord(text);

/** What a line of it holds of the trace: '' for brackets and other members. */
export function heldBy(line: string): string {
  if (STRUCTURE.test(line)) return '';
  if (!MEMBER.test(line)) return line;
  const text = inner(line);
  const [found, quoted = '', name = quoted] = NAMED.exec(line) ?? [];
  // A frame, or what else is indented below a record.
  const isBelow = MESSAGES.includes(name) && /^\s+\S[^\n]*\n?$/.test(text);
  return found === undefined || holdsOne(text) || isBelow ? bytesOf(withoutEnd(text)).replace(/\r?\n/g, '\\n') : '';
}

function inner(line: string): string {
  const quoted = MEMBER.exec(line)?.[1] ?? '""';
  if (quoted.startsWith("'")) return quoted.slice(1, -1).replaceAll("''", "'");
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}
