/** Entries and exits of calls, which events tell apart, to rows: the same as formats/perf/call-rows.ts for the calls of call-table.ts. */
import { callOf, firstOf, kind as kindTold, kindOf, PLAIN, ruleOf, variant } from './call-table';
import { AT_FDCWD, CWD, ERRNO_UNKNOWN, FIRST_DESCRIPTOR, FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED } from './codes';
import { NO_CPU, NO_DESCRIPTOR, UNKNOWN } from './codes';
import * as m from './memory';

export let rows: i32 = 0;
let sawExits: bool = false;
/** Exits of calls were recorded. */
let exits: bool = true;

export function rowsOf(): i32 {
  return rows;
}
export function hasDurations(): bool {
  return sawExits;
}
export function setExits(recorded: bool): void {
  exits = recorded;
}
export function beginRows(before: i32): void {
  rows = before;
  sawExits = false;
}

/** The row of a call that `thread` enters, -1 when there is no room. `argument`: the first; what its rule asks for was applied. */
// @inline
export function enterRow(call: usize, thread: i32, cpu: i32, now: f64, argument: i32): i32 {
  if (rows == m.capacity) return -1;
  const open = load<i32>(m.PENDING + (thread << 2));
  if (open >= 0) abandon(open, thread, now);
  let kind = 0;
  let descriptor = NO_DESCRIPTOR;
  if (firstOf(call) == FIRST_DESCRIPTOR) {
    descriptor = argument;
    kind = descriptor == AT_FDCWD ? CWD : UNKNOWN;
    if (descriptor < 0) descriptor = NO_DESCRIPTOR;
  }
  if (kindOf(call) >= 0) kind = kindOf(call);
  const row = rows++;
  if (ruleOf(call) != PLAIN) {
    store<u8>(m.VARIANT + row, variant);
    if (kindTold >= 0) kind = kindTold;
  }
  store<f64>(m.START + (row << 3), now);
  store<f64>(m.DURATION + (row << 3), NaN);
  store<i32>(m.THREAD + (row << 2), thread);
  store<i32>(m.DESCRIPTOR + (row << 2), descriptor);
  store<u16>(m.CALL + (row << 1), callOf(call));
  store<u16>(m.CPU + (row << 1), cpu);
  store<u8>(m.ERRNO + row, ERRNO_UNKNOWN);
  store<u8>(m.KIND + row, kind);
  store<u8>(m.SEEN + thread, 1);
  if (exits) store<i32>(m.PENDING + (thread << 2), row);
  return row;
}

/** The row of a call that returns, -1 when that is unusual. */
// @inline
export function exitRow(call: usize, thread: i32, now: f64, result: i32, errno: i32, flags: i32): i32 {
  let row = load<i32>(m.PENDING + (thread << 2));
  if (row >= 0 && load<u16>(m.CALL + (row << 1)) == callOf(call)) {
    store<i32>(m.PENDING + (thread << 2), -1);
    store<f64>(m.DURATION + (row << 3), max<f64>(0, now - load<f64>(m.START + (row << 3))));
  } else {
    // Its entry was lost; where it may lie before the chunk, JavaScript knows what to do.
    if (rows == m.capacity || load<u8>(m.SEEN + thread) == 0) return -1;
    if (row >= 0) abandon(row, thread, now);
    row = unentered(call, thread, now);
  }
  store<i32>(m.RESULT + (row << 2), result);
  store<u8>(m.ERRNO + row, errno);
  if (flags != 0) store<u8>(m.FLAGS + row, load<u8>(m.FLAGS + row) | flags);
  sawExits = true;
  return row;
}

/** Another event of its thread comes before the exit of this row. */
function abandon(row: i32, thread: i32, now: f64): void {
  store<i32>(m.PENDING + (thread << 2), -1);
  store<f64>(m.DURATION + (row << 3), max<f64>(0, now - load<f64>(m.START + (row << 3))));
  store<u8>(m.FLAGS + row, load<u8>(m.FLAGS + row) | FLAG_UNFINISHED);
}

/** The row of a call of which only the exit was seen. */
function unentered(call: usize, thread: i32, now: f64): i32 {
  const row = rows++;
  const kind = kindOf(call);
  store<f64>(m.START + (row << 3), now);
  store<f64>(m.DURATION + (row << 3), 0);
  store<i32>(m.THREAD + (row << 2), thread);
  store<i32>(m.DESCRIPTOR + (row << 2), NO_DESCRIPTOR);
  store<u16>(m.CALL + (row << 1), callOf(call));
  store<u16>(m.CPU + (row << 1), NO_CPU);
  store<u8>(m.KIND + row, kind >= 0 ? kind : firstOf(call) == FIRST_DESCRIPTOR ? UNKNOWN : 0);
  store<u8>(m.FLAGS + row, FLAG_ENTRY_UNSEEN);
  return row;
}
