/**
 * What stands before the event: `    redis-server 18651/18651 [000]  3465.589469457: `. The same as PerfLine in
 * formats/perf/line.ts, which reads all shapes. A thread's name and ids are not read at all: they are compared with those of
 * the thread's last line that the JavaScript reader has read.
 */
import { NO_CPU } from '../../../lib/kernel/codes';
import { isDigit, nineDigits, sixDigits } from '../../../lib/kernel/digits';
import { THREADS } from '../../../lib/kernel/memory';

/** Longest name and ids, bytes. */
const LONGEST: i32 = 32;
/**
 * Beginnings that are known, but not of which thread: of events that tell of no call only that there is a thread. Numbered from THREADS
 * on; when there are more, the oldest is forgotten.
 */
const STRANGERS: i32 = 1024;
/** Per thread: its name and ids, zeros before them (32 bytes), their length, 0 when not known, and who switches tell that it is, -1: nobody yet. */
const RECORD: i32 = 64;
const RECORDS: usize = memory.data((THREADS + STRANGERS) * RECORD, 16);
/** Those behind are empty: there are inputs of many small chunks. */
let records: i32 = 0;
let strangers: i32 = 0;
let nextStranger: i32 = 0;
/** By the last 8 bytes of name and ids: numbers of four that may be the one, the latest first. */
const SLOTS: usize = memory.data(THREADS * 8, 16);
/** Name and ids that the driver tells, zeros before them. */
export const NEW_HEAD: usize = memory.data(LONGEST, 16);
/** 16 bytes of zeros, 16 of ones: ones in the last n bytes begin at n. */
const LAST_BYTES: usize = memory.data<u64>([0, 0, -1, -1], 16);

/** Where the colon behind the time was in the line before, and in which lines it is looked for from on. */
let colonAt: i32 = 0;
const LEAST_COLON: i32 = 16;

/** Seconds that time 0 stands for. */
let base: f64 = 0;
/** The 16 bytes up to the point of a time before; those that are its digits and the space before them; how many digits; their ns. */
let digits: v128 = i64x2.splat(0);
let digitsMask: v128 = i64x2.splat(-1);
let digitsLength: i32 = 0;
let secondNs: f64 = 0;

export let cpu: i32 = 0;
export let now: f64 = 0;
export let thread: i32 = 0;

/** Another recording: no thread is known, and its first second is this. */
export function forget(seconds: f64): void {
  memory.fill(RECORDS, 0, records * RECORD);
  memory.fill(RECORDS + THREADS * RECORD, 0, strangers * RECORD);
  records = 0;
  strangers = 0;
  nextStranger = 0;
  base = seconds;
  digitsMask = i64x2.splat(-1);
  digits = i64x2.splat(0);
}

/** The thread's lines begin with what stands at NEW_HEAD, of this length; 0: this is not known. */
export function setHead(whose: i32, length: i32): void {
  if (whose >= records) records = whose + 1;
  write(whose, length);
}

/** There are lines that begin with what stands at NEW_HEAD, of this length; a switch tells of this thread, unless it is -1. */
export function addStranger(length: i32, switcher: i32): void {
  const known = findHead(NEW_HEAD + LONGEST, length);
  const whose = known >= 0 ? known : THREADS + nextStranger;
  if (known < 0) write(whose, length);
  if (switcher >= 0) store<i32>(RECORDS + whose * RECORD, switcher, 36);
  if (known >= 0) return;
  if (nextStranger == strangers) strangers++;
  nextStranger = (nextStranger + 1) & (STRANGERS - 1);
}

/** Whether lines with one number tell it of the thread `previous`, as the last switch that JavaScript read. */
// @inline
export function isSwitcher(previous: i32): bool {
  return load<i32>(RECORDS + thread * RECORD, 36) == previous;
}

function write(whose: i32, length: i32): void {
  const record = RECORDS + whose * RECORD;
  v128.store(record, v128.load(NEW_HEAD));
  v128.store(record, v128.load(NEW_HEAD, 16), 16);
  store<i32>(record, length, 32);
  store<i32>(record, -1, 36);
  if (length == 0) return;
  const slot = slotOf(NEW_HEAD + LONGEST, length);
  let at: usize = 0;
  while (at < 6 && load<u16>(slot + at) != whose) at += 2;
  for (; at > 0; at -= 2) store<u16>(slot + at, load<u16>(slot + at - 2));
  store<u16>(slot, whose);
}

/** Slot of name and ids of this length that end at `end`. */
// @inline
function slotOf(end: usize, length: i32): usize {
  let last = load<u64>(end - 8);
  if (length < 8) last &= (<u64>-1) << ((8 - length) << 3);
  return SLOTS + ((<usize>((last * 0x9e3779b97f4a7c15) >>> 52)) << 3);
}

/** Whose name and ids are the `length` bytes before `end`, -1 when not known. */
// @inline
function findHead(end: usize, length: i32): i32 {
  if (length <= 0) return -1;
  let four = load<u64>(slotOf(end, length));
  const last = length > 16 ? 16 : length;
  const high = v128.and(v128.load(end - 16), v128.load(LAST_BYTES + last));
  const low = v128.and(v128.load(end - 32), v128.load(LAST_BYTES + (length - last)));
  for (let i = 0; i < 4; i++) {
    const whose = <i32>(four & 0xffff);
    const record = RECORDS + whose * RECORD;
    const differ = v128.or(v128.xor(high, v128.load(record, 16)), v128.xor(low, v128.load(record)));
    if (load<i32>(record, 32) == length && !v128.any_true(differ)) return whose;
    four >>= 16;
  }
  return -1;
}

/** Position of the colon behind the time of the line at `start`; sets what stands before it. 0 when it has another shape. */
// @inline
export function readHead(start: usize): usize {
  // Whichever is taken: between it and the ids there is no other, and those within the name were not taken before either.
  let colon = start + colonAt;
  // Behind an event's name there is one as well, where a line before had a longer name of its thread.
  if (load<u16>(colon) != 0x203a /* : */ || !isDigit(load<u8>(colon - 1))) {
    colon = findColon(start + LEAST_COLON);
    if (colon == 0) return 0;
    colonAt = <i32>(colon - start);
  }
  let ns: i32;
  let point = colon - 10;
  if (load<u8>(point) == 46 /* . */) ns = nineDigits(point + 1);
  else {
    point = colon - 7;
    ns = load<u8>(point) == 46 ? sixDigits(point + 1) * 1000 : -1;
  }
  if (ns < 0) return 0;
  const before = v128.load(point - 16);
  if (v128.any_true(v128.and(v128.xor(before, digits), digitsMask)) && !readSeconds(point)) return 0;
  let p = point - digitsLength - 1;
  while (load<u8>(p) == 32) p--;
  cpu = NO_CPU;
  if (load<u8>(p) == 93 /* ] */) {
    const a: i32 = load<u8>(p - 3) - 48;
    const b: i32 = load<u8>(p - 2) - 48;
    const c: i32 = load<u8>(p - 1) - 48;
    if (load<u8>(p - 4) != 91 /* [ */ || <u32>a > 9 || <u32>b > 9 || <u32>c > 9) return 0;
    cpu = a * 100 + b * 10 + c;
    p -= 5;
    while (load<u8>(p) == 32) p--;
  }
  const length = <i32>(p + 1 - start);
  thread = length > LONGEST ? -1 : findHead(p + 1, length);
  if (thread < 0) return 0;
  now = secondNs + <f64>ns;
  return colon;
}

/** The first colon with a space behind it in 64 bytes from `from` on, 0 when there is none. */
function findColon(from: usize): usize {
  for (let p = from; p < from + 64; p += 16) {
    const mask = i8x16.bitmask(
      v128.and(i8x16.eq(v128.load(p), i8x16.splat(58)), i8x16.eq(v128.load(p, 1), i8x16.splat(32))),
    );
    if (mask != 0) return p + ctz(mask);
  }
  return 0;
}

/** The digits before the point, and the space before them. */
function readSeconds(point: usize): bool {
  let p = point - 1;
  let scale: f64 = 1;
  let seconds: f64 = 0;
  for (; p >= point - 10 && isDigit(load<u8>(p)); p--) {
    seconds += <f64>(load<u8>(p) - 48) * scale;
    scale *= 10;
  }
  if (p == point - 1 || load<u8>(p) != 32) return false;
  digitsLength = <i32>(point - 1 - p);
  digits = v128.load(point - 16);
  digitsMask = v128.load(LAST_BYTES + digitsLength + 1);
  secondNs = (seconds - base) * 1e9;
  return true;
}
