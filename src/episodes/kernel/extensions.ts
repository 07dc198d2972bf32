/**
 * Extensions of an episode by one call. An occurrence list holds, for every position at which the episode can end, the
 * latest position at which it can then have begun. Both rise along the list, so extending an episode costs one walk over
 * its list and at most `reach` looks ahead an entry (each position is looked at once), and the most non-overlapping
 * occurrences are counted in that walk by taking each that begins after the last one taken ended.
 */
import { room, zeros } from './memory';
import { TEXT, frequent, length, reach } from './sequence';
import { minSupport } from './tree';

/** An entry of an occurrence list: end, start. */
export const ENTRY: usize = 8;

/** Extensions of one episode: those that are frequent, with their occurrences. */
@unmanaged
export class Extensions {
  count: i32 = 0;
  /** 32 bits for each: call, support, and where in `list` its occurrences begin (one more: where they end). */
  symbols: usize = 0;
  supports: usize = 0;
  from: usize = 0;
  list: usize = 0;
  capacity: usize = 0;
}

let LEVELS: usize = 0;
/** Per call, of the episode being extended: end of the last occurrence counted (32 of 64 bits); occurrences, support. */
let COUNTERS: usize = 0;
/** Per call, where its next occurrence goes, and how far the one after that. */
let CURSORS: usize = 0;

export function prepareExtensions(levels: i32): void {
  LEVELS = zeros(<usize>(levels + 1) * offsetof<Extensions>());
  COUNTERS = room(<usize>(frequent + 1) * 16);
  CURSORS = room(<usize>(frequent + 1) * 8);
  forget();
}

export function levelOf(depth: i32): Extensions {
  const level = changetype<Extensions>(LEVELS + <usize>depth * offsetof<Extensions>());
  if (level.symbols == 0) {
    const bytes = <usize>(frequent + 2) * 4;
    level.symbols = room(bytes);
    level.supports = room(bytes);
    level.from = room(bytes);
  }
  return level;
}

function forget(): void {
  for (let c: usize = 0; c <= <usize>frequent; c++) v128.store(COUNTERS + (c << 4), i32x4(-1, 0, 0, 0));
}

/** All single calls into `level`. */
export function findCalls(level: Extensions): void {
  const behind = TEXT + ((<usize>length) << 2);
  for (let p = TEXT; p < behind; p += 4) {
    const counter = COUNTERS + ((<usize>load<u32>(p)) << 4);
    store<u64>(counter, load<u64>(counter, 8) + 0x100000001, 8);
  }
  list(level);
  place(level);
  for (let p = 0; p < length; p++) {
    const cursor = CURSORS + ((<usize>load<u32>(TEXT + ((<usize>p) << 2))) << 3);
    const at = <usize>load<u32>(cursor);
    store<u64>(at, ((<u64>p) << 32) | (<u64>p));
    store<u32>(cursor, <u32>at + load<u32>(cursor, 4));
  }
}

/** Goes over all that can follow the occurrences [from, to) and lists in `deeper` which calls are frequent there. */
export function count(from: usize, to: usize, deeper: Extensions): void {
  const text = TEXT;
  const counters = COUNTERS;
  for (let o = from; o < to; o += ENTRY) {
    const end = load<i32>(o);
    const start = load<i32>(o, 4);
    // The text ends in `reach` separators, so nothing lies behind it. What follows the next end is the next one's.
    let limit = end + reach;
    if (o + ENTRY < to) limit = min(limit, load<i32>(o, ENTRY));
    for (let q = end + 1; q <= limit; q++) {
      const counter = counters + ((<usize>load<u32>(text + ((<usize>q) << 2))) << 4);
      const last = load<i32>(counter);
      // -1 when the occurrence begins after the last one that was counted. A branch would be guessed wrong too often.
      const taken = (last - start) >> 31;
      store<i32>(counter, last ^ ((last ^ q) & taken));
      store<u64>(counter, load<u64>(counter, 8) + 1 + ((<u64>((<u32>taken) & 1)) << 32), 8);
    }
  }
  list(deeper);
}

/** Writes down which calls were frequent and how many occurrences they have in `level`, and clears the counters. */
function list(level: Extensions): void {
  let listed: u32 = 0;
  let found: usize = 0;
  for (let c = 1; c <= frequent; c++) {
    const counter = COUNTERS + ((<usize>c) << 4);
    const support = load<i32>(counter, 12);
    if (support < minSupport) continue;
    store<i32>(level.symbols + (found << 2), c);
    store<i32>(level.supports + (found << 2), support);
    store<u32>(level.from + (found++ << 2), listed);
    listed += load<u32>(counter, 8) * <u32>ENTRY;
  }
  store<u32>(level.from + (found << 2), listed);
  level.count = <i32>found;
  forget();
}

/** Makes room for the occurrences of the extensions in `level`, which `move` then puts there. */
export function place(level: Extensions): void {
  const listed = <usize>load<u32>(level.from + ((<usize>level.count) << 2));
  if (level.capacity < listed + ENTRY) {
    level.capacity = 2 * listed + ENTRY;
    level.list = room(level.capacity);
  }
  // What is not frequent goes, one over the other, behind all that is.
  for (let c: usize = 0; c <= <usize>frequent; c++) store<u64>(CURSORS + (c << 3), <u64>(level.list + listed));
  for (let i: usize = 0; i < <usize>level.count; i++) {
    const cursor = CURSORS + ((<usize>load<u32>(level.symbols + (i << 2))) << 3);
    store<u32>(cursor, <u32>level.list + load<u32>(level.from + (i << 2)));
    store<u32>(cursor, <u32>ENTRY, 4);
  }
}

/** Walks as `count` did and moves the occurrences of the extensions to where they were placed. */
export function move(from: usize, to: usize): void {
  const text = TEXT;
  const cursors = CURSORS;
  for (let o = from; o < to; o += ENTRY) {
    const end = load<i32>(o);
    const start = load<u64>(o) & 0xffffffff00000000;
    let limit = end + reach;
    if (o + ENTRY < to) limit = min(limit, load<i32>(o, ENTRY));
    for (let q = end + 1; q <= limit; q++) {
      const cursor = cursors + ((<usize>load<u32>(text + ((<usize>q) << 2))) << 3);
      const at = <usize>load<u32>(cursor);
      store<u64>(at, start | (<u64>q));
      store<u32>(cursor, <u32>at + load<u32>(cursor, 4));
    }
  }
}
