/**
 * What the program did with each descriptor so far: the side of the connection, and the last symbol on it. A descriptor is as a
 * rule handled by one piece of code, so its past tells more of the present call than the thread's, which an event loop mixes.
 * Per process, in order of time; a forked child starts with a copy. O(1) a call; a fork costs its open descriptors.
 */
import { room, twice } from '../shared/room';

export const ACCEPTED: i32 = 1;
export const CONNECTED: i32 = 2;
/** What calls do to descriptors; those that make a side of a connection have its number. 0: they only use them. */
const CLOSES: i32 = 3;

/** Linux allows 2^20 descriptors a process at most by default (fs.nr_open); nothing is kept of larger numbers. */
const MAX_DESCRIPTOR: i32 = 1 << 20;
const LEAST_ROOM: i32 = 64;

/** Per thread: its process, and its parent's, -1 if that is not known; the driver fills them in. */
let PROCESSES: usize = 0;
/** Per process: address of what is known of its descriptors (0: none of its threads has appeared), and of how many. */
let TABLES: usize = 0;

export function layOutProcesses(threads: i32): usize {
  PROCESSES = room(<usize>8 * threads);
  TABLES = room(<usize>8 * threads);
  return PROCESSES;
}

/** The process of a thread: address of its entry in TABLES. */
// @inline
export function processOf(thread: i32): usize {
  const process = TABLES + <usize>8 * load<i32>(PROCESSES + <usize>8 * thread);
  if (load<u32>(process) == 0) appear(process, load<i32>(PROCESSES + <usize>8 * thread, 4));
  return process;
}

function appear(process: usize, parent: i32): void {
  const from: usize = parent < 0 ? 0 : TABLES + <usize>8 * parent;
  const held = from == 0 ? 0 : load<i32>(from, 4);
  const size = held > 0 ? held : LEAST_ROOM;
  const table = room(<usize>4 * size);
  if (held > 0) memory.copy(table, load<u32>(from), <usize>4 * held);
  store<u32>(process, <u32>table);
  store<i32>(process, size, 4);
}

/** Symbol of the last call on the descriptor * 4 + its side; 0: nothing is known. */
// @inline
export function known(process: usize, descriptor: i32): i32 {
  if (<u32>descriptor >= load<u32>(process, 4)) return 0;
  return load<i32>(<usize>load<u32>(process) + <usize>4 * descriptor);
}

/**
 * Takes note of a call once its symbol is known. `before`: what was known of its descriptor; `result`: -1 if it failed.
 * Connecting makes a connection the program's own. What ports tell of an older one is left out here: another tracer does not
 * tell it, and the same call would be another symbol in learning than in the incident.
 */
// @inline
export function note(process: usize, does: i32, descriptor: i32, before: i32, result: i32, symbol: i32): void {
  if (does == CLOSES) set(process, descriptor, 0);
  else if (does == CONNECTED) set(process, descriptor, symbol * 4 + CONNECTED);
  else if (does == 0 || result < 0) set(process, descriptor, symbol * 4 + (before & 3));
  else set(process, result, symbol * 4 + (does == ACCEPTED ? ACCEPTED : 0));
}

// @inline
function set(process: usize, descriptor: i32, value: i32): void {
  if (<u32>descriptor >= load<u32>(process, 4)) {
    if (<u32>descriptor >= <u32>MAX_DESCRIPTOR) return;
    do {
      store<u32>(process, <u32>twice(load<u32>(process), <usize>4 * load<i32>(process, 4)));
      store<i32>(process, 2 * load<i32>(process, 4), 4);
    } while (descriptor >= load<i32>(process, 4));
  }
  store<i32>(<usize>load<u32>(process) + <usize>4 * descriptor, value);
}
