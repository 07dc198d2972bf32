/**
 * How a CSV file of system calls is laid out: separator, columns, units. All of it is found by looking, and can be given.
 * docs/csv.md says the same to users.
 */
import { parse } from './library.js';
import { PerfscopeError } from '../../errors.js';
import { text } from '../../lib/bytes.js';
import { type TimeUnit, guessUnit, isTime } from './time.js';
import type { ParseOptions } from '../format.js';
import { ARCHITECTURES, type Architecture, architectureCalls, likelyArchitecture } from '../syscalls/index.js';

/** Meaning of a column; the first seven stand in this order in a file without header. */
export const CSV_COLUMNS = ['ts', 'pid', 'tid', 'cpu', 'syscall', 'ret', 'dur', 'comm', 'fd', 'errno'] as const;
export type CsvColumn = (typeof CSV_COLUMNS)[number];
export const TS = 0;
export const PID = 1;
export const TID = 2;
export const CPU = 3;
export const SYSCALL = 4;
export const RET = 5;
export const DUR = 6;
export const COMM = 7;
export const FD = 8;
export const ERRNO = 9;

/** What every stretch of the file must know. Plain data. */
export interface CsvLayout {
  /** Byte that separates fields. */
  readonly delimiter: number;
  /** Per field of a record: index into CSV_COLUMNS, -1 for what is not used. */
  readonly columns: readonly number[];
  /** The line that names the columns, '' when there is none. */
  readonly header: string;
  readonly startUnit: TimeUnit;
  readonly durationUnit: TimeUnit;
  /** Whose numbers system calls are, where they are numbers. */
  readonly architecture: Architecture;
}

/** What was found, with how much of it makes sense. */
export interface CsvSurvey {
  readonly layout: CsvLayout;
  /** Records looked at, and those with a time and a system call. */
  readonly records: number;
  readonly good: number;
  /** Records are entries and exits of calls, and not calls. */
  readonly halves: boolean;
}

/** Other names that columns go by, in lower case and without a unit. */
const ALIASES: Record<CsvColumn, readonly string[]> = {
  ts: ['ts', 'time', 'timestamp', 'start', 'start_time', 'entry', 'entry_time'],
  pid: ['pid', 'tgid', 'process_id'],
  tid: ['tid', 'thread', 'thread_id', 'lwp'],
  cpu: ['cpu', 'cpu_id'],
  syscall: ['syscall', 'call', 'syscall_name', 'sysname', 'system_call', 'syscall_nr', 'nr'],
  ret: ['ret', 'return', 'result', 'retval', 'return_value', 'rv'],
  dur: ['dur', 'duration', 'elapsed', 'latency'],
  comm: ['comm', 'name', 'command', 'process', 'process_name', 'thread_name', 'task'],
  fd: ['fd', 'descriptor'],
  errno: ['errno', 'error', 'err'],
};

/** `_ns`, `(us)`, `_[ms]` at the end of a name. */
const UNIT_SUFFIX = /(?:_|_?[([])(ns|us|ms|s|sec|seconds|nanoseconds|microseconds|milliseconds)[)\]]?$/;
const UNITS: Record<string, TimeUnit> = {
  sec: 's',
  seconds: 's',
  nanoseconds: 'ns',
  microseconds: 'us',
  milliseconds: 'ms',
};

const DELIMITERS = [',', '\t', ';', '|'];
/** Records that are looked at. */
const RECORDS = 200;

const knownCalls = new Set(ARCHITECTURES.flatMap((architecture) => architectureCalls(architecture)));
knownCalls.delete('');

/** Name of a system call without what the kernel's symbols and tracepoints put before it. */
export function plainCallName(name: string): string {
  return name.replace(/^(?:__(?:x64|ia32|arm64)_)?(?:sys|SYS)_(?:enter_|exit_)?/, '');
}

/** `# made by ...`, the separator as spreadsheets write it (`sep=;`), and the lines of a table that a database's shell drew. */
export function isRemark(line: string): boolean {
  return line.startsWith('#') || /^sep=.?$/.test(line) || /^[-+|]*-{3}[-+|]*$/.test(line);
}

/** How the text is laid out, by its first bytes; null when it does not look like system calls in CSV. */
export function surveyCsv(sample: Uint8Array, options: ParseOptions): CsvSurvey | null {
  const string = text(sample, 0, sample.length).replace(/^\uFEFF/, '');
  const lines = string.split('\n').filter((line) => line.trim() !== '' && !isRemark(line.trimEnd()));
  const wanted =
    options.delimiter === undefined ? DELIMITERS : [options.delimiter === '\\t' ? '\t' : options.delimiter];
  const surveys = wanted.flatMap((delimiter) => surveyWith(lines, delimiter, options) ?? []);
  return surveys.sort((a, b) => b.good / b.records - a.good / a.records)[0] ?? null;
}

/** The same for a text that must be CSV. Throws PerfscopeError 'input-format' that says what is there and what is missing. */
export function layoutOf(sample: Uint8Array, options: ParseOptions): CsvLayout {
  const survey = surveyCsv(sample, options);
  if (survey?.halves === true)
    throw new PerfscopeError(
      'input-format',
      'the CSV file has entries and exits as records of their own, so that each call would count twice',
      { line: 1, offset: 0 },
      'Join the two by thread: one record a call, with the time of its entry, its result and its duration (docs/csv.md).',
    );
  if (survey !== null) return survey.layout;
  const end = sample.indexOf(10);
  const first = text(sample, 0, Math.min(end < 0 ? sample.length : end, 200)).trim();
  throw new PerfscopeError(
    'input-format',
    `no columns "ts" and "syscall" in the CSV file, which begins with ${JSON.stringify(first)}`,
    { line: 1, offset: 0 },
    `Columns are ${CSV_COLUMNS.join(', ')}; name yours with --columns ts=NAME,syscall=NAME (docs/csv.md).`,
  );
}

/** What the first record says of the columns: by their names, or by their places; null when it does not. */
function columnsOf(head: readonly string[], options: ParseOptions) {
  if (head.length < 2) return null;
  const named = options.header === false ? null : namedColumns(head, options);
  if (named === null && options.header === true) return null;
  const columns = named?.columns ?? numberedColumns(head, options);
  return columns && { named, columns };
}

function surveyWith(lines: readonly string[], delimiter: string, options: ParseOptions): CsvSurvey | null {
  const [first] = lines;
  if (first === undefined) return null;
  // Most texts are no CSV, which their first line tells, unless a quoted field goes on behind it.
  const alone = first.includes('"') ? parsed([first], delimiter)?.[0] : plainFields(first, delimiter);
  if (alone !== undefined && columnsOf(alone, options) === null) return null;
  const records = recordsOf(lines.slice(0, RECORDS + 1), delimiter);
  const head = records[0] ?? [];
  const found = columnsOf(head, options);
  if (found === null) return null;
  const { named, columns } = found;
  const rows = named ? records.slice(1) : records;
  const [ts, syscall] = [columns.indexOf(TS), columns.indexOf(SYSCALL)];
  const numbers = new Map<number, number>();
  let good = 0;
  for (const row of rows) {
    const call = row[syscall] ?? '';
    const isNumber = /^\d+$/.test(call);
    if (isNumber) numbers.set(Number(call), (numbers.get(Number(call)) ?? 0) + 1);
    if (isTime(row[ts] ?? '') && (isNumber || knownCalls.has(plainCallName(call)))) good++;
  }
  // Without names of columns, only the content tells.
  if (named === null && good * 2 < rows.length) return null;
  const startUnit = options.timeUnit ?? named?.startUnit ?? unitOf(rows, ts, columns.indexOf(DUR));
  const layout = {
    delimiter: delimiter.charCodeAt(0),
    columns,
    header: named ? lines[0]!.trimEnd() : '',
    startUnit,
    durationUnit: options.timeUnit ?? named?.durationUnit ?? startUnit,
    architecture: options.architecture ?? likelyArchitecture(numbers),
  };
  return { layout, records: rows.length, good, halves: areHalves(rows) };
}

/** What a column says of the half of a call that a record tells of, alone or before the call's name. */
const ENTRY = /^(?:(?:raw_)?syscalls:)?(?:sys_)?(?:enter|entry|begin|start|>)(?:_\w+)?$/i;
const EXIT = /^(?:(?:raw_)?syscalls:)?(?:sys_)?(?:exit|return|ret|leave|end|<)(?:_\w+)?$/i;
/** So large a share of the records; calls may break off at both ends. */
const MOST = 0.9;

function areHalves(rows: readonly string[][]): boolean {
  const width = Math.max(0, ...rows.map((row) => row.length));
  for (let column = 0; column < width; column++) {
    const entries = rows.filter((row) => ENTRY.test(row[column] ?? '')).length;
    const exits = rows.filter((row) => EXIT.test(row[column] ?? '')).length;
    if (entries > 0 && exits > 0 && entries + exits >= rows.length * MOST) return true;
  }
  return false;
}

/** Unit of the times in fields `ts` and `dur`: whole numbers of nanoseconds have no fractions anywhere. */
function unitOf(rows: readonly string[][], ts: number, dur: number): TimeUnit {
  const guess = guessUnit(rows.find((row) => isTime(row[ts] ?? ''))?.[ts] ?? '');
  const fractions = rows.some((row) => row[ts]?.includes('.') === true || row[dur]?.includes('.') === true);
  return guess === 'ns' && fractions && rows.every((row) => (row[ts]?.length ?? 0) < NANOSECONDS_LENGTH) ? 's' : guess;
}
/** Digits from which a whole number can only be nanoseconds of the wall clock. */
const NANOSECONDS_LENGTH = 18;

function recordsOf(lines: readonly string[], delimiter: string): string[][] {
  // null: a quoted field goes on behind the last line.
  return parsed(lines, delimiter) ?? lines.map((line) => plainFields(line, delimiter));
}

function parsed(lines: readonly string[], delimiter: string): string[][] | null {
  try {
    return parse(lines.join('\n'), { delimiter, relax_quotes: true, relax_column_count: true, trim: true });
  } catch {
    return null;
  }
}

function plainFields(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

function namedColumns(head: readonly string[], { columns: renamed = {} }: ParseOptions) {
  let startUnit: TimeUnit | undefined;
  let durationUnit: TimeUnit | undefined;
  const wanted = new Map(Object.entries(renamed).map(([column, name]) => [name.trim().toLowerCase(), column]));
  const taken = new Set(wanted.values());
  const columns = head.map((name) => {
    const lower = name.trim().toLowerCase();
    const words = lower.replace(/[\s_]+/g, '_');
    const unitName = UNIT_SUFFIX.exec(words)?.[1];
    const unit = unitName === undefined ? undefined : (UNITS[unitName] ?? (unitName as TimeUnit));
    const bare = words.replace(UNIT_SUFFIX, '');
    const given = wanted.get(lower);
    const column =
      given ?? CSV_COLUMNS.find((c) => !taken.has(c) && (ALIASES[c].includes(words) || ALIASES[c].includes(bare)));
    if (column === undefined) return -1;
    taken.add(column);
    if (column === 'ts') startUnit = unit;
    if (column === 'dur') durationUnit = unit;
    return CSV_COLUMNS.indexOf(column as CsvColumn);
  });
  // What has no name of its own for the call may have it where others have that of the thread.
  const name = head.findIndex((cell) => cell.trim().toLowerCase() === 'name');
  if (!columns.includes(SYSCALL) && columns[name] === COMM) columns[name] = SYSCALL;
  return isEnough(columns) ? { columns, startUnit, durationUnit } : null;
}

/** Columns of a file without header: the usual order, or where `columns` says, counted from 1. */
function numberedColumns(head: readonly string[], { columns: given }: ParseOptions): number[] | null {
  const columns = head.map((_, i) => (given === undefined && i <= DUR ? i : -1));
  for (const [column, place] of Object.entries(given ?? {})) {
    const field = Number(place) - 1;
    if (field in columns) columns[field] = CSV_COLUMNS.indexOf(column as CsvColumn);
  }
  return isEnough(columns) && isTime(head[columns.indexOf(TS)] ?? '') ? columns : null;
}

function isEnough(columns: readonly number[]): boolean {
  return columns.includes(TS) && columns.includes(SYSCALL);
}
