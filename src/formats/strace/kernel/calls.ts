/** Numbers of calls in the chunk, and which of them end their thread. */
import { ROLE_EXIT } from '../../../lib/kernel/codes';
import * as m from '../../../lib/kernel/memory';
import { NO_NUMBER, numberOf, roleOf, setNumber } from '../../../lib/kernel/words';
import * as events from './events';
import { now } from './leader';

/** As many as JavaScript keeps traits of. */
const CALLS: i32 = 1024;
/** By number: whether its thread ends with it. Untold are those whose name has no place here. */
const EXITS: usize = memory.data(CALLS, 16);
export const UNTOLD_EXIT: i32 = 0;
const IS_EXIT: i32 = 1;
export const IS_NONE: i32 = 2;

/** A call that is known and has no number gets this one. */
let next: i32 = 0;

/** From now on that is this one. */
export function setCalls(count: i32): void {
  next = count;
  if (count == 0) memory.fill(EXITS, <u8>UNTOLD_EXIT, CALLS);
}

/** Calls of this number end their thread, or do not. */
export function setExit(number: i32, isExit: bool): void {
  if (number < CALLS) store<u8>(EXITS + number, isExit ? IS_EXIT : IS_NONE);
}

export function exitOf(number: i32): i32 {
  return number < CALLS ? load<u8>(EXITS + number) : UNTOLD_EXIT;
}

/** Number of the call whose name is [nameAt, nameEnd); the next one where it is the first of the chunk. */
// @inline
export function called(call: usize, nameAt: usize, nameEnd: usize): i32 {
  const number = numberOf(call);
  return number != NO_NUMBER ? number : giveNumber(call, nameAt, nameEnd);
}

function giveNumber(call: usize, nameAt: usize, nameEnd: usize): i32 {
  setNumber(call, next);
  setExit(next, roleOf(call) == ROLE_EXIT);
  events.note(now, events.NUMBERS, 0, next, <i32>(nameAt - m.TEXT), <i32>(nameEnd - m.TEXT));
  return next++;
}
