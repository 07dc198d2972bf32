/** What was found, in columns: the calls of all episodes one after the other, where each begins, and the supports. */
import { room } from './memory';
import { SYMBOLS, maxLength } from './sequence';
import { LENGTH, NODE, OPEN, SYMBOL, end, nodes } from './tree';

let OFFSETS: usize = 0;
let SUPPORTS: usize = 0;
let CALLS: usize = 0;
let calls: u32 = 0;

export function offsetsAt(): usize {
  return OFFSETS;
}
export function supportsAt(): usize {
  return SUPPORTS;
}
export function callsAt(): usize {
  return CALLS;
}
export function callsOf(): u32 {
  return calls;
}

/** Lays out the closed episodes, or all, in the order of the tree; gives their number. */
export function write(all: bool): i32 {
  let count: usize = 0;
  calls = 0;
  for (let node = nodes; node < end; node += NODE) {
    if (!all && load<u8>(node, OPEN) != 0) continue;
    count++;
    calls += load<u8>(node, LENGTH);
  }
  OFFSETS = room(count * 4 + 4);
  SUPPORTS = room(count * 4);
  // Copied 16 bytes at a time, which may reach behind.
  CALLS = room(<usize>calls * 4 + 16);
  const path = room(<usize>maxLength * 4 + 16);
  let to = CALLS;
  let e: usize = 0;
  for (let node = nodes; node < end; node += NODE) {
    const bytes = (<usize>load<u8>(node, LENGTH)) << 2;
    store<u32>(path + bytes - 4, load<u32>(SYMBOLS + ((<usize>load<u32>(node, SYMBOL)) << 2)));
    if (!all && load<u8>(node, OPEN) != 0) continue;
    store<u32>(OFFSETS + e, (<u32>(to - CALLS)) >> 2);
    store<u32>(SUPPORTS + e, load<u32>(node));
    for (let b: usize = 0; b < bytes; b += 16) v128.store(to + b, v128.load(path + b));
    to += bytes;
    e += 4;
  }
  store<u32>(OFFSETS + e, calls);
  return <i32>count;
}
