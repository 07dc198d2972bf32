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
/** Per thread: its name and ids, zeros before them (32 bytes), and their length, 0 when not known. */
const RECORD: i32 = 64;
const RECORDS: usize = memory.data(THREADS * RECORD, 16);
/** Those behind are empty: there are inputs of many small chunks. */
let records: i32 = 0;
/** By the last 8 bytes of name and ids: number of a thread that may be the one. */
const SLOTS: usize = memory.data(THREADS * 2, 16);
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
  records = 0;
  base = seconds;
  digitsMask = i64x2.splat(-1);
  digits = i64x2.splat(0);
}

/** The thread's lines begin with what stands at NEW_HEAD, of this length; 0: this is not known. */
export function setHead(whose: i32, length: i32): void {
  const record = RECORDS + whose * RECORD;
  if (whose >= records) records = whose + 1;
  v128.store(record, v128.load(NEW_HEAD));
  v128.store(record, v128.load(NEW_HEAD, 16), 16);
  store<i32>(record, length, 32);
  if (length > 0) store<u16>(slotOf(NEW_HEAD + LONGEST), whose);
}

/** Slot of name and ids that end at `end`. */
// @inline
function slotOf(end: usize): usize {
  return SLOTS + ((<usize>((load<u64>(end - 8) * 0x9e3779b97f4a7c15) >>> 52)) << 1);
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
    const a = load<u8>(p - 3) - 48;
    const b = load<u8>(p - 2) - 48;
    const c = load<u8>(p - 1) - 48;
    if (load<u8>(p - 4) != 91 /* [ */ || <u32>a > 9 || <u32>b > 9 || <u32>c > 9) return 0;
    cpu = a * 100 + b * 10 + c;
    p -= 5;
    while (load<u8>(p) == 32) p--;
  }
  const end = p + 1;
  thread = load<u16>(slotOf(end));
  const record = RECORDS + thread * RECORD;
  const length = load<i32>(record, 32);
  if (length == 0 || start + length != end) return 0;
  const last = length > 16 ? 16 : length;
  const high = v128.and(v128.xor(v128.load(end - 16), v128.load(record, 16)), v128.load(LAST_BYTES + last));
  const low = v128.and(v128.xor(v128.load(end - 32), v128.load(record)), v128.load(LAST_BYTES + (length - last)));
  if (v128.any_true(v128.or(high, low))) return 0;
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
