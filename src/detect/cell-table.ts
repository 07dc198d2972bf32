/**
 * Distinct rows of cells, found by hash. A unit has few of its cluster's call types (of hundreds, in a large cluster), so what is
 * looked for is a list of the cells that are not 0, and is held against those cells only.
 */
export class CellTable {
  length = 0;
  private readonly cells: Int32Array;
  /** Per row: its hash, and how many of its cells are not 0. */
  private readonly hashes: Int32Array;
  private readonly filled: Uint32Array;
  private readonly slots: Int32Array;
  /** The cells of the row that is looked for. */
  private readonly dimension: Uint16Array;
  private readonly cell: Int32Array;
  private listed = 0;
  private hash = 0;

  constructor(
    private readonly capacity: number,
    private readonly dimensions: number,
  ) {
    this.cells = new Int32Array(capacity * dimensions);
    this.hashes = new Int32Array(capacity);
    this.filled = new Uint32Array(capacity);
    this.dimension = new Uint16Array(dimensions);
    this.cell = new Int32Array(dimensions);
    let size = 16;
    while (size < 2 * capacity) size *= 2;
    this.slots = new Int32Array(size).fill(-1);
  }

  /** Begins a row, all 0. */
  begin(): void {
    this.listed = 0;
    this.hash = 0;
  }

  /** Sets a cell of the row; at most once each. */
  set(dimension: number, cell: number): void {
    if (cell === 0) return;
    this.dimension[this.listed] = dimension;
    this.cell[this.listed++] = cell;
    // Hashes add up, so that cells may come in any order and those of 0 need not come at all.
    this.hash = (this.hash + cellHash(dimension, cell)) | 0;
  }

  /** Number of the row that is equal to the one begun, which is put into the table if there is none; -1 when there is no room for it. */
  put(): number {
    const { hashes, slots, hash, listed } = this;
    let slot = (hash ^ (hash >>> 15)) & (slots.length - 1);
    let found = slots[slot]!;
    while (found >= 0 && !(hashes[found] === hash && this.isListed(found))) {
      slot = (slot + 1) & (slots.length - 1);
      found = slots[slot]!;
    }
    if (found >= 0) return found;
    if (this.length === this.capacity) return -1;
    const row = this.length++;
    hashes[row] = hash;
    slots[slot] = row;
    this.filled[row] = listed;
    for (let i = 0; i < listed; i++) this.cells[row * this.dimensions + this.dimension[i]!] = this.cell[i]!;
    return row;
  }

  /** Puts every two neighbouring cells together; returns the new number of each row. The row that was begun is lost. */
  halve(): Uint32Array {
    const { cells, dimensions } = this;
    const moved = new Uint32Array(this.length);
    this.length = 0;
    this.slots.fill(-1);
    for (let row = 0; row < moved.length; row++) {
      this.begin();
      for (let d = 0; d < dimensions; d++) this.set(d, cells[row * dimensions + d]! >>> 1);
      // A row never moves up, so it comes to a place that has been read and cleared.
      cells.fill(0, row * dimensions, (row + 1) * dimensions);
      moved[row] = this.put();
    }
    return moved;
  }

  /** The cells of all rows. */
  used(): Int32Array {
    return this.cells.subarray(0, this.length * this.dimensions);
  }

  private isListed(row: number): boolean {
    const { cells, dimension, cell, listed } = this;
    if (this.filled[row] !== listed) return false;
    const at = row * this.dimensions;
    for (let i = 0; i < listed; i++) if (cells[at + dimension[i]!] !== cell[i]) return false;
    return true;
  }
}

function cellHash(dimension: number, cell: number): number {
  const mixed = Math.imul(cell, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 13), (2 * dimension + 1) * 0x9e3779b1);
}
