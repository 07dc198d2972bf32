/**
 * Heads: what a log, a mail, a pager or a search put before each line of a trace. One table; each entry says what writes such lines
 * and why its shape is safe to cut. A head is cut where lines are records only behind it (find.ts), never where they are without.
 *
 * Named groups of a pattern are used where the lines behind it do not tell the same themselves: `tid` is the thread,
 * `iso`, `epoch`, `digits` (of the epoch, without a point), `tai` (TAI64N), `day` (time of day), `uptime` (seconds since the boot, or the beginning) and `difference`
 * (seconds since the line before) the moment at which the line was written; `source` is whose line it is, where one text may hold those of several;
 * `part` is there where the next line goes on with this one.
 */
import { LEADER_SHOWN } from '../strace/shown.js';

export interface Head {
  readonly id: string;
  /** What puts it there, for people. */
  readonly what: string;
  /** From the beginning of the line; latin1, without ANSI colours. */
  readonly pattern: RegExp;
}

const DATE = String.raw`\d{4}-\d\d-\d\d`;
const CLOCK = String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;
/** 2024-03-05T10:11:12.000100123Z, 2024-03-05 10:11:12,123+0100, 2024-03-05_10:11:12.12345 (runit's svlogd -tt). */
const ISO = String.raw`(?<iso>${DATE}[T _]${CLOCK}(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)`;
/** Mar  5 10:11:12, also with a fraction (journalctl -o short-precise). */
const SYSLOG = String.raw`[A-Z][a-z]{2} [ \d]\d (?<day>${CLOCK})`;
/** What a log calls the writer: `strace[4242]: `, `app[web.1]: `. The number is that of strace itself, not of a thread of the trace. */
const WRITER = String.raw`[^\s:[\]]+(?:\[[^\s\]]+\])?: `;

/** A file's name, with the thread at its end where strace -ff gave it. */
const FILE = String.raw`(?<source>[^\s:("]*?(?:\.(?<tid>\d{1,7}))?)`;
/** What follows is not the rest of a time of day: minutes and seconds (05:30.060866), or seconds behind hours and minutes. */
const WHOLE_TIME = String.raw`(?!\d\d:\d\d(?![:\d]))(?<!\d\d:\d\d:(?=\d\d(?:[ .,]|$)))`;

const at = (pattern: string): RegExp => new RegExp(`^${pattern}`);

export const HEADS: readonly Head[] = [
  // A host stands between the time and the writer (journalctl's usual output, rsyslog, syslog-ng).
  { id: 'syslog', what: 'syslog or journald', pattern: at(String.raw`${SYSLOG} (?:\S+ )?${WRITER}`) },
  // journalctl -o short-iso, rsyslog's RFC 3339 templates, hosted logs (Heroku) without a host.
  { id: 'syslog-iso', what: 'syslog or journald', pattern: at(String.raw`${ISO} (?:\S+ )?${WRITER}`) },
  // RFC 5424, and the priority of RFC 3164 before the usual head.
  {
    id: 'syslog-5424',
    what: 'syslog',
    pattern: at(String.raw`<\d{1,3}>(?:1 ${ISO} \S+ \S+ \S+ \S+ (?:-|\[.*?\]) ?|${SYSLOG} (?:\S+ )?${WRITER})`),
  },
  // journalctl -o short-full, with-unit: the zone is UTC or local; times of day are as printed.
  {
    id: 'journal-full',
    what: 'journald',
    pattern: at(String.raw`[A-Z][a-z]{2} ${DATE} (?<day>${CLOCK}) \S+ (?:\S+ )?${WRITER}`),
  },
  // journalctl -o short-unix.
  { id: 'journal-unix', what: 'journald', pattern: at(String.raw`(?<epoch>\d{10}\.\d{6}) \S+ ${WRITER}`) },
  // journalctl -o short-monotonic, and dmesg.
  {
    id: 'journal-monotonic',
    what: 'journald or the kernel log',
    pattern: at(String.raw`\[ *(?<uptime>\d+\.\d+)\] (?:(?:\S+ )?${WRITER})?`),
  },
  // CRI's log files: time, stream, F for a full line or the last part of one, P for a part.
  { id: 'cri', what: 'a container log (CRI)', pattern: at(String.raw`${ISO} (?:stdout|stderr) (?:F|(?<part>P)) `) },
  // GitLab's runner (FF_TIMESTAMPS): the stream's number, and O or E.
  { id: 'gitlab', what: 'a build log', pattern: at(String.raw`${ISO} [\da-f]{2}[OE] `) },
  // kubectl logs --prefix; the time of --timestamps stands behind it.
  { id: 'kubectl', what: 'kubectl logs --prefix', pattern: at(String.raw`\[(?<source>pod\/[^\]\s]+)\] `) },
  // Python's logging without a format of one's own: level and logger.
  { id: 'python-log', what: "Python's log", pattern: at(String.raw`(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.-]+: ?`) },
  // Go's log package; its file and line with Lshortfile.
  {
    id: 'go-log',
    what: "Go's log",
    pattern: at(String.raw`\d{4}/\d\d/\d\d (?<day>${CLOCK}) (?:[\w./-]+\.go:\d+: )?`),
  },
  // docker build: the step, and seconds since it began.
  { id: 'buildkit', what: 'docker build', pattern: at(String.raw`#\d+ (?<uptime>\d+\.\d+) `) },
  // docker compose logs, docker service logs. A name of one word, so no call and no time; a number is that of a table's row.
  { id: 'compose', what: 'docker compose', pattern: at(String.raw`(?<source>(?!\d+ )[\w.@-]+) +\| `) },
  // kubectl and docker logs --timestamps, ts '%FT%T', hosted build logs.
  { id: 'iso', what: 'a log with times', pattern: at(String.raw`\[?${ISO}\]? `) },
  // ts '%H:%M:%.S', ts -s, chats: in brackets, or before a thread. (Before a call alone it is as strace itself prints it.)
  { id: 'time-of-day', what: 'a log with times', pattern: at(String.raw`\[?(?<day>${CLOCK})\]?:? `) },
  // ts '%.s'.
  { id: 'epoch', what: 'a log with times', pattern: at(String.raw`\[?(?<epoch>\d{10}\.\d{1,9})\]?:? `) },
  // multilog, s6-log, tai64n: https://cr.yp.to/libtai/tai64.html.
  { id: 'tai64n', what: 'a log with times (TAI64N)', pattern: at('@(?<tai>4[0-9a-f]{23}) ') },
  // moreutils ts without a format.
  { id: 'ts', what: 'ts', pattern: at(String.raw`\[?${SYSLOG}\]? `) },
  // logcat -v threadtime, the default; its numbers are those of the process that wrote the line.
  {
    id: 'logcat',
    what: 'logcat',
    pattern: at(String.raw`(?:\d{4}-)?\d\d-\d\d (?<day>${CLOCK}) +\d+ +\d+ [VDIWEF] .*?: `),
  },
  // logcat -v time and -v brief.
  {
    id: 'logcat-brief',
    what: 'logcat',
    pattern: at(String.raw`(?:\d\d-\d\d (?<day>${CLOCK}) )?[VDIWEF]\/.*?\( *\d+\): `),
  },
  // Mails, tickets and Markdown; a frame of strace -k has a space before its mark, and no record behind it.
  { id: 'quote', what: 'quotation marks', pattern: at('(?:> ?|  +> ?)') },
  {
    id: 'quote-space',
    what: 'quotation marks',
    pattern: at(String.raw` > (?=${LEADER_SHOWN}(?:[a-z_][a-z0-9_]*\(|<\.\.\. |--- |\+\+\+ ))(?!.*\) \[0x)`),
  },
  // Lines of context (-A, -B) have a dash behind their number. A time of day stays whole.
  { id: 'grep-number', what: 'grep -n', pattern: at(String.raw`\d+[:-]${WHOLE_TIME}`) },
  // grep -H over the files of strace -ff, whose names end with the thread.
  { id: 'grep-file', what: 'grep -H', pattern: at(String.raw`(?!\d+:)${FILE}:${WHOLE_TIME}`) },
  { id: 'grep-file-number', what: 'grep -Hn', pattern: at(String.raw`${FILE}:\d+:${WHOLE_TIME}`) },
  // A code block, a pasted table cell. The space of a frame stays.
  { id: 'tab', what: 'indentation', pattern: at(String.raw`[ \t]*\t`) },
  { id: 'indent', what: 'indentation', pattern: at('  +(?= > )') },
  // Comments, differences and boxes; `+++ exited` and `--- SIGNAL` have no space behind their first mark.
  { id: 'mark', what: 'a mark', pattern: at(String.raw`(?:[#|*+-]|\/\/) |(?:#|\/\/)(?=[\w[<])`) },
  // A patch that adds the trace: `+++ exited` has a fourth mark there.
  { id: 'diff', what: 'marks of a patch', pattern: at(String.raw`\+(?=\+{3} |[^+])`) },
  // Milli-, micro- or nanoseconds since the epoch, as clouds export their logs.
  { id: 'epoch-ms', what: 'a log with times', pattern: at(String.raw`(?<digits>\d{13}(?:\d{3}|\d{6})?),?[ \t]+`) },
  // ts -i '%.s': since the line before. ELAPSED is the same as time since the beginning.
  { id: 'difference', what: 'a log with times', pattern: at(String.raw`(?<difference>\d{1,6}\.\d{1,9}) `) },
];

/** Seconds since the beginning (ts -s '%.s', a logger's): they only rise, which find.ts checks; strace -r prints differences so. */
export const ELAPSED: Head = {
  id: 'elapsed',
  what: 'times since the beginning',
  pattern: at(String.raw` *(?:\[ *)?(?<uptime>\d{1,6}\.\d{1,9})\]?:? +`),
};

/** Numbers of lines: they rise by one from line to line, which find.ts checks; a tid would be taken for one otherwise. */
export const LINE_NUMBER: Head = {
  id: 'line-number',
  what: 'line numbers',
  // cat -n, nl, less -N, editors, lists (`1. `, `1) `, `#1 `), tables (`1 | `, bat's `1 \u2502 `). The space of a frame stays.
  pattern: /^ *[L#]?(?<number>\d+)(?:\t| *(?:\||\xe2\x94\x82) ?|: ?|[.)] +| +(?= > )| +)/,
};

/** What a log of the tracer's own names its writer by, before the thread of the line: the same in all of them, which find.ts checks. */
export const WRITER_ID: Head = {
  id: 'writer-id',
  what: 'the number of a process that wrote a log',
  pattern: new RegExp(
    String.raw`^\[pid +(?<number>\d+)\] (?=(?:\[pid|\d{2,7}[< ])${LEADER_SHOWN}(?:[a-z_]\w*\(|<\.\.\. |\+\+\+ |--- ))`,
  ),
};

/** A process before its thread. strace prints whole seconds between lines (-r) in the place of the latter, which do not come again and again; find.ts checks it. */
export const PROCESS_ID: Head = {
  id: 'process-id',
  what: 'processes before threads',
  pattern: /^ *\d{1,7} +(?=(?<number>\d{3,7}) +(?:[a-z_]\w*\(|<\.\.\. |\+\+\+ |--- ))/,
};

/** Mails quote whole texts, whatever they are: their marks go even where the lines could be read with them. */
export const QUOTES: readonly Head[] = [
  HEADS.find(({ id }) => id === 'quote')!,
  // A frame of strace -k begins so, but no record.
  { id: 'quote-all', what: 'quotation marks', pattern: /^ > ?/ },
];

/** The groups of a pattern that tell a moment. */
export const STAMPS = ['iso', 'epoch', 'digits', 'tai', 'day', 'uptime', 'difference'];

/** The time that a head told, as strace would print it; '' when it told none. */
export function stampOf(groups: Readonly<Record<string, string | undefined>>): string {
  const { iso, epoch, digits, tai, difference, day, uptime } = groups;
  if (iso !== undefined) return isoStamp(iso);
  if (digits !== undefined) return `${digits.slice(0, 10)}.${digits.slice(10)}`;
  if (epoch !== undefined) return epoch;
  if (tai !== undefined) return taiStamp(tai);
  if (difference !== undefined) return difference;
  if (day !== undefined) return day.replace(',', '.');
  return uptime === undefined ? '' : uptimeStamp(uptime);
}

/** Seconds since the epoch; without a zone UTC, as everywhere here. */
function isoStamp(iso: string): string {
  const parts = /^(.{10})[T _](.{8})(?:[.,](\d+))? ?(.*)$/.exec(iso);
  if (parts === null) return '';
  const [, date, time, fraction, zone] = parts;
  const offset = zone === '' || zone === 'UTC' ? 'Z' : zone!.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const seconds = Date.parse(`${date}T${time}${offset}`) / 1000;
  if (Number.isNaN(seconds)) return '';
  return `${seconds}.${fraction ?? '0'}`;
}

/** TAI64N: seconds from 2^62 on in hexadecimal, ten ahead of the epoch's as their writers count them, and nanoseconds. */
function taiStamp(tai: string): string {
  const seconds = Number.parseInt(tai.slice(1, 16), 16) - 10;
  return `${seconds}.${String(Number.parseInt(tai.slice(16), 16)).padStart(9, '0')}`;
}

/** Time since the boot as a time of day: strace has no clock of its own for it. */
function uptimeStamp(uptime: string): string {
  const [whole, fraction] = uptime.split('.');
  const seconds = Number(whole) % 86_400;
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}
