/** Something kept for descriptors of processes: no map entry and no key a call, as a map by pid and number would need. */
import type { Thread } from '../trace/table.js';

export class ByDescriptor<T> {
  /** Per thread: number of its process; -1 for processes left out. */
  readonly processOf: Int32Array;
  /** Per process. */
  private readonly pids: number[] = [];
  private readonly tables: (T | undefined)[][] = [];

  constructor(threads: readonly Thread[], leftOut: ReadonlySet<number> = new Set()) {
    const numbers = new Map<number, number>();
    this.processOf = Int32Array.from(threads, ({ pid }) => {
      if (leftOut.has(pid)) return -1;
      if (!numbers.has(pid)) {
        numbers.set(pid, this.tables.push([]) - 1);
        this.pids.push(pid);
      }
      return numbers.get(pid)!;
    });
  }

  get(process: number, descriptor: number): T | undefined {
    return descriptor < 0 ? undefined : this.tables[process]![descriptor];
  }

  set(process: number, descriptor: number, value: T | undefined): void {
    if (descriptor >= 0) this.tables[process]![descriptor] = value;
  }

  /** Forgets all of a process. */
  clear(process: number): void {
    this.tables[process] = [];
  }

  /** The first process that has something kept for the descriptor; -1: none. */
  anyWith(descriptor: number): number {
    return descriptor < 0 ? -1 : this.tables.findIndex((table) => table[descriptor] !== undefined);
  }

  /** All that is kept, process by process. */
  forEach(see: (value: T, process: number, descriptor: number) => void): void {
    for (let process = 0; process < this.tables.length; process++) this.forEachOf(process, see);
  }

  forEachOf(process: number, see: (value: T, process: number, descriptor: number) => void): void {
    this.tables[process]!.forEach((value, descriptor) => {
      if (value !== undefined) see(value, process, descriptor);
    });
  }
}
