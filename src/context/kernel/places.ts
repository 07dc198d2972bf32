/**
 * Where each call stands (context/places.ts, which drives this): its context and its class. In WebAssembly because it is the one
 * look at every row that does much: as JavaScript it takes about twice as long, and a quarter of a second to be compiled.
 * Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js.
 *
 * Three rules come from how programs run, not from the data:
 * - A signal handler interrupts: after rt_sigreturn the thread is where it was before the signal, so the call before it is the
 *   interrupted one; and an interrupted call issued again is still the same call of the same function.
 * - In a loop longer than learning ever saw (`limit` of a symbol), all calls are one invocation's: the context of the first holds
 *   for all.
 * - An allocator takes memory when its own is used up: in pairs of calls, what follows comes after the call before (previous.ts).
 */
import { ACCEPTED, CONNECTED, knownOf, layOutProcesses, note, processOf } from './descriptors';
import { LOOPING, RETURNED, RUNS, STOPPED, Thread, endRun, layOutThreads, runs, threadAt, threads } from './threads';
import { room, twice, used } from '../../lib/kernel/room';
import { Tuples, intern, part, tuples } from './tuples';

/** Rows that the driver puts into memory at a time: few enough to stay in the processor's second-level cache. */
export const BLOCK: i32 = 1 << 14;
const EINTR: i32 = 4;
const ERRNO_RESTART: i32 = 254;
/** Size classes of a call's results, by their number of leading zeros. */
const LENGTHS: i32 = 64;

/** The columns of a block, each with room for BLOCK rows. */
const THREAD: usize = memory.data(BLOCK * 4, 16);
const DESCRIPTOR: usize = memory.data(BLOCK * 4, 16);
const RESULT: usize = memory.data(BLOCK * 4, 16);
const CALL: usize = memory.data(BLOCK * 2, 16);
const ERRNO: usize = memory.data(BLOCK, 16);
const KIND: usize = memory.data(BLOCK, 16);
const VARIANT: usize = memory.data(BLOCK, 16);
export { CALL, DESCRIPTOR, ERRNO, KIND, RESULT, THREAD, VARIANT };

/** What is kept of each context, its numbers + 1 (0: not known yet). */
@unmanaged
class About {
  /** The triple of the call after: the call before, the call, and that after. */
  following: i32;
  /** Class of the call after. */
  classAfter: i32;
  /** The last place that a row in the context had, and its class. */
  place: i32;
  placeClass: i32;
}

let rows: i32 = 0;
/** Per call: what it does to descriptors (descriptors.ts), and its size classes. */
let DOES: usize = 0;
let SIZES: usize = 0;
let sigreturn: i32 = -1;
/** Per symbol, in 16 bytes: number of its OUTCOME grain, calls of it in a row beyond which they are a loop, and whether it only takes memory. */
let SYMBOLS: usize = 0;
let symbols: i32 = 0;
let symbolRoom: i32 = 1024;
let ABOUT: usize = 0;
let aboutRoom: i32 = 1024;
/** Per row: its place, in two bytes each, or four once there are more places. */
let PLACES: usize = 0;
let wide: bool = false;

/** call * 32 + variant, kind * 4 + side, errno * 8 + size. */
const codes: Tuples = tuples();
/** Symbols two calls back, one back, and the call's own. */
const triples: Tuples = tuples();
/** A triple, the last symbol on its descriptor * 2 + whether the call before was on it, and the symbol after. */
const contexts: Tuples = tuples();
/** OUTCOME grains of the call before and the call, and 0; in the list, the first row. */
const classes: Tuples = tuples();
/** A context, a class, and 0. */
const places: Tuples = tuples();

export function layOut(rowCount: i32, threadCount: i32, calls: i32, sigreturnCall: i32): void {
  rows = rowCount;
  layOutThreads(threadCount);
  sigreturn = sigreturnCall;
  DOES = room(calls);
  SIZES = room(LENGTHS * calls);
  SYMBOLS = room(16 * symbolRoom);
  ABOUT = room(16 * aboutRoom);
  PROCESSES = layOutProcesses(threads);
  PLACES = room(<usize>2 * rows);
}
let PROCESSES: usize = 0;
export { ABOUT, DOES, PLACES, PROCESSES, SIZES };
export { classes, codes, contexts, places, triples };
export { RUNS, runs, used, wide };

export function addSymbol(outcome: i32, limit: i32, allocating: bool): void {
  if (symbols == symbolRoom) {
    SYMBOLS = twice(SYMBOLS, 16 * symbolRoom);
    symbolRoom *= 2;
  }
  store<i32>(SYMBOLS + ((<usize>symbols) << 4), outcome);
  store<i32>(SYMBOLS + ((<usize>symbols) << 4), limit, 4);
  store<i32>(SYMBOLS + ((<usize>symbols) << 4), i32(allocating), 8);
  symbols++;
}
// @inline
function outcomeOf(symbol: i32): i32 {
  return load<i32>(SYMBOLS + ((<usize>symbol) << 4));
}
// @inline
function isAllocating(symbol: i32): bool {
  return load<i32>(SYMBOLS + ((<usize>symbol) << 4), 8) != 0;
}
// @inline
function limitOf(symbol: i32): i32 {
  return load<i32>(SYMBOLS + ((<usize>symbol) << 4), 4);
}

/** The rows [from, to) of the block that begins with row `base`; gives the first that has a new symbol, to be added, else `to`. */
export function look(base: i32, from: i32, to: i32): i32 {
  for (let i = from; i < to; i++) {
    const c = <i32>load<u16>(CALL + ((<usize>i) << 1));
    const d = load<i32>(DESCRIPTOR + ((<usize>i) << 2));
    const r = load<i32>(RESULT + ((<usize>i) << 2));
    const e = <i32>load<u8>(ERRNO + i);
    const t = load<i32>(THREAD + ((<usize>i) << 2));
    const process = processOf(t);
    const known = knownOf(process, d);
    const told = known == 0 ? 0 : load<i32>(known);
    const does = <i32>load<u8>(DOES + c);
    const side = does == ACCEPTED || does == CONNECTED ? does : told & 3;
    const size = e == 0 ? <i32>load<u8>(SIZES + LENGTHS * c + clz(r)) : 0;
    const code = c * 32 + <i32>load<u8>(VARIANT + i);
    const kind = <i32>load<u8>(KIND + i) * 4 + side;
    const outcome = e * 8 + size;
    const at = threadAt(t);
    let s = at.symbol;
    if (at.steady != 0 && at.code == code && at.kind == kind && at.outcome == outcome) {
      standsAt(at.row, at.steady);
      at.row = base + i + 1;
      at.run++;
      at.descriptor = d;
    } else {
      s = intern(codes, code, kind, outcome) + 1;
      if (s == symbols) return i;
      const steady = step(at, base + i, c, d, e, s, told);
      at.steady = steady;
      if (steady != 0) {
        at.code = code;
        at.kind = kind;
        at.outcome = outcome;
      }
    }
    note(process, does, known, e == 0 ? r : -1, s);
  }
  return to;
}

/**
 * A thread's call: completes the context of the one before, and begins its own. `told`: of its descriptor. Gives what `steady` is
 * to be: the place of the call before, + 1, if more of the same call would have it too.
 */
// @inline
function step(at: Thread, row: i32, c: i32, d: i32, e: i32, s: i32, told: i32): i32 {
  const first = at.row == 0;
  const before = at.symbol;
  const classBefore = at.class;
  let k = -1;
  if (first) at.class = classOf(0, s, row);
  else {
    k = settle(at, s);
    const about = changetype<About>(ABOUT + ((<usize>k) << 4));
    if (about.classAfter == 0) about.classAfter = classOf(previousOf(at.triple), s, row) + 1;
    at.class = about.classAfter - 1;
  }
  const run = !first && outcomeOf(before) == outcomeOf(s) ? at.run + 1 : 1;
  if (run == 1) {
    endRun(at);
    at.runFrom = row;
  }
  const flags = at.flags;
  let steady = 0;
  let looping = run > limitOf(s) ? LOOPING : 0;
  let triple = at.triple;
  let own = at.own;
  if (flags == 0 && looping == 0) {
    own = (told >> 2) * 2 + i32(d >= 0 && at.descriptor == d);
    triple = first ? intern(triples, 0, 0, s) : following(k);
  } else if (
    (flags & STOPPED) != 0 &&
    at.stoppedCall == c &&
    at.stoppedDescriptor == d &&
    ((flags & RETURNED) != 0 || at.row == at.stoppedRow)
  ) {
    triple = replaced(at.stoppedTriple, s);
    own = at.stoppedOwn;
    looping = 0;
  } else if (looping != 0) {
    if (flags != LOOPING || before != s) {
      triple = replaced(at.runTriple, s);
      own = at.runOwn;
    } else if (at.class == classBefore) steady = changetype<About>(ABOUT + ((<usize>k) << 4)).place;
  } else {
    const back = (flags & STOPPED) != 0 && (flags & RETURNED) != 0;
    own = (told >> 2) * 2 + i32(d >= 0 && (back ? at.stoppedDescriptor : at.descriptor) == d);
    triple = followed(back ? at.stoppedTriple : at.triple, s);
  }
  if (run == 1) {
    at.runTriple = triple;
    at.runOwn = own;
  }
  at.row = row + 1;
  at.run = run;
  at.symbol = s;
  at.descriptor = d;
  at.triple = triple;
  at.own = own;
  const signals = flags & (STOPPED | RETURNED);
  if (c == sigreturn) at.flags = signals | RETURNED | looping;
  else {
    at.flags = (signals & RETURNED) == 0 ? signals | looping : looping;
    if (e == EINTR || e == ERRNO_RESTART) {
      at.flags |= STOPPED;
      at.stoppedRow = row + 1;
      at.stoppedCall = c;
      at.stoppedDescriptor = d;
      at.stoppedTriple = triple;
      at.stoppedOwn = own;
    }
  }
  return steady;
}

/** Each thread ends with an edge, which is symbol 0. */
export function finish(): void {
  for (let t = 0; t < threads; t++) {
    const at = threadAt(t);
    if (at.row == 0) continue;
    endRun(at);
    settle(at, 0);
  }
}

/** The context of the thread's last call, which was followed by `after`; gives that call its place. */
// @inline
function settle(at: Thread, after: i32): i32 {
  const k = intern(contexts, at.triple, at.own, after);
  if (k == aboutRoom) {
    ABOUT = twice(ABOUT, <usize>16 * aboutRoom);
    aboutRoom *= 2;
  }
  const about = changetype<About>(ABOUT + ((<usize>k) << 4));
  if (about.placeClass != at.class + 1) {
    about.placeClass = at.class + 1;
    about.place = intern(places, k, at.class, 0) + 1;
    if (about.place > 0x10000 && !wide) widen();
  }
  standsAt(at.row, about.place);
  return k;
}

/** The symbol that a call after the triple's own comes after (context/previous.ts). */
function previousOf(triple: i32): i32 {
  const before = part(triples, triple, 2);
  return isAllocating(before) ? part(triples, triple, 1) : before;
}

/** Both numbers + 1. */
// @inline
function standsAt(row: i32, place: i32): void {
  if (wide) store<i32>(PLACES + ((<usize>(row - 1)) << 2), place - 1);
  else store<u16>(PLACES + ((<usize>(row - 1)) << 1), <u16>(place - 1));
}

function widen(): void {
  const all = room(<usize>4 * rows);
  for (let i: usize = 0; i < <usize>rows; i++) store<i32>(all + (i << 2), <i32>load<u16>(PLACES + (i << 1)));
  PLACES = all;
  wide = true;
}

// @inline
function following(k: i32): i32 {
  const about = changetype<About>(ABOUT + ((<usize>k) << 4));
  if (about.following == 0) about.following = followed(part(contexts, k, 0), part(contexts, k, 2)) + 1;
  return about.following - 1;
}

/** The triple of a call of symbol `s` that comes after the triple's own, or in its place. */
function followed(triple: i32, s: i32): i32 {
  return intern(triples, part(triples, triple, 1), part(triples, triple, 2), s);
}
function replaced(triple: i32, s: i32): i32 {
  return intern(triples, part(triples, triple, 0), part(triples, triple, 1), s);
}

function classOf(before: i32, own: i32, row: i32): i32 {
  const known = classes.size;
  const n = intern(classes, outcomeOf(before), outcomeOf(own), 0);
  if (n == known) store<i32>(classes.list + <usize>12 * n, row, 8);
  return n;
}
