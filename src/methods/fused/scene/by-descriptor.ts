/** Something kept for descriptors of processes: no map entry and no key a call, as a map by pid and number would need. */
import { Heap } from '../../../lib/heap.js';
import { DescriptorTable } from '../../../trace/descriptor-table.js';
import type { Thread } from '../../../trace/table.js';

export class ByDescriptor<T> {
  /** Per thread: number of its process; -1 for processes left out. */
  readonly processOf: Int32Array;
  /** Per process. */
  private readonly tables: DescriptorTable<T>[] = [];
  /** By descriptor: processes that have something for it, and some that no longer do. Null until somebody asks for it. */
  private owners: Map<number, Heap<number>> | null = null;

  constructor(threads: readonly Thread[], leftOut: ReadonlySet<number> = new Set()) {
    const numbers = new Map<number, number>();
    this.processOf = Int32Array.from(threads, ({ pid }) => {
      if (leftOut.has(pid)) return -1;
      if (!numbers.has(pid)) numbers.set(pid, this.tables.push(new DescriptorTable()) - 1);
      return numbers.get(pid)!;
    });
  }

  get(process: number, descriptor: number): T | undefined {
    return this.tables[process]!.get(descriptor);
  }

  set(process: number, descriptor: number, value: T | undefined): void {
    if (this.owners !== null && value !== undefined && this.get(process, descriptor) === undefined)
      this.owns(process, descriptor);
    this.tables[process]!.set(descriptor, value);
  }

  /** Forgets all of a process. */
  clear(process: number): void {
    this.tables[process]!.clear();
  }

  /** The first process that has something kept for the descriptor; -1: none. */
  anyWith(descriptor: number): number {
    if (this.owners === null) {
      this.owners = new Map();
      this.forEach((_, process, d) => this.owns(process, d));
    }
    const owners = this.owners.get(descriptor);
    while (owners?.first !== undefined && this.get(owners.first, descriptor) === undefined) owners.takeFirst();
    return owners?.first ?? -1;
  }

  /** All that is kept, process by process. */
  forEach(see: (value: T, process: number, descriptor: number) => void): void {
    for (let process = 0; process < this.tables.length; process++) this.forEachOf(process, see);
  }

  forEachOf(process: number, see: (value: T, process: number, descriptor: number) => void): void {
    this.tables[process]!.forEach((value, descriptor) => see(value, process, descriptor));
  }

  private owns(process: number, descriptor: number): void {
    let owners = this.owners!.get(descriptor);
    if (owners === undefined) this.owners!.set(descriptor, (owners = new Heap((a, b) => a < b)));
    owners.add(process);
  }
}
