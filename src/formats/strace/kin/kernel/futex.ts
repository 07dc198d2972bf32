/** The arguments of futex: `0x7f12, FUTEX_WAKE_PRIVATE, 1`. The same as the patterns in formats/strace/kin/lines.ts. */
import { isDigit } from '../../../../lib/kernel/digits';

/** Operations: at a private futex. */
export const NONE: i32 = 0;
const WAIT: i32 = 1;
const WAKE: i32 = 2;
/** Only patterns read it. */
export const UNUSUAL: i32 = 3;
/** Instead of a result: the call goes on in another line. */
export const OPEN: i32 = i32.MIN_VALUE;

/** Address of the futex that was read last. */
export let address: f64 = 0;

/** FUTEX_WAKE and its kin that wake waiters of the first address; FUTEX_WAIT and its kin, as bits. linux/futex.h */
const WAKES: i32 = (1 << 1) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 10);
const WAITS: i32 = (1 << 0) | (1 << 6) | (1 << 9) | (1 << 11) | (1 << 13);
const PRIVATE: i32 = 128;
const COMMAND: i32 = 127;

/** What the arguments at `start` of a line that ends at `end` ask for; sets `address`. */
export function operationAt(start: usize, end: usize): i32 {
  if (load<u16>(start) != 0x7830 /* 0x */) return NONE;
  let p = start + 2;
  let value: u64 = 0;
  for (let digit = hexadecimal(p); digit >= 0; digit = hexadecimal(++p)) value = (value << 4) | (<u64>digit);
  if (p == start + 2) return NONE;
  // A comment may stand behind it.
  if (p > start + 18 || load<u8>(p) == 32) return UNUSUAL;
  if (load<u8>(p) != 44 /* , */) return NONE;
  p += load<u8>(p, 1) == 32 ? 2 : 1;
  address = <f64>value;
  if (isDigit(load<u8>(p))) return ofNumber(p);
  // FUTEX_
  return load<u32>(p) == 0x45545546 && load<u16>(p, 4) == 0x5f58 ? ofWord(p + 6, end) : NONE;
}

/** A digit of a number as strace prints it, -1: none. */
// @inline
function hexadecimal(p: usize): i32 {
  const c: i32 = load<u8>(p);
  return isDigit(c) ? c - 48 : <u32>(c - 97) < 6 ? c - 87 : -1;
}

function ofNumber(start: usize): i32 {
  let p = start;
  let value = 0;
  if (load<u16>(p) == 0x7830 /* 0x */ && hexadecimal(p + 2) >= 0)
    for (p += 2; hexadecimal(p) >= 0; p++) value = (value << 4) | hexadecimal(p);
  else for (; isDigit(load<u8>(p)); p++) value = value * 10 + (load<u8>(p) - 48);
  if (p > start + 9) return UNUSUAL;
  const command = value & COMMAND;
  if ((value & PRIVATE) == 0 || command > 31) return NONE;
  return (WAITS >> command) & 1 ? WAIT : (WAKES >> command) & 1 ? WAKE : NONE;
}

/** What stands behind `FUTEX_`: `WAIT_BITSET_PRIVATE`, `UNLOCK_PI_PRIVATE`. */
function ofWord(start: usize, end: usize): i32 {
  let isPrivate = false;
  let waits = false;
  let wakes = false;
  let unlocks = false;
  let p = start;
  for (; p < end && isWord(load<u8>(p)); p++) {
    if (load<u64>(p - 1) == 0x455441564952505f /* _PRIVATE */) isPrivate = true;
    const x = load<u32>(p);
    if (x == 0x54494157 /* WAIT */) waits = true;
    else if (x == 0x454b4157 /* WAKE */) wakes = true;
    else if (x == 0x4f4c4e55 /* UNLO */ && load<u16>(p, 4) == 0x4b43 /* CK */) unlocks = true;
    else if (x == 0x4b434f4c /* LOCK */ && (load<u32>(p, 4) & 0xffffff) == 0x49505f /* _PI */) waits = true;
    else if (x == 0x55514552 /* REQU */ && (load<u32>(p, 4) & 0xffffff) == 0x455545 /* EUE */) wakes = true;
  }
  if (p == start || !isPrivate) return NONE;
  return waits && !unlocks ? WAIT : wakes || unlocks ? WAKE : NONE;
}

function isWord(c: i32): bool {
  return isDigit(c) || <u32>((c | 32) - 97) < 26 || c == 95;
}

/** Whether the line says that the call goes on in another one. */
export function isOpen(start: usize, end: usize): bool {
  for (let p = start; p + 11 <= end; p++)
    if (load<u8>(p) == 60 && load<u64>(p, 1) == 0x6873696e69666e75 && load<u16>(p, 9) == 0x6465 /* <unfinished */)
      return true;
  return false;
}
