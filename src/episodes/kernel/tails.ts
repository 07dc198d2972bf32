/**
 * What can follow an occurrence, prepared once for the whole text. A tail is a frequent episode of at most `longest` calls;
 * whether an occurrence that ends at position e can be continued by it depends on the next `longest * reach` calls alone,
 * so tails are listed per distinct window of that many calls, each with the earliest position at which it can end. One walk
 * over an episode's occurrences and their lists then gives the supports of all its extensions by 1 to `longest` calls,
 * without an occurrence list for any of them (counting.ts). What comes after a frequent episode's first calls is frequent
 * by itself, so nothing is missed.
 *
 * The earliest ends rise with e: were the end after a later e' earlier, the two ways would cross, and the first could go on
 * as the second does. Taking each occurrence that begins after the last one taken ended is therefore right here too.
 */
import { ensure, open, room, take, zeros } from './memory';
import { TEXT, frequent, length, reach } from './sequence';
import { LENGTH, NODE, OCCURRENCES, SYMBOL, end as treeEnd, nodes } from './tree';
import * as windows from './windows';

/** A window is a set of positions in one word, whose lowest bit is the position that it follows. */
export const LONGEST_WINDOW: i32 = 30;
/** Tails whose counters are together, one to a 16-bit lane of a vector. */
export const LANES: i32 = 8;
/** Bytes of a list's entry: address of the block (32 bits), and of each of its tails how far off it ends, 0 where it cannot follow. */
export const LISTED: usize = 12;
/** Bytes of a block's counters. */
export const BLOCK: usize = 32;

/** A tail, or the empty one; records in preorder. */
@unmanaged
export class Tail {
  /** Address of the first record that does not extend this one. */
  behind: usize = 0;
  symbol: i32 = 0;
  /** Per call the address of this tail's extension, 0 when there is none; 0 itself for the longest, which have none. */
  row: usize = 0;
  /**
   * Its place among the counters, 0 when it never occurs behind anything. Places are given in the order of the windows,
   * the most frequent ones first, so that what occurs together is together, and lists have few blocks.
   */
  lane: i32 = 0;
}

/** Address of the empty tail, 0 as long as there is no table. */
export let TAILS: usize = 0;
/** The tree that the tails are, record for record. */
let SHORT: usize = 0;
/** Per position of the text, the address of its list: bytes of its entries, entries, of which there is an even number. */
export let LISTS: usize = 0;
export let lanes: i32 = 0;
/** The counters, block after block (counting.ts); the first lane is of no tail. */
export let COUNTED: usize = 0;

/** Per call its positions in the window being listed. */
let MASKS: usize = 0;
/** Per position of it: those of the same call, and where in a row that call is. */
let POSITIONS: usize = 0;
/** Positions that hold a call. */
let valid: u32 = 0;
/** Per block, where its entry in the last list is that has one. */
let ENTRY_OF: usize = 0;
/** Where the list being made begins, and where its next entry goes. */
let list: usize = 0;
let listEnd: usize = 0;

export function forgetTails(): void {
  TAILS = 0;
}

/** Makes the tails of the tree as it is, all frequent episodes of at most `longest` calls, and lists them. */
export function prepareTails(longest: i32): void {
  const count = <i32>((treeEnd - nodes) / NODE);
  readTree(count, longest);
  MASKS = zeros(<usize>(frequent + 1) * 4);
  POSITIONS = room(<usize>(LONGEST_WINDOW + 1) * 8);
  const blocks = <usize>(count / LANES + 1);
  ENTRY_OF = zeros(blocks * 4);
  COUNTED = zeros(blocks * BLOCK);
  LISTS = room(<usize>length * 4);
  const lists = room(<usize>windows.count * 4);
  lanes = 1;
  listEnd = open();
  for (let i = 0; i < windows.count; i++) {
    const window = (<usize>load<i32>(windows.BY_WEIGHT + ((<usize>i) << 2))) << 2;
    ensure(listEnd + 4 + (blocks + 1) * LISTED);
    store<usize>(lists + window, listEnd);
    listWindow(TEXT + ((<usize>load<i32>(windows.AT + window)) << 2), longest * reach);
  }
  take(listEnd);
  for (let p: usize = 0; p < (<usize>length) << 2; p += 4) {
    store<usize>(LISTS + p, load<usize>(lists + ((<usize>load<i32>(windows.OF + p)) << 2)));
  }
}

function readTree(count: i32, longest: i32): void {
  SHORT = nodes;
  let rows = 1;
  for (let node = nodes; node < treeEnd; node += NODE) if (<i32>load<u8>(node, LENGTH) < longest) rows++;
  const width = <usize>(frequent + 1) * 4;
  let row = zeros(<usize>rows * width);
  TAILS = room(<usize>(count + 1) * NODE);
  const behind = TAILS + <usize>(count + 1) * NODE;
  // Per length, the last tail of it: what a longer one extends.
  const last = room(<usize>(longest + 1) * 4);
  let length = 0;
  for (let at = TAILS; at < behind; at += NODE) {
    const tail = changetype<Tail>(at);
    const node = nodeOf(at);
    const longer = at == TAILS ? 0 : <i32>load<u8>(node, LENGTH);
    tail.symbol = at == TAILS ? 0 : load<i32>(node, SYMBOL);
    tail.row = 0;
    tail.lane = 0;
    if (longer < longest) {
      tail.row = row;
      row += width;
    }
    if (at != TAILS) {
      for (; length >= longer; length--) lastOf(last, length).behind = at;
      store<usize>(lastOf(last, longer - 1).row + ((<usize>tail.symbol) << 2), at);
    }
    store<usize>(last + ((<usize>longer) << 2), at);
    length = longer;
  }
  for (; length >= 0; length--) lastOf(last, length).behind = behind;
}

// @inline
function lastOf(last: usize, length: i32): Tail {
  return changetype<Tail>(load<usize>(last + ((<usize>length) << 2)));
}

/** The tree's record of a tail that is not empty. */
// @inline
function nodeOf(tail: usize): usize {
  return SHORT + (tail - TAILS - NODE);
}

export function supportOf(tail: usize): i32 {
  return load<i32>(nodeOf(tail));
}
export function occurrencesOf(tail: usize): i32 {
  return load<i32>(nodeOf(tail), OCCURRENCES);
}

/** The tail that extends `tail` by a call; 0 when it is one of the longest, whose extensions are not known. */
export function childOf(tail: usize, symbol: i32): usize {
  const child = load<usize>(changetype<Tail>(tail).row + ((<usize>symbol) << 2));
  return changetype<Tail>(child).row == 0 ? 0 : child;
}

/** Makes the list of the window of `size` calls that follows the position at `p`. */
function listWindow(p: usize, size: i32): void {
  valid = 0;
  for (let i = 1; i <= size; i++) {
    const symbol = (<usize>load<u32>(p + ((<usize>i) << 2))) << 2;
    store<u32>(POSITIONS + ((<usize>i) << 3), <u32>symbol, 4);
    if (symbol == 0) continue;
    valid |= 1 << i;
    store<u32>(MASKS + symbol, load<u32>(MASKS + symbol) | (1 << i));
  }
  for (let i = 1; i <= size; i++) {
    const position = POSITIONS + ((<usize>i) << 3);
    store<u32>(position, load<u32>(MASKS + <usize>load<u32>(position, 4)));
  }
  for (let i = 1; i <= size; i++) store<u32>(MASKS + <usize>load<u32>(POSITIONS + ((<usize>i) << 3), 4), 0);
  list = listEnd;
  listEnd += 4;
  follow(changetype<Tail>(TAILS).row, 1);
  if ((((listEnd - list - 4) / LISTED) & 1) != 0) {
    store<usize>(listEnd, COUNTED);
    store<u64>(listEnd, 0, 4);
    listEnd += LISTED;
  }
  store<usize>(list, listEnd - list - 4);
}

/** Lists the extensions, in `row`, of a tail that can end at the positions in `ends`. */
function follow(row: usize, ends: u32): void {
  let left: u32 = 0;
  for (let g = 1; g <= reach; g++) left |= ends << g;
  left &= valid;
  while (left != 0) {
    const first = ctz(left);
    const position = POSITIONS + ((<usize>first) << 3);
    const next = left & load<u32>(position);
    left ^= next;
    const at = load<usize>(row + <usize>load<u32>(position, 4));
    if (at == 0) continue;
    const child = changetype<Tail>(at);
    if (child.lane == 0) child.lane = lanes++;
    const block = <usize>(child.lane >>> 3);
    let entry = load<usize>(ENTRY_OF + (block << 2));
    if (entry < list) {
      entry = listEnd;
      listEnd += LISTED;
      store<usize>(ENTRY_OF + (block << 2), entry);
      store<usize>(entry, COUNTED + block * BLOCK);
      store<u64>(entry, 0, 4);
    }
    store<u8>(entry + <usize>(child.lane & 7), <u8>first, 4);
    if (child.row != 0) follow(child.row, next);
  }
}
