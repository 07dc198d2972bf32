/**
 * Rows that a loop looks at in one go: few enough that it ends before V8 loses patience and compiles it from its middle as well, which is half
 * of what compiling loops costs (docs/performance.md).
 */
const BLOCK = 1 << 10;

/**
 * Has `look` see the rows [from, to), block by block. A loop over all rows is compiled while it runs, from its middle, and V8 then
 * keeps its sums in objects, one an addition; what is called often is compiled as a whole, and again where a case is new to it.
 */
export function inBlocks(from: number, to: number, look: (from: number, to: number) => void): void {
  for (let row = from; row < to; row += BLOCK) look(row, Math.min(to, row + BLOCK));
}
