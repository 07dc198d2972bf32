/** Calls by number, and what their arguments tell. As formats/perf/arguments.ts and formats/perf/call-rules.ts. */
import { DIRECTORY, FILE, NETLINK, TCP, UDP, VARIANT_CREATE, VARIANT_DIRECTORY, VARIANT_NOW } from './codes';
import * as raw from './raw-arguments';

/** Which argument is looked at and how: RULES in formats/perf/call-rules.ts. */
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
export const FAMILY: i32 = 9;

export const NUMBERS: i32 = 2048;
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

/** Entry of the call of this number, 0 when it is not known. */
// @inline
export function entryOf(number: i32): usize {
  if (<u32>number >= <u32>NUMBERS) return 0;
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

/** Index of the argument that its rule looks at. */
// @inline
export function argumentOf(at: usize): i32 {
  return load<u8>(at, 5);
}

/** Set by `applyRule`: the variant, and the kind where it is not -1. */
export let variant: i32 = 0;
export let kind: i32 = -1;

/** What the rule of the call `at` makes of its argument, and of the first one of all. */
export function applyRule(at: usize, value: i32, first: i32): void {
  const rule = ruleOf(at);
  variant = 0;
  kind = -1;
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
  else if (rule == FAMILY) kind = raw.socketKind(first, value);
}
