/** Sums by cell, the cells in the order of their first mention. */
export class Sums {
  readonly of: Float64Array;
  readonly touched: number[] = [];
  private readonly known: Uint8Array;

  constructor(cells: number) {
    this.of = new Float64Array(cells);
    this.known = new Uint8Array(cells);
  }

  add(cell: number, weight: number): void {
    if (this.known[cell] === 0) {
      this.known[cell] = 1;
      this.touched.push(cell);
    }
    this.of[cell]! += weight;
  }
}
