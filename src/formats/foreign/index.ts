/**
 * Texts of tracers and tools that perfscope does not read, each by name and with the way on. Two tables, asked where no format is
 * recognised and where a text gave no call; and those of tracers, as some print lines that look like those of strace, before formats
 * are looked for.
 */
import { architectureOf, isKnownCall } from '../syscalls/index.js';
import { BEHIND_TIME, LEADER_SHOWN, THREAD_SHOWN } from '../strace/shown.js';
import { compared } from './compared.js';
import { newestFirst } from './newest-first.js';
import { type ForeignTracer, STRACE, type Sign } from './sign.js';
import { TEXTS } from './texts.js';
import { TRACERS } from './tracers.js';

export type { ForeignTracer } from './sign.js';

/** The tracer whose lines these are although they may look like those of a format; null when nothing says so. */
export function foreignTracer(lines: readonly string[]): ForeignTracer | null {
  return (
    bearing(lines, TRACERS) ??
    ofOtherMachine(lines) ??
    ofLibraries(lines) ??
    counted(lines) ??
    joined(lines) ??
    doubled(lines) ??
    withoutAngles(lines) ??
    compared(lines) ??
    newestFirst(lines) ??
    cutOff(lines)
  );
}

/** perf prints numbers of calls, and its header (perf script --header) tells a machine whose numbers are not known. */
function ofOtherMachine(lines: readonly string[]): ForeignTracer | null {
  const [, machine] = lines.map((line) => /^# arch\s*:\s*(\S+)/.exec(line)).find((found) => found !== null) ?? [];
  if (machine === undefined || architectureOf(machine) !== null) return null;
  if (!lines.some((line) => line.includes('raw_syscalls:'))) return null;
  return {
    what: `a recording of perf on ${machine}, whose numbers of system calls perfscope does not know`,
    advice: `Record events with names (perf record -e 'syscalls:sys_enter_*,syscalls:sys_exit_*' -p PID), or with strace.`,
  };
}

/** What a text is that holds no call. */
export function foreignTable(lines: readonly string[]): ForeignTracer | null {
  return bearing(lines, TEXTS);
}

function bearing(lines: readonly string[], signs: readonly Sign[]): ForeignTracer | null {
  for (const { line, share, what, advice } of signs) {
    const count = lines.filter((text) => line.test(text)).length;
    if (count > 0 && count >= share * lines.length) return { what, advice };
  }
  return null;
}

const CALL = new RegExp(String.raw`^${LEADER_SHOWN}([a-zA-Z_]\w*)\(.*(?:\)\s+= |<unfinished \.\.\.>)`);
/** So many distinct names tell, and so large a share of them. */
const LEAST_NAMES = 2;
const MOST_OF_THEM = 0.5;

/** What programs call most, and no kernel has: one of them among calls may be new, two are functions of libraries. */
const FUNCTIONS = new Set(
  `malloc calloc realloc free strlen strcmp strncmp strcasecmp strcpy strncpy strcat strchr strrchr strstr strdup strtol strtok memcpy memset memmove
  memcmp memchr printf fprintf sprintf snprintf vsnprintf sscanf puts putchar fopen fclose fread fwrite fgets fputs fflush getenv setlocale atoi
  toupper tolower qsort usleep sleep gethostbyname getaddrinfo pthread_create pthread_mutex_lock pthread_mutex_unlock __libc_start_main
  __errno_location __sprintf_chk __snprintf_chk __printf_chk __memcpy_chk __strdup`.split(/\s+/),
);

/** Most names in front of brackets are no system calls of Linux: functions, as ltrace prints them. */
function ofLibraries(lines: readonly string[]): ForeignTracer | null {
  const names = new Set(lines.flatMap((line) => CALL.exec(line)?.[1] ?? []));
  if (names.size < LEAST_NAMES) return null;
  const others = [...names].filter((name) => !isKnownCall(name) && !/^(?:SYS|syscall)_(?:0x[0-9a-f]+|\d+)$/.test(name));
  const functions = others.filter((name) => FUNCTIONS.has(name)).length;
  if (others.length <= names.size * MOST_OF_THEM && functions < LEAST_NAMES) return null;
  const example = (functions < LEAST_NAMES ? others : others.filter((name) => FUNCTIONS.has(name)))
    .slice(0, 3)
    .join(', ');
  return {
    what: `no trace of Linux system calls: many of its names (${example}) are functions or calls of another system`,
    advice: `Of ltrace, gdb or another system? ${STRACE}`,
  };
}

/** `   5012 epoll_wait(5, ...`: a count right-aligned in seven places, where strace prints threads left-aligned. */
const COUNTED = /^ (?=.{6} )\s*(\d+) [a-z_]\w*\(/;
const MOST_LINES = 0.8;
/** Lower ones are the kernel's own and what starts the machine. */
const LEAST_TID = 300;

/** Lines that uniq -c counted: without times, each call once. Numbers that rise by one are those of lines. */
function counted(lines: readonly string[]): ForeignTracer | null {
  const counted = lines.flatMap((line, i) => {
    const count = COUNTED.exec(line)?.[1];
    return count === undefined ? [] : [{ count: Number(count), i }];
  });
  const counts = counted.map(({ count }) => count);
  if (counts.length < LEAST_NAMES || counts.length < lines.length * MOST_LINES) return null;
  if (counted.every(({ count, i }) => count - i === counts[0]! - counted[0]!.i)) return null;
  // Threads behind a margin: they have large numbers, and come again.
  if (Math.min(...counts) >= LEAST_TID && new Set(counts).size * 2 <= counts.length) return null;
  return {
    what: 'what uniq -c made of a trace: each call once, with how often it was made',
    advice: `Give the trace as it was before: what happened shows in the order of its calls and their times.`,
  };
}

/** Lines that stand twice, one behind the other: a busy loop has no such order in lines that differ. */
function doubled(lines: readonly string[]): ForeignTracer | null {
  const pairs = lines.length >> 1;
  if (pairs < LEAST_PAIRS || new Set(lines).size < LEAST_PAIRS) return null;
  for (let i = 0; i < pairs; i++) if (lines[2 * i] !== lines[2 * i + 1]) return null;
  return {
    what: 'a trace in which each line stands twice (written to a terminal and a log that went to the same file?)',
    advice: 'Leave one of each: uniq FILE | perfscope analyze -',
  };
}
const LEAST_PAIRS = 4;

/** A second half without its mark, and a mark without its angle brackets. */
const HALF_OF_TAG = new RegExp(String.raw`^${THREAD_SHOWN}(?:[\d:.]+ +)?\)\s+= (?:-?\d|0x|\?)`);
const HALF_WITHOUT_ANGLES = new RegExp(
  String.raw`^${LEADER_SHOWN}(?:\.\.\. ?\w+ resumed\b.*\)\s+= |[a-z_]\w*\(.* unfinished ?\.\.\.\s*$)`,
);

/** What stood between `<` and `>` is gone, or these are: a page took it for tags. Where threads wait would be lost, and durations are. */
function withoutAngles(lines: readonly string[]): ForeignTracer | null {
  if (lines.some((line) => /<unfinished|<\.\.\.|resumed>/.test(line))) return null;
  const marks = [HALF_OF_TAG, HALF_WITHOUT_ANGLES].map((half) => lines.some((line) => half.test(line)));
  if (!marks.includes(true)) return null;
  return {
    what: `a trace without ${marks[0] ? 'what stood between < and >' : 'its signs < and >'}, which a page took for tags: halves of calls and durations cannot be told`,
    advice: 'Give the file that strace wrote, or copy the text from where it is shown as it was.',
  };
}

/** A result, then another record in the same line. */
const JOINED =
  // eslint-disable-next-line no-control-regex
  /\)\s+= (?:-?\d+|0x[\da-f]+|\?)(?:<[^<>"]*>)?(?: E[A-Z]+)?(?: \([^()"]*\))?(?: (?:<|&lt;)\d+\.\d+(?:>|&gt;))?((?:\\r)?\\n|\s*<br ?\/?>|[ \t]+|\x0b|\xc2\x85|\xe2\x80[\xa8\xa9])(?:\[pid +\d+(?:<[^<>]*>)?\] +|\d+(?:<[^<>]*>)? +)?(?:\d[\d:.]* +)?[a-z_]\w*\(/;

/** A record, behind a carriage return: no tracer writes one. (A pager that deletes its prompt has blanks before it.) */
const RETURNED = new RegExp(
  String.raw`^${LEADER_SHOWN}(?:[a-z_]\w*\(.*(?:\)\s+= |<unfinished \.\.\.>)|<\.\.\. \w+ resumed>|\+\+\+ exited |--- SIG)`,
);
const holdsReturned = (line: string): boolean =>
  line
    .trim()
    .split(/\r+/)
    .some((part, i, parts) => i > 0 && /\S$/.test(parts[i - 1]!) && RETURNED.test(part));

/** What stands in one line of perf's texts once: a moment and an event, or a moment and a duration. In strings of strace it may be anything. */
const OF_PERF = /\d+\.\d+: +(?:raw_)?syscalls:sys_e|\d\.\d{3} \( *[\d.]+ ms\): /;

/** So many seams in one line are no chance, whatever the other lines are. */
const MANY_SEAMS = 3;

/** Line feeds that became blanks, tags or `\n`: of several records in a line only one would be read. */
function joined(lines: readonly string[]): ForeignTracer | null {
  if (lines.length > 1 && lines.some(holdsReturned))
    return {
      what: 'a trace in which some lines end in carriage returns alone: several would be read as one',
      advice: "Turn them into line feeds: tr '\\r' '\\n' < FILE | perfscope analyze -",
    };
  const seams = lines.flatMap((line) => JOINED.exec(line)?.[1] ?? []);
  const ofPerf = lines.find((line) => !BEGUN.test(line) && line.split(OF_PERF, MANY_SEAMS).length === MANY_SEAMS);
  if (ofPerf !== undefined) seams.push(/(?<=\d)(?:\\r)?\\n/.exec(ofPerf)?.[0] ?? '');
  const most =
    ofPerf !== undefined || lines.some((line) => line.split(JOINED, MANY_SEAMS * 2).length >= MANY_SEAMS * 2);
  if (seams.length === 0 || (!most && seams.length * 2 < lines.length)) return null;
  const what = 'a trace whose lines are joined in one';
  const seam = seams[0]!.trim();
  if (seam.startsWith('<'))
    return { what: `${what} by <br>`, advice: "Undo it: sed 's/<br[^>]*>/\\n/g' FILE | perfscope analyze -" };
  if (seam.startsWith('\\'))
    return { what: `${what}, with \\n between`, advice: 'Undo it: for JSON, jq -r .FIELD FILE | perfscope analyze -' };
  if (seam !== '')
    return {
      what: `${what}, with signs between that are no line feeds`,
      advice: "Undo it: perl -CS -pe 's/[\\x0b\\x85\\x{2028}\\x{2029}]/\\n/g' FILE | perfscope analyze -",
    };
  return { what, advice: 'Copy the text as it was, or give the file that strace wrote.' };
}

/** The beginning of a call, at the beginning of a line or behind thread and time. */
const BEGUN = new RegExp(String.raw`^${LEADER_SHOWN}[a-z_]\w*\(`);
/** So many lines of one length that break off are no chance. */
const LEAST_CUT = 5;
/** Shorter strings and lines stand in no window. */
const NARROWEST = 40;

/** Whether the line ends in a string, or within brackets. */
function isWithin(line: string): boolean {
  const strings = line.split(/"(?:[^"\\]|\\.)*"/);
  return strings.some((part) => part.includes('"')) || /[[{][^\]}]*$/.test(strings.at(-1)!);
}

/** Lines that a window, a table or `cut -c` cut at one column: what they end with, results and durations, is gone. */
function cutOff(lines: readonly string[]): ForeignTracer | null {
  // Of a line that was folded the rest follows.
  const calls = lines.filter((line, i) => BEGUN.test(line) && (i + 1 === lines.length || BEGUN.test(lines[i + 1]!)));
  const length = calls.reduce((longest, line) => Math.max(longest, line.length), 0);
  const cut = calls.filter((line) => line.length === length && !CALL.test(line));
  if (length < NARROWEST || cut.length < LEAST_CUT) return null;
  // less -S says so.
  const marked = lines.every((line) => line.length <= length) && cut.every((line) => line.endsWith('>'));
  if (!marked && cut.length * 2 < calls.length) return null;
  // Calls in which threads hang break off behind an argument.
  if (!marked && cut.filter(isWithin).length * 2 < cut.length) return null;
  return {
    what: `a trace whose lines are cut at ${length} characters: results and durations are missing`,
    advice: 'Give the file that strace wrote, or copy the lines whole (not from less -S, or a window that cuts them).',
  };
}

/** A record of strace, with its thread and time, or a frame, somewhere in a line. */
export const BEHIND = new RegExp(
  String.raw`(?<![\w.:=/-])${THREAD_SHOWN}?(?:\d+:\d\d:\d\d(?:\.\d+)? |\d+\.\d+ )?${BEHIND_TIME}(?:[a-z_][a-z0-9_]*\(.*(?:\)\s+= (?:-?\d|0x|\?)|<unfinished \.\.\.>)|<\.\.\. \w+ resumed>|\+\+\+ (?:exited|killed) |--- SIG[A-Z])|(?<=\s) > \S.*\[0x[\da-f]+\]`,
);

const LONGEST_EXAMPLE = 60;

/** Lines of strace stand behind something that the table of heads does not have: what it is, and how to cut it. */
export function unknownPrefix(lines: readonly string[]): ForeignTracer | null {
  const prefixes = lines.flatMap((line) => {
    const found = BEHIND.exec(line);
    return found === null || found.index === 0 ? [] : [line.slice(0, found.index)];
  });
  const [first] = prefixes;
  if (first === undefined || prefixes.length * 2 < lines.length) return null;
  const { length } = first;
  const example = JSON.stringify(first.length <= LONGEST_EXAMPLE ? first : `${first.slice(0, LONGEST_EXAMPLE)}...`);
  if (/^\s*\["/.test(first)) {
    const advice = 'Take the lines out of the list: jq -r .[] FILE | perfscope analyze -';
    return { what: `JSON (${example})`, advice };
  }
  if (/^\s*[[{].*"/.test(first))
    return {
      what: `JSON (${example})`,
      advice: 'Take the lines out of it: jq -r .FIELD FILE | perfscope analyze - (FIELD: where they stand).',
    };
  if (prefixes.every((prefix) => hidesThread(prefix) && prefix.trim() === first.trim()))
    return {
      what: `a prefix that stands for whatever thread it was (${example})`,
      advice:
        'Without threads their calls cannot be told apart: give the text with the numbers, or with others in their place, one for each thread.',
    };
  const threads = keepingThreads(prefixes);
  if (threads !== null) return { what: `a prefix that differs from line to line (${example})`, advice: threads };
  const names = new Set(prefixes);
  if (names.size > 1 && names.size * 2 <= prefixes.length)
    return {
      what: `a prefix that differs from line to line (${example})`,
      advice:
        'If it stands for the thread, write a number in its place, another one for each ([pid 1], [pid 2]); if for a recording, give each alone.',
    };
  const same = prefixes.every((other) => other.length === length);
  return {
    what: same ? `a prefix of ${length} characters (${example})` : `a prefix (${example})`,
    advice: same
      ? `Cut it off: sed 's/^.\\{${length}\\}//' FILE | perfscope analyze -`
      : 'Cut off what stands before the thread, time or call in each line, for example with sed.',
  };
}

/** Whether what stands before a call is where its thread was, which someone made unknown: `[pid XXXX] `, `NNNN  `, `<pid> `. */
export const hidesThread = (prefix: string): boolean =>
  /^\[pid +[^\d\s\]]+\] *$|^(?:([Xx#*?N])\1+|[<[{(]?(?:PID|TID|pid|tid|redacted|REDACTED)[>\]})]?) +$/.test(prefix);

/** How to cut off prefixes that hold a number that differs and comes again, as threads do: without it the lines could not be told apart. */
function keepingThreads(prefixes: readonly string[]): string | null {
  const places = [...prefixes[0]!.matchAll(/(?<![\d.:,-])\d{2,7}(?!\d|[.:,-]\d)/g)].map(({ index }) => index);
  for (const at of places) {
    const found = prefixes.map((prefix) => /^(\d{1,7})(?!\d)(.*)$/.exec(prefix.slice(at)));
    const numbers = new Set(found.map((part) => part?.[1]));
    const rests = new Set(found.map((part) => part?.[2]!.length));
    if (numbers.has(undefined) || rests.size > 1 || numbers.size < 2 || numbers.size * 2 > prefixes.length) continue;
    const [rest] = rests;
    return (
      `If the number behind the first ${at} characters is the thread, keep it: ` +
      `sed 's/^.\\{${at}\\}\\([0-9]*\\).\\{${rest}\\}/[pid \\1] /' FILE | perfscope analyze -`
    );
  }
  return null;
}
