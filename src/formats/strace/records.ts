/** Where records of strace text begin: for cutting, for recognising the format, and where a line may be part of another. */
import { LineScanner, SPACE, isDigit, startsWith } from '../../lib/bytes.js';
import { StraceClock } from './clock.js';
import { LeaderReader } from './leader-reader.js';
import { isNameByte } from './leader.js';
import { isNumberedName } from './numbers.js';

/** What the leader says is not needed here, but for whether there is a time. */
const clock = new StraceClock();
const leader = new LeaderReader({ tid: -1, commStart: 0, commEnd: 0 }, clock);
leader.use(new LineScanner(new Uint8Array(0)));

/** Whether the name of a call begins at `p`. */
export function startsName(bytes: Uint8Array, p: number): boolean {
  const c = bytes[p];
  return (isNameByte(c) && !isDigit(c)) || isNumberedName(bytes, p);
}

/** Whether a line starts a record: a call or its second half, a signal, an end. Never a stack line or other output. */
export function startsRecord(bytes: Uint8Array, from: number): boolean {
  const p = leader.readAny(bytes, from);
  const c = bytes[p];
  if (c === 60) return startsWith(bytes, p, '<... ');
  if (c === 45) return startsWith(bytes, p, '--- ');
  if (c === 43) return startsWith(bytes, p, '+++ ');
  if (!startsName(bytes, p)) return false;
  let q = p + (c === 83 /* SYS_ */ ? 4 : 1);
  while (isNameByte(bytes[q])) q++;
  return bytes[q] === 40; /* ( */
}

/** By which clock a line shows its time that starts a record: 'none' where it shows none, null where no record starts. */
export const clockOfRecord = (bytes: Uint8Array, from: number): StraceClock['kind'] | null =>
  startsRecord(bytes, from) ? clock.shownKind : null;

/**
 * Whether a line of a stack starts at `p`: ` > /usr/sbin/nginx(main+0x1d) [0x44b2d]`. A line that was quoted (` > read(3, ...) = 1`)
 * looks like one, but a record stands behind its mark, and it does not end with an address. Who copied may have lost the space before
 * the mark, or have a tab for it.
 */
export function isStackLine(bytes: Uint8Array, p: number): boolean {
  const c = bytes[p];
  if (c !== SPACE && c !== TAB && c !== 62 /* > */) return false;
  const frame = frameStart(bytes, p);
  if (frame < 0) return false;
  if (frame - p !== 3 || c !== SPACE) return endsWithAddress(bytes, frame);
  // Nearly all frames begin with the path of a file.
  return bytes[frame] === 47 /* '/' */ || !startsRecord(bytes, frame) || endsWithAddress(bytes, frame);
}

/** Where the frame behind ` > ` begins, -1 when no such mark stands at `p`. */
export function frameStart(bytes: Uint8Array, p: number): number {
  let q = p;
  while (bytes[q] === SPACE || bytes[q] === TAB) q++;
  return bytes[q] === 62 && bytes[q + 1] === SPACE ? q + 2 : -1;
}
const TAB = 9;

/** `) [0x44b2d]`, and what newer versions print behind it (source file and line). */
function endsWithAddress(bytes: Uint8Array, from: number): boolean {
  for (let p = from; bytes[p] >= SPACE || bytes[p] === 9; p++)
    if (bytes[p] === 41 && startsWith(bytes, p + 1, ' [0x')) return true;
  return false;
}
