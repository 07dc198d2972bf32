/**
 * Columns that grow without being copied: address space is reserved generously and memory committed as rows arrive
 * (growable SharedArrayBuffer; pages that are never touched cost nothing).
 */
import type { ChunkColumns } from './chunk.js';
import { RowMemory } from './row-memory.js';
import type { RowsToMove } from './sort-rows.js';
import { NO_STACK } from './stacks.js';
import { type Columns, NO_CPU } from './table.js';

declare global {
  // ES2024, in Node since 20; TypeScript's ES2023 library does not know it.
  interface SharedArrayBuffer {
    readonly growable: boolean;
    readonly maxByteLength: number;
    grow(size: number): void;
  }
  interface SharedArrayBufferConstructor {
    new (byteLength: number, options: { maxByteLength: number }): SharedArrayBuffer;
  }
}

/** Rows whose address space is reserved once a trace is no longer small: 25 GB of strace text. */
const RESERVED_ROWS = 2 ** 28;
/**
 * Small are traces of fewer rows. A folder of `strace -ff` has thousands of them, and a process may have some 65,000 mappings (vm.max_map_count),
 * of which each reservation takes two: so they have plain memory, no more than they need, and are copied when they grow.
 */
const SMALL_ROWS = 2 ** 16;
/** Most rows to grow by at once. */
const MOST_GROWTH = 2 ** 22;

interface Column<T> {
  buffer: SharedArrayBuffer;
  view: T;
}
type ColumnArray = Float64Array | Uint16Array | Uint32Array | Uint8Array | Int32Array;
type ArrayType<T> = (new (buffer: SharedArrayBuffer, offset: number, length: number) => T) & {
  BYTES_PER_ELEMENT: number;
};

/** Types of the columns, in the order of table.ts. */
const TYPES = {
  start: Float64Array,
  duration: Float64Array,
  call: Uint16Array,
  thread: Uint32Array,
  errno: Uint8Array,
  kind: Uint8Array,
  variant: Uint8Array,
  flags: Uint8Array,
  descriptor: Int32Array,
  result: Int32Array,
  cpu: Uint16Array,
  stack: Int32Array,
} as const;
export type ColumnName = keyof typeof TYPES;
/** Columns that only some traces have, and what stands there in rows of a chunk that has not. */
const OPTIONAL = { cpu: NO_CPU, stack: NO_STACK } as const;
export type OptionalColumn = keyof typeof OPTIONAL;
const OPTIONAL_COLUMNS = Object.keys(OPTIONAL) as OptionalColumn[];
type ColumnsOf = { [Name in ColumnName]: InstanceType<(typeof TYPES)[Name]> };

export class GrowableColumns {
  length = 0;
  private capacity = 0;
  private reserved = 0;
  private columns = new Map<ColumnName, Column<ColumnArray>>();
  /** What the columns of a large trace lie in, until they outgrow it. */
  private home: RowMemory | null = null;

  /** `large`: there will be millions of rows; bytes of the room that chunks on their way to them need. */
  constructor(private readonly large: { readonly roomBytes: number; readonly pages?: number } | null = null) {
    if (large !== null) this.home = RowMemory.of(TYPES, large.roomBytes, large.pages);
    this.capacity = this.reserved = this.home?.capacity ?? 0;
    for (const name of Object.keys(TYPES) as ColumnName[]) if (!(name in OPTIONAL)) this.add(name);
  }

  /** The column's rows so far and room for more; valid until the next `reserve`. */
  view<Name extends ColumnName>(name: Name): ColumnsOf[Name] {
    return this.columns.get(name)!.view as unknown as ColumnsOf[Name];
  }

  /** The memory that all of them lie in. */
  get memory(): WebAssembly.Memory | null {
    return this.home?.memory ?? null;
  }

  /** Room for a chunk in that memory, if there is such and has any left. */
  room(bytes: number): Uint8Array | null {
    return this.home?.room(bytes) ?? null;
  }

  /** All of them, as `view` gives them. */
  views(): ChunkColumns {
    return Object.fromEntries(
      (Object.keys(TYPES) as ColumnName[]).map((name) => [name, this.columns.get(name)?.view ?? null]),
    ) as unknown as ChunkColumns;
  }

  /** Whether `rows` more rows fit where the columns lie; else `reserve` moves them. */
  hasRoomFor(rows: number): boolean {
    return this.length + rows <= this.reserved;
  }

  /** Makes room for `rows` more rows. */
  reserve(rows: number): void {
    const needed = this.length + rows;
    if (needed <= this.capacity) return;
    if (needed > this.reserved) {
      this.home = null;
      const small = needed < SMALL_ROWS && this.large === null;
      this.reserved = small ? Math.max(needed, this.capacity * 2) : Math.max(RESERVED_ROWS, needed * 2);
    }
    const roomy = Math.max(needed, Math.min(this.capacity * 2, this.capacity + MOST_GROWTH));
    this.capacity = Math.min(roomy, this.reserved);
    for (const [name, column] of this.columns) this.resize(name, column);
  }

  /** Appends rows [from, to) of a chunk as they are; the caller corrects start, call, thread and stack. */
  append(chunk: ChunkColumns, from: number, to: number): void {
    for (const name of OPTIONAL_COLUMNS) if (chunk[name] !== null) this.with(name);
    this.reserve(to - from);
    for (const [name, column] of this.columns) {
      const source = chunk[name];
      if (source === null) column.view.fill(OPTIONAL[name as OptionalColumn], this.length, this.length + to - from);
      else (column.view as Uint8Array).set(source.subarray(from, to) as Uint8Array, this.length);
    }
    this.length += to - from;
  }

  has(name: OptionalColumn): boolean {
    return this.columns.has(name);
  }

  /** Makes the column, if it is not there yet, for the rows so far, too. */
  with(name: OptionalColumn): void {
    if (this.columns.has(name)) return;
    this.add(name);
    this.view(name).fill(OPTIONAL[name], 0, this.length);
  }

  /** Puts the rows from `first` on in the order of `permutation`, which counts from there. One column at a time is copied. */
  permute(permutation: Uint32Array, first: number): void {
    const runs = runsOf(permutation);
    for (const { view } of this.columns.values()) {
      const old = view.slice(first, first + permutation.length) as Uint8Array;
      if (runs === null) {
        // What can grow is slow to write to.
        const sorted = old.slice();
        for (let i = 0; i < permutation.length; i++) sorted[i] = old[permutation[i]!]!;
        (view as Uint8Array).set(sorted, first);
      } else
        for (let r = 0; r + 1 < runs.length; r++) {
          const [to, from] = [runs[r]!, permutation[runs[r]!]!];
          (view as Uint8Array).set(old.subarray(from, from + runs[r + 1]! - to), first + to);
        }
    }
  }

  /** Moves few rows to where they belong; all of them stand before row `to`. The ones between go down in long stretches. */
  moveUp({ rows, sorted, before }: RowsToMove, to: number): void {
    for (const { view } of this.columns.values()) {
      const moved = sorted.map((row) => view[row]!);
      let [from, end] = [to, to];
      for (let late = rows.length - 1, next = moved.length - 1; late >= 0 || next >= 0;) {
        const begin = Math.max((rows[late] ?? -1) + 1, before[next] ?? 0);
        view.copyWithin(end - (from - begin), begin, from);
        end -= from - begin;
        from = begin;
        if (before[next] === begin) view[--end] = moved[next--]!;
        else {
          from--;
          late--;
        }
      }
    }
  }

  /** The columns cut to their length, as plain fixed views. */
  finish(): Columns {
    const finished = Object.fromEntries(
      (Object.keys(TYPES) as ColumnName[]).map((name) => {
        return [name, this.columns.get(name)?.view.subarray(0, this.length) ?? null];
      }),
    );
    return finished as unknown as Columns;
  }

  private add(name: ColumnName): void {
    const view = this.home?.column(name) ?? new Uint8Array(new SharedArrayBuffer(0));
    const column = { buffer: view.buffer as SharedArrayBuffer, view };
    this.columns.set(name, column);
    if (this.home === null) this.resize(name, column);
  }

  private resize(name: ColumnName, column: Column<ColumnArray>): void {
    const Type = TYPES[name] as ArrayType<ColumnArray>;
    const size = this.capacity * Type.BYTES_PER_ELEMENT;
    const { buffer } = column;
    if (buffer.growable && size <= buffer.maxByteLength) {
      buffer.grow(size);
      column.view = new Type(buffer, 0, this.capacity);
      return;
    }
    column.buffer = reservedBuffer(size, this.reserved * Type.BYTES_PER_ELEMENT);
    this.reserved = Math.min(this.reserved, Math.floor(column.buffer.maxByteLength / Type.BYTES_PER_ELEMENT));
    const view = new Type(column.buffer, 0, this.capacity);
    if (this.length > 0) (view as Uint8Array).set(column.view.subarray(0, this.length) as Uint8Array);
    column.view = view;
  }
}

/** Shorter runs are sooner copied one by one, rows. */
const SHORT_RUN = 16;

/** Where neighbours that stay together begin, and the length at the end; null where these runs are short. A few rows out of place make few. */
function runsOf(permutation: Uint32Array): number[] | null {
  const runs = [0];
  for (let i = 1; i < permutation.length; i++) {
    if (permutation[i] !== permutation[i - 1]! + 1) runs.push(i);
    if (runs.length * SHORT_RUN > permutation.length + SHORT_RUN) return null;
  }
  runs.push(permutation.length);
  return runs;
}

/** A buffer that can grow, unless all that is reserved is asked for; where so much address space is not to be had, one that reserves less. */
function reservedBuffer(size: number, reserved: number): SharedArrayBuffer {
  if (reserved === size) return new SharedArrayBuffer(size);
  for (let limit = reserved; limit > size * 2; limit = Math.floor(limit / 4)) {
    try {
      return new SharedArrayBuffer(size, { maxByteLength: limit });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return new SharedArrayBuffer(size, { maxByteLength: size * 2 });
}
