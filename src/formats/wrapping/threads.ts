/** Threads that stand beside the lines of a trace: in a column of a table, in a member of an object, before or behind the line. */
import { THREAD_SHOWN } from '../strace/shown.js';

/** A record with what `-n` and `-i` print before it. */
const RECORD = String.raw`(?:\[(?!pid )[^\]]{1,99}\] )*(?:[a-z_][a-z0-9_]*\(|<\.\.\. |\+\+\+ |--- )`;
export const UNTIMED = new RegExp(`^( *${THREAD_SHOWN}?)(?=${RECORD})`);
/** A time may stand before it; a whole number would be a thread. */
const UNTHREADED = new RegExp(String.raw`^ *(?=(?:\d*[.:][\d.:]* )?${RECORD})`);

export const isUntimed = (line: string): boolean => UNTIMED.test(line);
export const isUnthreaded = (line: string): boolean => UNTHREADED.test(line);

/** The line with this thread, if it is a record that names none. */
export const withThread = (tid: string, line: string): string =>
  tid !== '' && isUnthreaded(line) ? `${tid} ${line.trimStart()}` : line;

/** What columns and members are called that hold a thread: `tid`, `thread_id`, `process.thread.id`, `LWP`. */
const THREAD_NAME = /^(?:.*[._ -])?(?:tid|lwp|thread[._ -]?id|thread)$/i;
/** Those that may hold one, or the number of whoever wrote the line, which is the same in all. */
const PROCESS_NAME = /^(?:.*[._ -])?(?:pid|process[._ -]?id|process)$/i;
const NUMBER = /^ *(\d{1,7}) *$/;

export const isThreadName = (name: string): boolean => THREAD_NAME.test(name.trim());
const isProcessName = (name: string): boolean => PROCESS_NAME.test(name.trim());
/** The number of a thread; '' for anything else. */
export const tidOf = (value: unknown): string => NUMBER.exec(String(value))?.[1] ?? '';

/** Fewer numbers come again by chance. */
const LEAST = 4;
/** Threads have two digits at least, but in containers. */
const LIKE_A_THREAD = /^\d{2,7}$/;

/** Whether numbers are several that come again and again, as threads do: not those of lines, not one that is the same in all. */
export function comeAgain(numbers: readonly string[]): boolean {
  const values = numbers.map(Number);
  const distinct = new Set(values).size;
  if (numbers.length < LEAST || distinct < 2 || distinct * 2 > numbers.length) return false;
  return numbers.every((number) => LIKE_A_THREAD.test(number)) && values.some((value, i) => value < values[i - 1]!);
}

/** Which of the columns of a table holds the threads of its rows: by its name, else the only one whose numbers are like those; -1 for none. */
export function threadColumn(names: readonly string[] | null, rows: readonly (readonly string[])[]): number {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, column) => rows.map((row) => tidOf(row[column] ?? '')));
  const numbered = columns.flatMap((column, i) => (column.every((tid) => tid !== '') ? [i] : []));
  if (names === null) {
    const like = numbered.filter((column) => comeAgain(columns[column]!));
    return like.length === 1 ? like[0]! : -1;
  }
  const differ = (column: number) => new Set(columns[column]).size > 1;
  const thread = numbered.find((column) => isThreadName(names[column] ?? ''));
  return thread ?? numbered.find((column) => isProcessName(names[column] ?? '') && differ(column)) ?? -1;
}

/** Where the call begins in a line, with its number and address in brackets (-n, -i), and what stands behind its result. */
const CALL = /(?:\[ *[\da-f?]+\] )*(?:[a-z_][a-z0-9_]*\(|<\.\.\. \w+ resumed|\+\+\+ |--- SIG)/;
const BEHIND_RESULT =
  /\) *= (?:-?\d+|0x[0-9a-f]+|\?)(?:<[^<>"]*>+)?(?: E[A-Z0-9]+)?(?: \([^()"]*\))?(?: <\d+(?:\.\d+)?>)?(.*)$/;
/** A number that is no part of a time, a date, a fraction or a word. */
const ALONE = /(?<![\w.+-]|\d[:/,]|\d-)\d{2,7}(?![\w.]|[:/-]\d)/g;
/** A member of JSON or YAML, or an element of XML, on a line of its own. */
const MEMBER = /^\s*(?:- +)?["<]?([\w@. -]+)(?:"?\s*: *"?|>)(\d{1,7})(?:"?,?|<\/[\w. -]+>)\s*$/;
/** In so large a share of the records. */
const NEARLY_ALL = 0.8;

/**
 * Numbers that come again as threads do, before or behind the calls of lines that name no thread: a few of them, '' where there are none.
 * `given`: lines as they are; `read`: as they are read.
 */
export function threadsLeftOut(given: readonly string[], read: readonly string[]): string {
  const records = read.filter((line) => UNTIMED.test(line) || UNTHREADED.test(line));
  if (records.filter(isUnthreaded).length * 2 <= records.length) return '';
  const places = new Map<string, string[]>();
  let lines = 0;
  for (const line of given) {
    const [, name = '', value = ''] = MEMBER.exec(line) ?? [];
    if (isThreadName(name) || isProcessName(name)) places.set(name, [...(places.get(name) ?? []), value]);
    const at = CALL.exec(line)?.index;
    if (at === undefined) continue;
    lines++;
    const before = line.slice(0, at).match(ALONE) ?? [];
    const behind = BEHIND_RESULT.exec(line)?.[1]?.match(ALONE) ?? [];
    for (const [i, number] of before.entries()) places.set(`-${i}`, [...(places.get(`-${i}`) ?? []), number]);
    for (const [i, number] of behind.entries()) places.set(`+${i}`, [...(places.get(`+${i}`) ?? []), number]);
  }
  const found = [...places.values()].find((numbers) => numbers.length >= lines * NEARLY_ALL && comeAgain(numbers));
  return [...new Set(found)].slice(0, 3).join(', ');
}
