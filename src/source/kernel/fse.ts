/** Tables of finite state entropy coding (RFC 8878, 4.1): a state is a symbol, bits to read, and what they are added to for the next state. */
import { highest } from './bits';

/** Most symbols, of lengths of matches; most states. */
const MOST_SYMBOLS: i32 = 256;
const COUNTS: usize = memory.data(256 * 2, 16);
const NEXT: usize = memory.data(256 * 2, 16);
const MOST_STATES: i32 = 512;

/** A state: symbol (u8), bits (u8), base (u16). */
// @inline
export function symbolOf(state: u32): i32 {
  return <i32>(state & 0xff);
}
// @inline
export function bitsOf(state: u32): i32 {
  return <i32>((state >> 8) & 0xff);
}
// @inline
export function baseOf(state: u32): i32 {
  return <i32>(state >> 16);
}

/** Set by `readTable`: the bits of a state's number. */
export let accuracy: i32 = 0;

/** Reads the description at `from`, into `table`; gives where it ends, 0 when it is none. `most`: bits, and symbols. */
export function readTable(table: usize, from: usize, end: usize, mostBits: i32, mostSymbols: i32): usize {
  if (from >= end) return 0;
  accuracy = (load<u8>(from) & 15) + 5;
  if (accuracy > mostBits) return 0;
  let at = 4;
  let left = 1 << accuracy;
  let symbols = 0;
  while (left > 0) {
    if (symbols >= mostSymbols || from + (at >> 3) >= end) return 0;
    const bits = highest(left + 1) + 1;
    let value = forward(from, at, bits);
    const low = (1 << (bits - 1)) - 1;
    const threshold = (1 << bits) - 1 - (left + 1);
    if ((value & low) < threshold) {
      at += bits - 1;
      value &= low;
    } else {
      at += bits;
      if (value > low) value -= threshold;
    }
    const count = value - 1;
    left -= count < 0 ? 1 : count;
    store<i16>(COUNTS + (symbols++ << 1), count);
    if (count != 0) continue;
    let zeros = 3;
    while (zeros == 3) {
      zeros = forward(from, at, 2);
      at += 2;
      for (let i = 0; i < zeros; i++) {
        if (symbols >= mostSymbols) return 0;
        store<i16>(COUNTS + (symbols++ << 1), 0);
      }
      if (from + (at >> 3) > end) return 0;
    }
  }
  const next = from + ((at + 7) >> 3);
  return left == 0 && next <= end && build(table, symbols) ? next : 0;
}

// @inline
function forward(from: usize, at: i32, bits: i32): i32 {
  return <i32>((load<u32>(from + (at >> 3)) >> (at & 7)) & ((1 << bits) - 1));
}

/** The table of these shares of 2^bits, i16 each. */
export function buildFrom(table: usize, counts: usize, symbols: i32, bits: i32): void {
  memory.copy(COUNTS, counts, symbols << 1);
  accuracy = bits;
  build(table, symbols);
}

/** The table of one symbol. */
export function buildOne(table: usize, symbol: i32): void {
  accuracy = 0;
  store<u32>(table, symbol);
}

function build(table: usize, symbols: i32): bool {
  const size = 1 << accuracy;
  let high = size - 1;
  for (let s = 0; s < symbols; s++) {
    const count: i32 = load<i16>(COUNTS + (s << 1));
    if (count < 0) store<u32>(table + (high-- << 2), s);
    store<u16>(NEXT + (s << 1), count < 0 ? 1 : count);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (let s = 0; s < symbols; s++) {
    for (let i: i32 = load<i16>(COUNTS + (s << 1)); i > 0; i--) {
      store<u32>(table + (at << 2), s);
      do at = (at + step) & (size - 1);
      while (at > high);
    }
  }
  if (at != 0) return false;
  for (let i = 0; i < size; i++) {
    const symbol = load<u32>(table + (i << 2));
    const next: u32 = load<u16>(NEXT + (symbol << 1));
    store<u16>(NEXT + (symbol << 1), next + 1);
    const bits = accuracy - highest(next);
    store<u32>(table + (i << 2), symbol | (bits << 8) | (((next << bits) - size) << 16));
  }
  return true;
}
