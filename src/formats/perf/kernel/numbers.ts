/** Calls by number, and what their arguments tell, which perf prints as hexadecimal numbers. As formats/perf/arguments.ts. */
import {
  DIRECTORY,
  FILE,
  NETLINK,
  TCP,
  UDP,
  VARIANT_CREATE,
  VARIANT_DIRECTORY,
  VARIANT_NOW,
} from '../../../lib/kernel/codes';
import { isDigit } from '../../../lib/kernel/digits';
import * as raw from '../../../lib/kernel/raw-arguments';

/** Which argument is looked at and how: RULES in formats/perf/fast.ts. */
export const PLAIN: i32 = 0;
const FUTEX: i32 = 1;
const EPOLL_CTL: i32 = 2;
const FCNTL: i32 = 3;
const TIMEOUT: i32 = 4;
const OPEN: i32 = 5;
const CREAT: i32 = 6;
const OPEN_UNTOLD: i32 = 7;
const OPTION: i32 = 8;
/** Family and type. */
const FAMILY: i32 = 9;

const NUMBERS: i32 = 2048;
/** Per number: call + 1 (u16, 0 when not known), first (u8), kind (i8), rule (u8), index of its argument (u8). */
const CALLS: usize = memory.data(NUMBERS * 8, 16);

let directoryFlag: i32 = 0;

export function forgetNumbers(flag: i32): void {
  memory.fill(CALLS, 0, NUMBERS * 8);
  directoryFlag = flag;
}

export function addNumber(number: i32, call: i32, first: i32, kind: i32, rule: i32, argument: i32): void {
  const at = CALLS + (number << 3);
  store<u16>(at, call + 1);
  store<u8>(at, first, 2);
  store<i8>(at, kind, 3);
  store<u8>(at, rule, 4);
  store<u8>(at, argument, 5);
}

/** Position behind the digits that were read last. */
export let numberEnd: usize = 0;

/** Entry of the call whose number stands at `start`, 0 when it is not known. */
// @inline
export function numberAt(start: usize): usize {
  let p = start;
  let number = 0;
  let c: i32 = load<u8>(p);
  for (; isDigit(c) && p < start + 4; c = load<u8>(++p)) number = number * 10 + (c - 48);
  numberEnd = p;
  if (p == start || number >= NUMBERS) return 0;
  const at = CALLS + (number << 3);
  return load<u16>(at) == 0 ? 0 : at;
}
// @inline
export function callOf(at: usize): i32 {
  return load<u16>(at) - 1;
}
// @inline
export function firstOf(at: usize): i32 {
  return load<u8>(at, 2);
}
// @inline
export function kindOf(at: usize): i32 {
  return load<i8>(at, 3);
}
// @inline
export function ruleOf(at: usize): i32 {
  return load<u8>(at, 4);
}

/** Low 32 bits of the hexadecimal number at `from`. */
// @inline
export function hexAt(from: usize): i32 {
  let value = 0;
  let digit = hexDigit(load<u8>(from));
  for (let p = from; digit >= 0; digit = hexDigit(load<u8>(++p))) value = (value << 4) | digit;
  return value;
}

// @inline
function hexDigit(c: i32): i32 {
  return isDigit(c) ? c - 48 : <u32>(c - 97) < 6 ? c - 87 : -1;
}

/** Where argument `index` starts; `from`: the first. At the line feed when there is none. */
// @inline
function argumentAt(from: usize, index: i32): usize {
  let p = from;
  for (let i = 0; i < index; i++) {
    let c: i32 = load<u8>(p);
    while (c != 44 /* , */ && c != 10) c = load<u8>(++p);
    if (c == 10) return p;
    p += load<u8>(p, 1) == 32 ? 2 : 1;
  }
  return p;
}

/** Set by `readArguments`: the variant, and the kind where it is not -1. */
export let variant: i32 = 0;
export let kind: i32 = -1;

/** Reads what the rule of the call `at` asks for; `p`: the first argument. */
export function readArguments(at: usize, p: usize): void {
  const rule = ruleOf(at);
  variant = 0;
  kind = -1;
  const value = hexAt(argumentAt(p, load<u8>(at, 5)));
  if (rule == FUTEX) variant = raw.futexVariant(value);
  else if (rule == EPOLL_CTL) variant = raw.epollCtlVariant(value);
  else if (rule == FCNTL) variant = raw.fcntlVariant(value);
  else if (rule == TIMEOUT) variant = value == 0 ? VARIANT_NOW : 0;
  else if (rule == OPEN) {
    variant = raw.openVariant(value, directoryFlag);
    kind = variant == VARIANT_DIRECTORY ? DIRECTORY : FILE;
  } else if (rule == CREAT) {
    variant = VARIANT_CREATE;
    kind = FILE;
  } else if (rule == OPEN_UNTOLD) kind = FILE;
  else if (rule == OPTION) kind = value == 6 ? TCP : value == 17 ? UDP : value == 270 ? NETLINK : -1;
  else if (rule == FAMILY) kind = raw.socketKind(hexAt(p), value);
}
