/**
 * Blocks of Zstandard (RFC 8878) to the bytes that they stand for; frames and their headers are read by ../zstd-reader.ts. What a block stands for
 * lies behind what those before stood for, of which as much stays as the frame's window.
 */
import { backwardBits, bitsBelow } from './bits';
import { accuracy, baseOf, bitsOf, buildFrom, buildOne, readTable, symbolOf } from './fse';
import { LITERALS, forgetTree, literals, readLiterals } from './literals';

const LARGEST: i32 = 1 << 17;
/** A block, behind room for loads before its beginning. */
const BEFORE: i32 = 64;
const BLOCK: usize = memory.data(64 + (1 << 17) + 64, 16);
export const INPUT: usize = BLOCK + BEFORE;

/** A kind of numbers: states of its own, of the standard, and which are in use with how many bits; 0: none. */
const LENGTHS: usize = memory.data(4 << 9, 16);
const OFFSETS: usize = memory.data(4 << 8, 16);
const MATCHES: usize = memory.data(4 << 9, 16);
const STANDARD_LENGTHS: usize = memory.data(4 << 6, 16);
const STANDARD_OFFSETS: usize = memory.data(4 << 5, 16);
const STANDARD_MATCHES: usize = memory.data(4 << 6, 16);
let lengths: usize = 0;
let lengthBits: i32 = 0;
let offsets: usize = 0;
let offsetBits: i32 = 0;
let matches: usize = 0;
let matchBits: i32 = 0;

// prettier-ignore
const LENGTH_COUNTS: usize = memory.data<i16>([4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);
// prettier-ignore
const MATCH_COUNTS: usize = memory.data<i16>([1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1]);
// prettier-ignore
const OFFSET_COUNTS: usize = memory.data<i16>([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);
const LENGTH_CODES: i32 = 36;
const MATCH_CODES: i32 = 53;
const OFFSET_CODES: i32 = 32;

/** What a code of a length stands for at least, and how many bits are added. */
// prettier-ignore
const LENGTH_BASES: usize = memory.data<i32>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]);
// prettier-ignore
const LENGTH_ADDED: usize = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
// prettier-ignore
const MATCH_BASES: usize = memory.data<i32>([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539]);
// prettier-ignore
const MATCH_ADDED: usize = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

/** Offsets used last. */
let recent: u32 = 1;
let second: u32 = 4;
let third: u32 = 8;

/** Where bytes go: what is there of the frame lies in [first, at). */
const OUT: usize = (__heap_base + 63) & ~63;
let first: usize = OUT;
let at: usize = OUT;
let end: usize = OUT;
let window: usize = 0;
/** Copies may write so far behind what they copy. */
const SLACK: usize = 64;

/** A frame begins, whose offsets reach back so far; false where there is no memory for it. */
export function beginFrame(windowBytes: i32): bool {
  window = max(windowBytes, LARGEST);
  const needed = 2 * window + LARGEST + SLACK;
  const pages = <i32>((OUT + needed + 0xffff) >> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) return false;
  end = OUT + needed - SLACK;
  first = OUT;
  at = OUT;
  recent = 1;
  second = 4;
  third = 8;
  lengthBits = -1;
  offsetBits = -1;
  matchBits = -1;
  forgetTree();
  buildFrom(STANDARD_LENGTHS, LENGTH_COUNTS, LENGTH_CODES, 6);
  buildFrom(STANDARD_OFFSETS, OFFSET_COUNTS, 29, 5);
  buildFrom(STANDARD_MATCHES, MATCH_COUNTS, MATCH_CODES, 6);
  return true;
}

/** Where the bytes of the last block begin. */
export let blockAt: usize = 0;

const RAW: i32 = 0;
const REPEATED: i32 = 1;

/** Decodes the block at INPUT of this type and size; gives how many bytes it stands for, -1 where it is damaged. */
export function block(type: i32, size: i32): i32 {
  if (size > LARGEST) return -1;
  if (at + LARGEST > end) {
    const kept = min(at - first, window);
    memory.copy(OUT, at - kept, kept);
    first = OUT;
    at = OUT + kept;
  }
  blockAt = at;
  if (type == RAW) memory.copy(at, INPUT, size);
  else if (type == REPEATED) memory.fill(at, load<u8>(INPUT), size);
  if (type == RAW || type == REPEATED) {
    at += size;
    return size;
  }
  const sequences = readLiterals(INPUT, INPUT + size);
  if (sequences == 0 || !readSequences(sequences, INPUT + size)) {
    at = blockAt;
    return -1;
  }
  return <i32>(at - blockAt);
}

function readSequences(from: usize, stop: usize): bool {
  if (from >= stop) return false;
  let p = from + 1;
  let count: i32 = load<u8>(from);
  if (count == 255) {
    count = <i32>load<u16>(p) + 0x7f00;
    p += 2;
  } else if (count > 127) count = ((count - 128) << 8) + <i32>load<u8>(p++);
  if (count == 0) return p == stop && giveLiterals(LITERALS);
  const modes: i32 = load<u8>(p++);
  if (p > stop || (modes & 3) != 0) return false;
  p = chooseTable(modes >> 6, p, stop, LENGTHS, STANDARD_LENGTHS, 6, 9, LENGTH_CODES, lengths, lengthBits);
  if (p == 0) return false;
  lengths = chosen;
  lengthBits = chosenBits;
  p = chooseTable((modes >> 4) & 3, p, stop, OFFSETS, STANDARD_OFFSETS, 5, 8, OFFSET_CODES, offsets, offsetBits);
  if (p == 0) return false;
  offsets = chosen;
  offsetBits = chosenBits;
  p = chooseTable((modes >> 2) & 3, p, stop, MATCHES, STANDARD_MATCHES, 6, 9, MATCH_CODES, matches, matchBits);
  if (p == 0) return false;
  matches = chosen;
  matchBits = chosenBits;
  return execute(p, stop, count);
}

let chosen: usize = 0;
let chosenBits: i32 = 0;

/** The table that a mode asks for: of the standard, of one symbol, one that is described at `p`, the one before. Gives where it ends; 0: damaged. */
function chooseTable(
  mode: i32,
  p: usize,
  stop: usize,
  own: usize,
  standard: usize,
  standardBits: i32,
  mostBits: i32,
  codes: i32,
  before: usize,
  beforeBits: i32,
): usize {
  chosen = own;
  if (mode == 0) {
    chosen = standard;
    chosenBits = standardBits;
    return p;
  }
  if (mode == 3) {
    chosen = before;
    chosenBits = beforeBits;
    return beforeBits < 0 ? 0 : p;
  }
  if (mode == 1) {
    if (p >= stop || <i32>load<u8>(p) >= codes) return 0;
    buildOne(own, load<u8>(p));
    chosenBits = 0;
    return p + 1;
  }
  const next = readTable(own, p, stop, mostBits, codes);
  chosenBits = accuracy;
  return next;
}

/** Runs through the sequences, whose numbers are in the backward stream [start, stop). */
function execute(start: usize, stop: usize, count: i32): bool {
  let bit = backwardBits(start, stop);
  if (bit < lengthBits + offsetBits + matchBits) return false;
  let length: u32 = bitsBelow(start, bit, lengthBits);
  bit -= lengthBits;
  let offset: u32 = bitsBelow(start, bit, offsetBits);
  bit -= offsetBits;
  let match: u32 = bitsBelow(start, bit, matchBits);
  bit -= matchBits;
  let literal = LITERALS;
  const lastLiteral = LITERALS + literals;
  const most = blockAt + LARGEST;
  let out = at;
  for (let i = count; i > 0; i--) {
    const lengthState = load<u32>(lengths + ((<usize>length) << 2));
    const offsetState = load<u32>(offsets + ((<usize>offset) << 2));
    const matchState = load<u32>(matches + ((<usize>match) << 2));
    const offsetCode = symbolOf(offsetState);
    const value = ((<u32>1) << offsetCode) + bitsBelow(start, bit, offsetCode);
    bit -= offsetCode;
    const matchCode = symbolOf(matchState);
    const matchAdded: i32 = load<u8>(MATCH_ADDED + matchCode);
    const copied = load<i32>(MATCH_BASES + (matchCode << 2)) + <i32>bitsBelow(start, bit, matchAdded);
    bit -= matchAdded;
    const lengthCode = symbolOf(lengthState);
    const lengthAdded: i32 = load<u8>(LENGTH_ADDED + lengthCode);
    const own = load<i32>(LENGTH_BASES + (lengthCode << 2)) + <i32>bitsBelow(start, bit, lengthAdded);
    bit -= lengthAdded;
    if (i > 1) {
      length = baseOf(lengthState) + bitsBelow(start, bit, bitsOf(lengthState));
      bit -= bitsOf(lengthState);
      match = baseOf(matchState) + bitsBelow(start, bit, bitsOf(matchState));
      bit -= bitsOf(matchState);
      offset = baseOf(offsetState) + bitsBelow(start, bit, bitsOf(offsetState));
      bit -= bitsOf(offsetState);
    }
    if (bit < 0) return false;
    const back = <usize>offsetOf(value, own == 0);
    if (back == 0 || literal + own > lastLiteral || out + own + copied > most) return false;
    copy(out, literal, own);
    literal += own;
    out += own;
    if (back > out - first || back > window) return false;
    repeat(out, back, copied);
    out += copied;
  }
  at = out;
  return bit == 0 && giveLiterals(literal);
}

/** The offset that a value stands for: one of the last three, or another. */
// @inline
function offsetOf(value: u32, noLiterals: bool): u32 {
  if (value > 3) {
    third = second;
    second = recent;
    recent = value - 3;
    return recent;
  }
  const which = noLiterals ? value : value - 1;
  if (which == 0) return recent;
  const offset = which == 1 ? second : which == 2 ? third : recent - 1;
  if (which > 1) third = second;
  second = recent;
  recent = offset;
  return offset;
}

/** The literals from `from` on end the block. */
function giveLiterals(from: usize): bool {
  const left = LITERALS + literals - from;
  if (at + left > blockAt + LARGEST) return false;
  memory.copy(at, from, left);
  at += left;
  return true;
}

/** Copies and a little more. */
// @inline
function copy(to: usize, from: usize, length: i32): void {
  for (let i = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Copies what lies `back` bytes before `to`, and so repeats it where it is short; and a little more. */
// @inline
function repeat(to: usize, back: usize, length: i32): void {
  const from = to - back;
  if (back >= 16) copy(to, from, length);
  else if (back >= 8) for (let i = 0; i < length; i += 8) store<u64>(to + i, load<u64>(from + i));
  else for (let i = 0; i < length; i++) store<u8>(to + i, load<u8>(from + i));
}
