/**
 * Times on a logarithmic scale: octaves above 1 µs, cut into cells of a quarter of one (a fifth more or less time, which two runs of
 * the same work differ by anyway). A unit keeps the cell only: what is finer is never asked for.
 */
export const TIME_CELLS_PER_OCTAVE = 4;
const OCTAVE_ZERO_NS = 1000;
/** Keeps what lies on a boundary, but for rounding, from falling into the cell below. */
const ROUNDING = 1e-6;

function cellOf(ns: number): number {
  return Math.floor(Math.log2(1 + ns / OCTAVE_ZERO_NS) * TIME_CELLS_PER_OCTAVE + ROUNDING);
}

/**
 * A logarithm costs more than all else that is done for an entry. The upper bits of a float (IEEE 754) tell its octave and the
 * sixteenth of that, less than a cell: so at most one boundary lies among the floats that have them in common.
 */
const LOWER_BITS = 19;
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
/** By upper bits: the cell of the first float, and the first one that is in the next cell. */
export const cells = new Uint16Array(1 << (31 - LOWER_BITS));
export const nextFrom = new Uint32Array(cells.length);
for (let upper = 0; upper < cells.length; upper++) {
  const cell = (cells[upper] = cellOfBits(upper << LOWER_BITS));
  let from = upper << LOWER_BITS;
  let to = (upper + 1) << LOWER_BITS;
  const boundary = cellOfBits(to - 1) > cell;
  while (boundary && to - from > 1) {
    const middle = (from + to) / 2;
    if (cellOfBits(middle) > cell) to = middle;
    else from = middle;
  }
  nextFrom[upper] = to;
}

function cellOfBits(of: number): number {
  bits[0] = of;
  return cellOf(float[0]!);
}

/** Cell of a time, rounded to a 32-bit float; not negative. */
export function timeCell(ns: number): number {
  float[0] = ns;
  const of = bits[0]!;
  const upper = of >>> LOWER_BITS;
  return of < nextFrom[upper]! ? cells[upper]! : cells[upper]! + 1;
}
