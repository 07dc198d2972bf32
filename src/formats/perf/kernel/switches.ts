/**
 * `sched:sched_switch` in its two shapes; the same as PerfSwitches in formats/perf/switches.ts, which also reads names that look like
 * fields. A name that is new is left to it, as it numbers them.
 */
import { isDigit, shortNumber, digitCount } from '../../../lib/kernel/digits';
import { addSwitch, hasSwitchRoom, numberOfName } from '../../../lib/kernel/switch-columns';
import { wordAt } from '../../../lib/kernel/words';
import { cpu, isSwitcher, now } from './head';

/** Bytes before the arrow at most. */
const FARTHEST: i32 = 512;
const SPACE: i32 = 32;
const EQUALS: i32 = 61;

/** ' prev_st', 'tate' of ' prev_state=' */
const PREV_STATE: u64 = 0x74735f7665727020;
const STATE: u32 = 0x65746174;
/** ' prev_pr', 'rio=' */
const PREV_PRIO: u64 = 0x72705f7665727020;
const PRIO: u32 = 0x3d6f6972;
/** ' prev_pi', 'd=' */
const PREV_PID: u64 = 0x69705f7665727020;
const PID: u32 = 0x3d64;
/** 'next_com', 'm=' */
const NEXT_COMM: u64 = 0x6d6f635f7478656e;
const COMM: u32 = 0x3d6d;
/** ' next_pi', ' next_pr' */
const NEXT_PID: u64 = 0x69705f7478656e20;
const NEXT_PRIO: u64 = 0x72705f7478656e20;

/** Lines tell one number, so that it may be the process's. */
let oneId: bool = false;

export function setOneId(told: bool): void {
  oneId = told;
}
/** Reads the event's text at `start`; gives where the next line begins, 0 when this one is unusual. */
export function readSwitch(start: usize): usize {
  if (!hasSwitchRoom()) return 0;
  const arrow = arrowFrom(start);
  if (arrow == 0 || arrow > start + FARTHEST || load<u8>(arrow - 1) != SPACE) return 0;
  let before = arrow - 2;
  let c: i32 = load<u8>(before);
  while (c != SPACE && c != EQUALS && c > 13) c = load<u8>(--before);
  if (before == arrow - 2) return 0;
  const named = load<u64>(arrow, 4) == NEXT_COMM && load<u16>(arrow, 12) == COMM;
  const id = named ? namedId(before) : c == SPACE ? idInBrackets(before) : 0;
  if (id <= start + 1) return 0;
  const previous = shortNumber(id);
  if (isDigit(load<u8>(id + digitCount)) || digitCount == 0) return 0;
  if (oneId && !isSwitcher(previous)) return 0;
  const next = named ? readNamed(arrow + 14) : readBrackets(arrow + 4);
  if (next == 0) return 0;
  addSwitch(now, cpu, previous, load<u8>(before + 1), nextTid, nextName);
  return next;
}

/** The first `==> ` of the line at or after `from`, 0 when there is none. */
// @inline
function arrowFrom(from: usize): usize {
  const feeds = i8x16.splat(10);
  let p = from;
  let arrows = arrowsAt(p);
  let ends = i8x16.bitmask(i8x16.eq(v128.load(p), feeds));
  while ((arrows | ends) == 0) {
    p += 16;
    arrows = arrowsAt(p);
    ends = i8x16.bitmask(i8x16.eq(v128.load(p), feeds));
  }
  return arrows != 0 && (ends == 0 || ctz(arrows) < ctz(ends)) ? p + ctz(arrows) : 0;
}

/** A bit for each of the 16 bytes at `p` where an arrow begins. */
// @inline
function arrowsAt(p: usize): i32 {
  const lines = v128.and(i8x16.eq(v128.load(p), i8x16.splat(61)), i8x16.eq(v128.load(p, 1), i8x16.splat(61)));
  const heads = v128.and(i8x16.eq(v128.load(p, 2), i8x16.splat(62)), i8x16.eq(v128.load(p, 3), i8x16.splat(32)));
  return i8x16.bitmask(v128.and(lines, heads));
}

/** Of ` prev_pid=1 prev_prio=120 prev_state=S`, whose last `=` is at `equals`: where the id's digits begin, 0 when it has another shape. */
// @inline
function namedId(equals: usize): usize {
  if (load<u8>(equals) != EQUALS || load<u64>(equals - 11) != PREV_STATE || load<u32>(equals - 4) != STATE) return 0;
  let p = numberBefore(equals - 12);
  if (p == 0 || load<u64>(p - 10) != PREV_PRIO || load<u32>(p - 3) != PRIO) return 0;
  const end = p - 11;
  p = digitsBefore(end);
  return p != end && load<u64>(p - 9) == PREV_PID && load<u16>(p - 1) == PID ? p + 1 : 0;
}

/** Of `:1 [120] S`, whose last space is at `space`: where the id's digits begin, 0 when it has another shape. */
// @inline
function idInBrackets(space: usize): usize {
  if (load<u8>(space - 1) != 93 /* ] */) return 0;
  let p = numberBefore(space - 2);
  if (p == 0 || load<u16>(p - 1) != 0x5b20 /* [ */) return 0;
  const end = p - 2;
  p = digitsBefore(end);
  return p != end && load<u8>(p) == 58 /* : */ ? p + 1 : 0;
}

/** Position before the digits that end at `last`. */
// @inline
function digitsBefore(last: usize): usize {
  let p = last;
  while (isDigit(load<u8>(p))) p--;
  return p;
}

/** The same of a number that may be negative; 0 when there is none. */
// @inline
function numberBefore(last: usize): usize {
  const p = digitsBefore(last);
  if (p == last) return 0;
  return load<u8>(p) == 45 /* - */ ? p - 1 : p;
}

let nextTid: i32 = 0;
let nextName: i32 = 0;

/** `redis-server next_pid=1 next_prio=120` at `name`; gives where the next line begins, 0 when it has another shape. */
// @inline
function readNamed(name: usize): usize {
  const v = v128.load(name);
  for (let spaces = i8x16.bitmask(i8x16.eq(v, i8x16.splat(32))); spaces != 0; spaces &= spaces - 1) {
    const length = <i32>ctz(spaces);
    const p = name + length;
    if (load<u64>(p) != NEXT_PID || load<u16>(p, 8) != PID) continue;
    nextTid = shortNumber(p + 10);
    const end = p + 10 + digitCount;
    if (digitCount == 0 || load<u64>(end) != NEXT_PRIO || load<u32>(end, 7) != PRIO) return 0;
    return isName(v, name, length) ? lineEnd(behindNumber(end + 11)) : 0;
  }
  return 0;
}

/** `redis-server:1 [120]` at `name`; gives where the next line begins, 0 when it has another shape. */
// @inline
function readBrackets(name: usize): usize {
  const v = v128.load(name);
  for (let colons = i8x16.bitmask(i8x16.eq(v, i8x16.splat(58))); colons != 0; colons &= colons - 1) {
    const length = <i32>ctz(colons);
    nextTid = shortNumber(name + length + 1);
    const end = name + length + 1 + digitCount;
    if (digitCount == 0 || load<u16>(end) != 0x5b20) continue;
    const behind = behindNumber(end + 2);
    if (behind == 0 || load<u8>(behind) != 93) continue;
    const next = lineEnd(behind + 1);
    if (next != 0) return isName(v, name, length) ? next : 0;
  }
  return 0;
}

/** Whether the name of this length, which begins with `first`, is one that has a number. */
// @inline
function isName(first: v128, name: usize, length: i32): bool {
  // Control characters end a line's text for the JavaScript reader.
  const controls = i8x16.bitmask(i8x16.le_u(first, i8x16.splat(13)));
  if (length == 0 || (controls & ((1 << length) - 1)) != 0) return false;
  nextName = numberOfName(wordAt(name, length));
  return nextName >= 0;
}

/** Position behind the number at `p`, which may be negative; 0 when there is none. */
// @inline
function behindNumber(p: usize): usize {
  const first = load<u8>(p) == 45 ? p + 1 : p;
  let end = first;
  while (isDigit(load<u8>(end))) end++;
  return end == first ? 0 : end;
}

/** Position of the line behind a line feed, or both signs of a line's end, at `p`; 0 when there are none. */
// @inline
function lineEnd(p: usize): usize {
  if (p == 0) return 0;
  if (load<u8>(p) == 10) return p + 1;
  return load<u16>(p) == 0x0a0d ? p + 2 : 0;
}
