/** Numbers of calls and their arguments, which perf prints as hexadecimal numbers. As formats/perf/arguments.ts. */
import { FAMILY, applyRule, argumentOf, entryOf, ruleOf } from '../../../lib/kernel/call-table';
import { isDigit } from '../../../lib/kernel/digits';

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
  return p == start ? 0 : entryOf(number);
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

/** Reads what the rule of the call `at` asks for; `p`: the first argument. */
export function readArguments(at: usize, p: usize): void {
  applyRule(at, hexAt(argumentAt(p, argumentOf(at))), ruleOf(at) == FAMILY ? hexAt(p) : 0);
}
