/**
 * The first line of a text that somebody copied from the middle of a line on: `11 10:11:12.000100 read(...` of thread 4711, or `0:11:12.000100
 * read(...` at ten o'clock. What is left of it looks like a record of another thread, or of another time.
 */
import { LF, lineEnd, text } from '../../lib/bytes.js';
import { endsKnownCall } from '../syscalls/index.js';

/** Lines looked at. */
const LINES = 100;
/** So many others tell how lines begin. */
const LEAST_OTHERS = 3;

const RECORD =
  /^(?:\[pid +\d+(?:<[^<>]*>)?\] +|(?<tid>\d{1,7})(?:<[^<>]*>)?(?<gap> +))?(?:(?:(?<hours>\d{1,2}):\d\d:\d\d|(?<seconds>\d{5,10})(?=\.))(?:\.\d+)? )?(?:(?<name>[a-z_]\w*)\(|<\.\.\. |--- |\+\+\+ )/;

type Parts = Readonly<Record<string, string | undefined>>;

/** The first line of the text that begins with these bytes, where its own beginning is missing; else undefined. */
export function cutBeginning(bytes: Uint8Array): string | undefined {
  const lines: string[] = [];
  const end = bytes.lastIndexOf(LF);
  for (let p = 0; p < end && lines.length < LINES; p = lineEnd(bytes, p) + 1)
    lines.push(text(bytes, p, lineEnd(bytes, p)));
  const [first, ...others] = lines.map((line) => RECORD.exec(line)?.groups);
  const known = others.filter((parts) => parts !== undefined);
  if (first === undefined || known.length < LEAST_OTHERS) return undefined;
  return isCut(first, known) ? lines[0] : undefined;
}

function isCut(first: Parts, others: readonly Parts[]): boolean {
  // strace writes two digits of hours, and has had ten of seconds since 2001.
  for (const time of ['hours', 'seconds'] as const) {
    const digits = others.map((parts) => parts[time]?.length);
    if (first[time] !== undefined && digits.every((n) => n !== undefined && n > first[time]!.length)) return true;
  }
  const { tid, gap, hours, seconds, name } = first;
  if (tid !== undefined) return isEndOfThread(tid, gap!, others);
  if (hours !== undefined || seconds !== undefined) return false;
  // Without thread and time, it may begin in the midst of its name.
  return name !== undefined && endsKnownCall(name);
}

/** Whether that number is the end of another thread's, and stands in no other line. strace fills threads up with blanks to one width. */
function isEndOfThread(tid: string, gap: string, others: readonly Parts[]): boolean {
  const width = (parts: Parts) => (parts.tid ?? '').length + (parts.gap ?? '').length;
  const own = tid.length + gap.length;
  if (others.some((parts) => parts.tid === undefined || parts.tid === tid || width(parts) <= own)) return false;
  return others.some((parts) => parts.tid!.endsWith(tid));
}
