/**
 * Marks: what a terminal, a web page, a word processor or a log of JSON objects did to lines as a whole. Each entry says by which
 * sign it is known in the first lines; a sign is something that no tracer prints there, since strace escapes in strings and names
 * whatever is no plain ASCII.
 */
import { BEHIND } from '../foreign/index.js';
import { LEADER_SHOWN, THREAD_SHOWN } from '../strace/shown.js';
import { isWhole } from './folded.js';
import { OBJECT_LINE, heldBy, isSpread, messageOf } from './json.js';
import { holdsRecord, isKnown, isRecord, perfIndex } from './known-lines.js';
import { ARGUMENT_NAMES } from './argument-names.js';
import { BRACKETED_THREADS } from './bracketed-threads.js';
import { MANY, type Mark, many } from './mark.js';
import { FRAMES_WITHOUT_TABS, isOfStack } from './perf-frames.js';
import { QUOTED_LINES, unquoted } from './quoted-lines.js';
import { withThread } from './threads.js';
import { WEB_PAGE } from './web-page.js';

/** CSI and OSC sequences and the choice of a character set: ECMA-48, https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
// eslint-disable-next-line no-control-regex
const ESCAPES = /\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|[\]_P][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78cM])/g;

/** Colours at the beginning of a line or before its first string, as `cat -v` shows them. */
const SHOWN_COLOUR = /^[^"]*\^\[\[[\d;]*[mK]/;
const SHOWN_COLOURS = /\^\[\[[\d;]*[mK]/g;

/** `msg="..."` among words with values: logfmt, as Go's loggers write it; its time comes before the line, where a head is read. */
const LOGFMT = /^(?:[\w.-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*) )*(?:msg|message|MESSAGE)=("(?:[^"\\]|\\.)*")/;
const LOGFMT_TID = /(?:^| )(?:[\w.-]*[._-])?(?:tid|lwp|thread[._-]?id|thread)="?(\d{1,7})"?(?: |$)/i;
const LOGFMT_TIME = /(?:^| )(?:time|ts|t)="?(\d{4}-\d\d-\d\dT[^\s"]+)/;

/** A time or a duration with a comma, behind what may stand before it. */
const COMMA_TIME = new RegExp(String.raw`^( *${THREAD_SHOWN}?(?:\d+:\d\d:\d\d|\d+)),(\d{3,9})(?= )`);
const COMMA_DURATION = /<(\d+),(\d+)>(?=\s*$)/;
/** A field of CSV that is a number with a comma: between other separators, or in quotation marks. */
const COMMA_FIELD = /((?:^|[;\t])-?\d+),(?=\d+(?:[;\t\r]|$))|"(-?\d+),(\d+)"/g;

/** What a forum, Jira or JUnit puts round a text, where it stands in the line of a record. */
const OPENING =
  /^(?:\[(?:code|quote|pre|spoiler|php|shell|bash|log)(?:=[^\]]*)?\]|\{(?:noformat|code)(?::[^}]*)?\}|(?:<[\w:-]+(?:\s[^<>]*)?>)*<!\[CDATA\[|```|\[sudo\] password for [^:"]+: |[Pp]assword: )+/i;
const CLOSING =
  /(?:\[\/(?:code|quote|pre|spoiler|php|shell|bash|log)\]|\{(?:noformat|code)\}|\]\]>(?:<\/[\w:-]+>)*|```)\s*$/i;

const QUOTED_PRINTABLE = /^Content-Transfer-Encoding: *quoted-printable/i;

/** The prompt of more(1), and what deletes it: carriage returns, blanks, backspaces. */
const PAGED = /^.*--More--(?:\(\d+%\))?[\r\b ]*[\r\b]/;

/** UTF-8 that word processors and web pages put for ASCII, as latin1. */
const TYPOGRAPHY: readonly (readonly [RegExp, string])[] = [
  [/\xc2\xa0|\xe2\x80[\x87\xaf]/g, ' '], // no-break spaces
  [/\xe2\x80[\x8b\x8e\x8f]|\xef\xbb\xbf/g, ''], // marks without width
  [/\xe2\x80[\x9c\x9d\x9e]/g, '"'],
  [/\xe2\x80[\x98\x99]/g, "'"],
  [/\xe2\x80\xa6/g, '...'],
  [/\xe2\x80[\x90-\x95]|\xe2\x88\x92/g, '-'],
  [/\xe2\x80\xb9|\xef\xbc\x9c|\xe2\x9f\xa8|\xe3\x80\x88/g, '<'],
  [/\xe2\x80\xba|\xef\xbc\x9e|\xe2\x9f\xa9|\xe3\x80\x89/g, '>'],
  // The end of a call, the last argument of which is the size of a set of signals, taken for a face.
  [/\xf0\x9f\x98\x8e/g, '8)'],
];

/** A tab where strace pads with blanks: before a thread, or before the result of a call that has a duration. */
const TAB_FOR_BLANKS = /^\[pid\t+\d+[\]<]|\)\t+= [-\d?][^\t]* <\d+\.\d+>$|\)\t+= -1 E[A-Z]+ \(/;
/** A tab where perf pads the names of events. */
const PERF_TAB = /\d\.\d{6,9}:\t+\w+:\w+:/;

const withoutBackslashes = (line: string): string => line.replace(/\\([_*[\](){}<>~`|#+.!&-])/g, '$1');

const LEAST_CONTINUED = 3;

const BOM = '\xef\xbb\xbf';

/** What word processors make of the marks of a signal, `--- SIGCHLD {...} ---`. */
const DASHED_SIGNAL = new RegExp(String.raw`^(${LEADER_SHOWN})-{1,2} ?(SIG[A-Z0-9_]+ .*\S) ?-{1,2}$`);

const TYPOGRAPHIC =
  /\xc2\xa0|\xe2\x80[\x80-\xaf\xb9\xba]|\xef\xbc[\x9c\x9e]|\xe2\x9f[\xa8\xa9]|\xe3\x80[\x88\x89]|\xe2\x88\x92|\xf0\x9f\x98\x8e/;
const hasRecord = (line: string): boolean => isRecord(line) || BEHIND.test(line) || perfIndex(line) >= 0;
const plain = (line: string): string =>
  TYPOGRAPHY.reduce((text, [bytes, plain]) => text.replace(bytes, plain), line).replace(DASHED_SIGNAL, '$1--- $2 ---');

/** Length at which docker's json-file driver cuts a line, bytes. */
const DOCKER_LINE = 16_384;

export const MARKS: readonly Mark[] = [
  {
    id: 'utf16',
    what: 'UTF-16',
    // What PowerShell writes; without its mark every other byte of ASCII is 0.
    sign: (lines) => /^(?:\xff\xfe|\xfe\xff)/.test(lines[0] ?? '') || many(lines, /^(?:\0.|.\0)(?:\0.|.\0){8}/),
    undo: (line) => line.replace(/^(?:\xff\xfe|\xfe\xff)|\0/g, '').replace(/\r$/, ''),
  },
  {
    id: 'nul',
    what: 'zero bytes (of a file that was cut while it was being written)',
    sign: (lines) => lines.some((line) => line.includes('\0')),
    // What stands before them in the same line had no end.
    undo: (line) => {
      const end = withoutEnd(line, '\0');
      return end.slice(end.lastIndexOf('\0') + 1);
    },
  },
  {
    id: 'byte-order-mark',
    what: 'a byte order mark',
    // The reader of CSV knows it.
    sign: (lines) => lines[0]?.startsWith(BOM) === true && isKnown(lines[0].slice(BOM.length)),
    undo: (line) => (line.startsWith(BOM) ? line.slice(BOM.length) : line),
  },
  {
    id: 'cr',
    what: 'carriage returns',
    sign: (lines) => many(lines, /\r$/),
    undo: (line) => withoutEnd(line, '\r'),
  },
  {
    id: 'ansi',
    what: 'colours of a terminal',
    // strace escapes them.
    // eslint-disable-next-line no-control-regex
    sign: (lines) => lines.some((line) => /\x1b[[\]()_P]/.test(line)),
    // A shell switches the pasting of brackets off, then returns the carriage.
    undo: (line) => line.replace(ESCAPES, '').replace(/^\r+/, ''),
  },
  {
    id: 'ansi-shown',
    what: 'colours of a terminal, as cat -v shows them',
    sign: (lines) => many(lines, SHOWN_COLOUR),
    undo: (line) => line.replaceAll(SHOWN_COLOURS, ''),
  },
  {
    id: 'form-feed',
    what: 'page breaks',
    sign: (lines) => lines.some((line) => line.startsWith('\f')),
    undo: (line) => (line.startsWith('\f') ? line.slice(1) : line),
  },
  {
    id: 'pager',
    what: 'what more(1) wrote over',
    sign: (lines) => lines.some((line) => PAGED.test(line)),
    undo: (line) => line.replace(PAGED, ''),
  },
  {
    id: 'json',
    what: 'a log of JSON objects',
    sign: (lines) => {
      const messages = lines.map((line) => messageOf(line) ?? '').filter((text) => !isOfStack(text));
      return (
        many(lines, OBJECT_LINE) &&
        messages.length > 0 &&
        messages.filter((m) => holdsRecord(m) || perfIndex(m) >= 0).length >=
          Math.max(messages.length, lines.filter((l) => !OBJECT_LINE.test(l)).length) * MANY
      );
    },
    undo: (line) => messageOf(line) ?? line,
    goesOn: (line) => isPartOfMessage(line),
  },
  {
    id: 'json-spread',
    what: 'JSON or YAML that is written over many lines (an object a line, as jq -c writes it, would keep its times)',
    sign: isSpread,
    undo: heldBy,
  },
  {
    id: 'logfmt',
    what: 'a log of words with values',
    sign: (lines) => many(lines, LOGFMT),
    undo: (line) => {
      const message = LOGFMT.exec(line)?.[1];
      if (message === undefined) return line;
      const time = LOGFMT_TIME.exec(line)?.[1];
      const tid = LOGFMT_TID.exec(line)?.[1] ?? '';
      return `${time === undefined ? '' : `${time} `}${withThread(tid, unquoted(message))}`;
    },
  },
  {
    id: 'quoted-printable',
    what: 'quoted-printable text of a mail',
    // Names of flags, structures and results: an equals sign stands in nearly every record.
    sign: (lines) =>
      (many(lines, /=3D/) || many(lines, /\S=$/) || lines.some((line) => QUOTED_PRINTABLE.test(line))) &&
      !many(lines, /=(?!3D|[0-9A-F]{2}|$)/),
    undo: (line) =>
      line.replace(/=$/, '').replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
    goesOn: (line) => line.endsWith('='),
  },
  QUOTED_LINES,
  WEB_PAGE,
  {
    id: 'frame',
    what: 'marks of a forum, a test report or a prompt in the lines of records',
    sign: (lines) => lines.some((line) => OPENING.test(line) && isKnown(line.replace(OPENING, ''))),
    undo: (line) => line.replace(OPENING, '').replace(CLOSING, ''),
  },
  {
    id: 'markdown',
    what: 'backslashes of Markdown',
    // Names of calls and flags have many of these; strace escapes none of them.
    sign: (lines) =>
      lines.some(
        (line) => /^[^"]*[A-Za-z]\\_[A-Za-z]|^[^"]*\\[_[\]<>*]/.test(line) && isKnown(withoutBackslashes(line)),
      ),
    undo: (line) => withoutBackslashes(line),
  },
  {
    id: 'backslashes',
    what: 'backslashes before line breaks',
    // As in the scripts of a shell; behind whole records they are what all lines end with.
    sign: (lines) => {
      const continued = lines.filter((line) => line.endsWith(' \\'));
      const broken = lines.filter(
        (line, i) => line.endsWith(' \\') && !isWhole(line.slice(0, -1)) && !holdsRecord(lines[i + 1] ?? ''),
      );
      return continued.length >= LEAST_CONTINUED && broken.length * 2 > continued.length;
    },
    undo: (line) => (line.endsWith(' \\') ? line.slice(0, -1) : line),
    goesOn: (line) => line.endsWith(' \\'),
  },
  {
    id: 'typography',
    what: 'no-break spaces and typographic quotation marks',
    // In the line of a record, not in its surroundings: strace escapes whatever is no ASCII.
    sign: (lines) => lines.some((line) => TYPOGRAPHIC.test(line) && hasRecord(plain(line))),
    undo: (line) => plain(line),
  },
  {
    id: 'tabs',
    what: 'tabs for spaces',
    // strace escapes tabs; dtruss, which has them here, has a second one behind the result, and truss no durations.
    sign: (lines) =>
      many(lines, /\)\t+=\t[-\d?][^\t]*(?:\t(?:E[A-Z]|\(|<).*)?$/) ||
      lines.some((line) => TAB_FOR_BLANKS.test(line) || PERF_TAB.test(line)),
    // Frames of perf begin with one.
    undo: (line) => line.replaceAll(line.startsWith('\t') && !PERF_TAB.test(line) ? /(?!^)\t/g : '\t', ' '),
  },
  {
    id: 'decimal-comma',
    what: 'decimal commas',
    sign: (lines) => many(lines, COMMA_TIME) || many(lines, COMMA_DURATION) || isCommaTable(lines),
    undo: (line) =>
      line
        .replace(COMMA_TIME, '$1.$2')
        .replace(COMMA_DURATION, '<$1.$2>')
        .replace(COMMA_FIELD, (_, field?: string, whole?: string, fraction?: string) =>
          field === undefined ? `${whole}.${fraction}` : `${field}.`,
        ),
  },
  ARGUMENT_NAMES,
  BRACKETED_THREADS,
  FRAMES_WITHOUT_TABS,
];

/** The line without these characters at its end. A pattern would begin anew at each of a run of them, and runs may have megabytes. */
function withoutEnd(line: string, characters: string): string {
  let end = line.length;
  while (end > 0 && characters.includes(line[end - 1]!)) end--;
  return line.slice(0, end);
}

/** A table whose columns are named and whose numbers have commas. */
function isCommaTable(lines: readonly string[]): boolean {
  const [header, ...rows] = lines;
  if (header === undefined || rows.length === 0 || !/^[\w" .-]+[;\t,][\w" .;\t,-]+$/.test(header)) return false;
  return rows.every((row) => row.search(COMMA_FIELD) >= 0);
}

/** Whether a log driver cut the line here: containerd's says so, docker's cuts at a length and leaves the line feed to the last part. */
function isPartOfMessage(line: string): boolean {
  if (!/"logtag"\s*:\s*"P"/.test(line) && line.length < DOCKER_LINE) return false;
  try {
    const { log, logtag } = JSON.parse(line) as Record<string, unknown>;
    if (typeof logtag === 'string') return logtag === 'P';
    return typeof log === 'string' && log.length >= DOCKER_LINE && !log.endsWith('\n');
  } catch {
    return false;
  }
}
