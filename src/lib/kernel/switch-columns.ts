/** Columns of switches of the scheduler, as PerfSwitches has them, and the names that they tell. */

/** A window of text has fewer. */
const MOST: i32 = 4096;
/** Those of a run: ns (f64), tids (i32) and state (u8) of who had the CPU, tid of who gets it, number of its name, CPU. */
export const SWITCH_TIME: usize = memory.data(MOST * 8, 16);
export const SWITCH_PREVIOUS: usize = memory.data(MOST * 4, 16);
export const SWITCH_NEXT: usize = memory.data(MOST * 4, 16);
export const SWITCH_NAME: usize = memory.data(MOST * 2, 16);
export const SWITCH_CPU: usize = memory.data(MOST * 2, 16);
export const SWITCH_STATE: usize = memory.data(MOST, 16);
let switches: i32 = 0;

/** A name, zeros behind it, that `addName` adds. */
export const NEW_NAME: usize = memory.data(16, 16);
/** A slot: the name, zeros behind it (16 bytes), and its number + 1, 0 where free. */
const SLOT: i32 = 32;
const SLOTS: i32 = 2048;
const MOST_NAMES: i32 = 1024;
const NAMES: usize = memory.data(SLOTS * SLOT, 16);
let names: i32 = 0;

export function switchesOf(): i32 {
  return switches;
}
export function beginSwitches(): void {
  switches = 0;
}

export function forgetNames(): void {
  if (names > 0) memory.fill(NAMES, 0, SLOTS * SLOT);
  names = 0;
}

/** The name at NEW_NAME has this number. */
export function addName(number: i32): void {
  const slot = slotOf(v128.load(NEW_NAME));
  if (load<i32>(slot, 16) != 0 || names == MOST_NAMES || number > 0xffff) return;
  names++;
  v128.store(slot, v128.load(NEW_NAME));
  store<i32>(slot, number + 1, 16);
}

/** Number of a name, zeros behind it; -1 when it has none yet. */
// @inline
export function numberOfName(name: v128): i32 {
  return load<i32>(slotOf(name), 16) - 1;
}

/** Whether there is room for another switch. */
// @inline
export function hasSwitchRoom(): bool {
  return switches < MOST;
}

// @inline
export function addSwitch(now: f64, cpu: i32, previous: i32, state: i32, next: i32, name: i32): void {
  store<f64>(SWITCH_TIME + (switches << 3), now);
  store<i32>(SWITCH_PREVIOUS + (switches << 2), previous);
  store<i32>(SWITCH_NEXT + (switches << 2), next);
  store<u16>(SWITCH_NAME + (switches << 1), name);
  store<u16>(SWITCH_CPU + (switches << 1), cpu);
  store<u8>(SWITCH_STATE + switches, state);
  switches++;
}

/** Slot of a name, or the free one where it would be. */
// @inline
function slotOf(name: v128): usize {
  const hash = i64x2.extract_lane(name, 0) * 0x9e3779b97f4a7c15 + i64x2.extract_lane(name, 1) * 0xc2b2ae3d27d4eb4f;
  let slot = NAMES + <usize>(hash >>> 53) * SLOT;
  while (load<i32>(slot, 16) != 0 && v128.any_true(v128.xor(v128.load(slot), name))) {
    slot += SLOT;
    if (slot == NAMES + SLOTS * SLOT) slot = NAMES;
  }
  return slot;
}
