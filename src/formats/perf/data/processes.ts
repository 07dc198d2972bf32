/**
 * Names of threads and mappings of processes while a recording goes by, in order of time. perf tells both of whole machines; pieces get
 * those of the threads and processes that have events.
 */
import { AddressSpace, type Mapping } from './address-space.js';
import type { PieceWriter } from './piece-writer.js';

/** What a record says of a process. */
export type ProcessRecord =
  | {
      readonly what: 'name';
      readonly pid: number;
      readonly tid: number;
      readonly name: string;
      readonly executed: boolean;
    }
  | {
      readonly what: 'fork';
      readonly pid: number;
      readonly tid: number;
      readonly parentPid: number;
      readonly parentTid: number;
    }
  | { readonly what: 'exit'; readonly pid: number; readonly tid: number }
  | { readonly what: 'mapping'; readonly pid: number; readonly tid: number; readonly mapping: Mapping };

/** Hears of which threads and processes a piece knows what was said before. */
export interface Watcher {
  seeThread(tid: number, seen: boolean): void;
  seeProcess(pid: number, seen: boolean): void;
}

/** Mappings of all processes together: of a thousand processes with hundreds each. */
const MOST_MAPPINGS = 2 ** 19;

/** Tells that the process has none of those before. */
const NO_MAPPING: Mapping = { begin: 0, end: 0, offset: 0, path: '' };

export class Processes {
  private readonly names = new Map<number, string>();
  private readonly spaces = new Map<number, AddressSpace>();
  /** Spaces that a parent and its children have in common so far. */
  private readonly common = new WeakSet<AddressSpace>();
  private readonly activeTids = new Set<number>();
  private readonly activePids = new Set<number>();
  private mappings = 0;
  private lastTid = -1;
  private lastPid = -1;

  /** `withMappings`: whether there are call chains, which need them; `watcher`: who hears which are told of. */
  constructor(
    private readonly withMappings: () => boolean,
    private readonly watcher: Watcher | null = null,
  ) {}

  /** The thread has an event: the piece must know of it what was said before. */
  see(tid: number, pid: number, piece: PieceWriter): void {
    if (tid === this.lastTid && pid === this.lastPid) return;
    this.lastTid = tid;
    this.lastPid = pid;
    if (!this.activeTids.has(tid)) {
      this.activeTids.add(tid);
      this.watcher?.seeThread(tid, true);
      const name = this.names.get(tid);
      if (name !== undefined) piece.name(tid, name);
    }
    if (!this.withMappings() || this.activePids.has(pid)) return;
    this.activePids.add(pid);
    this.watcher?.seeProcess(pid, true);
    for (const mapping of this.spaces.get(pid) ?? []) piece.mapping(pid, mapping);
  }

  /** A piece begins. */
  tellAll(piece: PieceWriter): void {
    for (const tid of this.activeTids) {
      const name = this.names.get(tid);
      if (name !== undefined) piece.name(tid, name);
    }
    for (const pid of this.activePids) for (const mapping of this.spaces.get(pid) ?? []) piece.mapping(pid, mapping);
  }

  hear(record: ProcessRecord, piece: PieceWriter): void {
    switch (record.what) {
      case 'name':
        this.named(record.tid, record.name, piece);
        if (record.executed) this.forget(record.pid, piece);
        break;
      case 'fork': {
        const name = this.names.get(record.parentTid);
        if (name !== undefined) this.named(record.tid, name, piece);
        if (record.pid !== record.parentPid) this.inherit(record.pid, record.parentPid, piece);
        break;
      }
      case 'exit':
        if (record.pid === record.tid) {
          this.forget(record.pid, piece);
          this.activePids.delete(record.pid);
          this.watcher?.seeProcess(record.pid, false);
        }
        // Its name is still that of its last events, which may come later.
        this.activeTids.delete(record.tid);
        this.watcher?.seeThread(record.tid, false);
        this.lastTid = -1;
        break;
      case 'mapping':
        if (this.withMappings()) this.map(record.pid, record.mapping, piece);
    }
  }

  private named(tid: number, name: string, piece: PieceWriter): void {
    this.names.set(tid, name);
    if (this.activeTids.has(tid)) piece.name(tid, name);
  }

  private inherit(pid: number, parent: number, piece: PieceWriter): void {
    if (!this.withMappings()) return;
    this.forget(pid, piece);
    const space = this.spaces.get(parent);
    if (space === undefined) return;
    this.common.add(space);
    this.spaces.set(pid, space);
    if (this.activePids.has(pid)) for (const mapping of space) piece.mapping(pid, mapping);
  }

  private map(pid: number, mapping: Mapping, piece: PieceWriter): void {
    let space = this.spaces.get(pid);
    if (space === undefined || this.common.has(space)) {
      if (this.mappings > MOST_MAPPINGS) return;
      space = space?.copy() ?? new AddressSpace();
      this.spaces.set(pid, space);
      this.mappings += space.size;
    }
    if (this.mappings > MOST_MAPPINGS) return;
    const before = space.size;
    space.add(mapping);
    this.mappings += space.size - before;
    if (this.activePids.has(pid)) piece.mapping(pid, mapping);
  }

  /** Another program, or none. */
  private forget(pid: number, piece: PieceWriter): void {
    const space = this.spaces.get(pid);
    if (space === undefined) return;
    if (this.activePids.has(pid)) piece.mapping(pid, NO_MAPPING);
    if (!this.common.has(space)) this.mappings -= space.size;
    this.spaces.delete(pid);
  }
}
