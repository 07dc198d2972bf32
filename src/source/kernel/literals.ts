/** Literals of a block: as they are, one repeated, or coded by Huffman (RFC 8878, 3.1.1.3.1 and 4.2). */
import { backwardBits, bitsBelow, highest } from './bits';
import { accuracy, baseOf, bitsOf, readTable, symbolOf } from './fse';

/** A block has no more; code that copies may read behind. */
const MOST: i32 = 1 << 17;
export const LITERALS: usize = memory.data((1 << 17) + 64, 16);
export let literals: i32 = 0;

/** By the next bits of a stream: symbol (u8) and how many bits its code has (u8). */
const MOST_BITS: i32 = 11;
const CODES: usize = memory.data(2 << 11, 16);
/** 0: no tree was read. */
let codeBits: i32 = 0;
const WEIGHTS: usize = memory.data(256, 16);
const WEIGHT_STATES: usize = memory.data(4 << 6, 16);
const STARTS: usize = memory.data(16 * 4, 16);

export function forgetTree(): void {
  codeBits = 0;
}

/** Reads the literals at `from`; gives where they end, 0 when they are damaged. */
export function readLiterals(from: usize, end: usize): usize {
  if (from >= end) return 0;
  const type = load<u8>(from) & 3;
  const format = (load<u8>(from) >> 2) & 3;
  const head = load<u64>(from);
  if (type < 2) {
    const bytes = format == 1 ? 2 : format == 3 ? 3 : 1;
    literals = <i32>(bytes == 1 ? (head >> 3) & 31 : bytes == 2 ? (head >> 4) & 0xfff : (head >> 4) & 0xfffff);
    const at = from + bytes;
    const length = type == 0 ? literals : 1;
    if (literals > MOST || at + length > end) return 0;
    if (type == 0) memory.copy(LITERALS, at, literals);
    else memory.fill(LITERALS, load<u8>(at), literals);
    return at + length;
  }
  const bits = format < 2 ? 10 : format == 2 ? 14 : 18;
  const mask = ((<u64>1) << bits) - 1;
  literals = <i32>((head >> 4) & mask);
  const packed = <usize>((head >> (4 + bits)) & mask);
  let at = from + (format < 2 ? 3 : format == 2 ? 4 : 5);
  const stop = at + packed;
  if (literals > MOST || stop > end) return 0;
  if (type == 2) at = readTree(at, stop);
  if (at == 0 || codeBits == 0) return 0;
  return (format == 0 ? readStream(at, stop, LITERALS, literals) : readFour(at, stop)) ? stop : 0;
}

function readFour(from: usize, end: usize): bool {
  if (from + 6 > end) return false;
  const each = (literals + 3) >> 2;
  if (each * 3 > literals) return false;
  let at = from + 6;
  for (let i = 0; i < 3; i++) {
    const next = at + load<u16>(from + (i << 1));
    if (next > end || !readStream(at, next, LITERALS + i * each, each)) return false;
    at = next;
  }
  return readStream(at, end, LITERALS + 3 * each, literals - 3 * each);
}

/** Decodes `count` symbols of the stream [start, end). */
function readStream(start: usize, end: usize, to: usize, count: i32): bool {
  let at = backwardBits(start, end);
  if (at < 0) return false;
  const shift = 64 - codeBits;
  let out = to;
  const last = to + count;
  // The 56 bits below `at` hold five codes.
  while (out + 5 <= last && at >= 0) {
    let word = load<u64>(start + (at >> 3) - 7) << (8 - (at & 7));
    for (let i = 0; i < 5; i++) {
      const code: u32 = load<u16>(CODES + ((<usize>(word >> shift)) << 1));
      store<u8>(out + i, code);
      word <<= code >> 8;
      at -= code >> 8;
    }
    out += 5;
  }
  while (out < last && at >= 0) {
    const word = load<u64>(start + (at >> 3) - 7) << (8 - (at & 7));
    const code: u32 = load<u16>(CODES + ((<usize>(word >> shift)) << 1));
    store<u8>(out++, code);
    at -= code >> 8;
  }
  return at == 0;
}

/** Reads the tree at `from`; gives where it ends, 0 when it is damaged. */
function readTree(from: usize, end: usize): usize {
  if (from >= end) return 0;
  const head: i32 = load<u8>(from);
  let symbols = 0;
  let next = from + 1;
  if (head >= 128) {
    symbols = head - 127;
    next += (symbols + 1) >> 1;
    if (next > end) return 0;
    for (let i = 0; i < symbols; i++) {
      const two: i32 = load<u8>(from + 1 + (i >> 1));
      store<u8>(WEIGHTS + i, (i & 1) == 0 ? two >> 4 : two & 15);
    }
  } else {
    next += head;
    if (next > end) return 0;
    symbols = readWeights(from + 1, next);
  }
  return symbols > 0 && build(symbols) ? next : 0;
}

/** Weights of a coded tree, by two states in turns; how many, 0 when they are damaged. */
function readWeights(from: usize, end: usize): i32 {
  const start = readTable(WEIGHT_STATES, from, end, 6, 12);
  if (start == 0) return 0;
  let at = backwardBits(start, end);
  if (at < 2 * accuracy) return 0;
  let one = bitsBelow(start, at, accuracy);
  let two = bitsBelow(start, at - accuracy, accuracy);
  at -= 2 * accuracy;
  let symbols = 0;
  while (symbols < 254) {
    const state = load<u32>(WEIGHT_STATES + ((<usize>one) << 2));
    store<u8>(WEIGHTS + symbols++, symbolOf(state));
    if (at < bitsOf(state)) {
      store<u8>(WEIGHTS + symbols++, symbolOf(load<u32>(WEIGHT_STATES + ((<usize>two) << 2))));
      return symbols;
    }
    one = two;
    two = baseOf(state) + bitsBelow(start, at, bitsOf(state));
    at -= bitsOf(state);
  }
  return 0;
}

/** The table of codes; the last symbol's weight is what is left. */
function build(known: i32): bool {
  let sum: u32 = 0;
  for (let i = 0; i < known; i++) {
    const weight: u32 = load<u8>(WEIGHTS + i);
    if (weight > <u32>MOST_BITS + 1) return false;
    if (weight > 0) sum += 1 << (weight - 1);
  }
  if (sum == 0) return false;
  const bits = highest(sum) + 1;
  const left = (1 << bits) - sum;
  if (bits > MOST_BITS || (left & (left - 1)) != 0) return false;
  const symbols = known + 1;
  store<u8>(WEIGHTS + known, highest(left) + 1);
  // Codes of the least weight, the longest, come first.
  memory.fill(STARTS, 0, 16 * 4);
  for (let i = 0; i < symbols; i++) {
    const weight: u32 = load<u8>(WEIGHTS + i);
    if (weight == 0) continue;
    const count = STARTS + ((weight + 1) << 2);
    store<u32>(count, load<u32>(count) + (1 << (weight - 1)));
  }
  for (let w = 1; w < 15; w++)
    store<u32>(STARTS + ((w + 1) << 2), load<u32>(STARTS + ((w + 1) << 2)) + load<u32>(STARTS + (w << 2)));
  for (let i = 0; i < symbols; i++) {
    const weight: u32 = load<u8>(WEIGHTS + i);
    if (weight == 0) continue;
    const start = load<u32>(STARTS + (weight << 2));
    const size: u32 = 1 << (weight - 1);
    const code = i | ((bits + 1 - weight) << 8);
    for (let k: u32 = 0; k < size; k++) store<u16>(CODES + ((start + k) << 1), code);
    store<u32>(STARTS + (weight << 2), start + size);
  }
  codeBits = bits;
  return true;
}
