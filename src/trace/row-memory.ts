/**
 * The memory of a large trace: one shared WebAssembly memory of 4 GB of address space, so that code in WebAssembly, too, reads
 * and writes the columns where they lie, from any thread. In front is room for chunks on their way there. Pages that are
 * never touched cost nothing.
 */
import type { ChunkColumns } from './chunk.js';

type Column = NonNullable<ChunkColumns[keyof ChunkColumns]>;
type ColumnType = (new (buffer: SharedArrayBuffer, offset: number, length: number) => Column) & {
  BYTES_PER_ELEMENT: number;
};

/** All that 32-bit addresses reach, in pages of WebAssembly, but one: an array of 2^32 bytes cannot be posted to a thread (V8 11). */
const PAGES = 2 ** 16 - 1;
const PAGE_BYTES = 2 ** 16;
/** Some compilers take address 0 for none. */
const FIRST_ADDRESS = 64;
/** Columns begin so far apart, modulo the size of a page, that one row's places in all of them do not share a set of the cache. */
const SKEW = 5 * 64;
const PAGE = 4096;

export class RowMemory {
  /** Rows that fit. */
  readonly capacity: number;
  private readonly columns = new Map<string, Column>();
  private nextRoom = FIRST_ADDRESS;

  private constructor(
    readonly memory: WebAssembly.Memory,
    types: Readonly<Record<string, ColumnType>>,
    private readonly roomsEnd: number,
  ) {
    const { buffer } = memory;
    const list = Object.entries(types);
    const rowBytes = list.reduce((sum, [, { BYTES_PER_ELEMENT: bytes }]) => sum + bytes, 0);
    let at = aligned(roomsEnd);
    this.capacity = Math.floor((buffer.byteLength - at - list.length * 2 * PAGE) / rowBytes);
    list.forEach(([name, Type], k) => {
      const view = new Type(buffer, at + k * SKEW, this.capacity);
      this.columns.set(name, view);
      at = aligned(view.byteOffset + view.byteLength);
    });
  }

  /**
   * With columns of these types, and rooms of `roomBytes` in all; null where so much address space is not to be had. `pages`: of 64 KB;
   * tests choose few.
   */
  static of(types: Readonly<Record<string, ColumnType>>, roomBytes: number, pages = PAGES): RowMemory | null {
    if (roomBytes > (pages * PAGE_BYTES) / 2) return null;
    try {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
      return new RowMemory(memory, types, FIRST_ADDRESS + roomBytes);
    } catch {
      return null;
    }
  }

  column(name: string): Column {
    return this.columns.get(name)!;
  }

  /** Room of its own for a chunk; null when there is none left. */
  room(bytes: number): Uint8Array | null {
    const at = this.nextRoom;
    if (at + bytes > this.roomsEnd) return null;
    this.nextRoom = Math.ceil((at + bytes) / 8) * 8;
    return new Uint8Array(this.memory.buffer, at, bytes);
  }
}

function aligned(address: number): number {
  return Math.ceil(address / PAGE) * PAGE;
}
