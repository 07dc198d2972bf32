/**
 * What descriptors are, where the tracer did not say: perf and CSV print bare numbers, strace does without -y. Calls that
 * make, copy and close descriptors are followed by process in the order of time, and what is done with a descriptor tells
 * its kind too (only sockets are listened on, only files are fsynced), for its uses before as well.
 */
import { Heap } from '../lib/heap.js';
import { callTraits } from './call-traits.js';
import {
  CLOSES,
  COPIES,
  EBADF,
  EXECUTES,
  FORKS,
  MAKES,
  MAKES_PAIR,
  MAY_COPY,
  USES,
  descriptorEffects,
  words,
} from './descriptor-effects.js';
import { DescriptorTable } from './descriptor-table.js';
import { DescriptorThings } from './descriptor-things.js';
import { pairOf } from './descriptor-pair.js';
import { kindCode, variantCode } from './kinds.js';
import type { Trace } from './table.js';

/** Standard input, output and error outlive exec; others are mostly opened to be closed by it. */
const INHERITED_BY_EXEC = 3;

const UNKNOWN = kindCode('unknown');
const SOCKET = kindCode('socket');
const FILE = kindCode('file');
const ENOTSOCK = 88;
const THREAD = variantCode('thread');
const DUP = variantCode('dup');

/** Calls that fail with ENOTSOCK on anything else: socket(7). */
const SOCKET_CALLS = `accept accept4 bind listen connect shutdown getsockopt setsockopt getsockname getpeername recvfrom sendto
  recvmsg sendmsg recvmmsg sendmmsg recv send`;
/** Calls that succeed on files (and block devices), and neither on sockets nor on pipes. */
const FILE_CALLS = `fsync fdatasync ftruncate ftruncate64 fallocate pread64 pwrite64 pread pwrite preadv pwritev preadv2 pwritev2
  lseek _llseek readahead sync_file_range`;

/**
 * perf trace asks /proc for the name of a descriptor when it prints, some tenths of a second behind the call: by then its number may
 * stand for another thing. So what a call of the trace made is what that call says.
 */
const NAMED_LATE = 'perf-trace';

const socketCalls = words(SOCKET_CALLS);
const fileCalls = words(FILE_CALLS);

const READERS = words('read readv');
const WRITERS = words('write writev');
const READS = 1;
const WRITES = 2;

/**
 * Replaces 'unknown' in `trace.columns.kind`, in place, by what can be told; other kinds stay. Rows must be in order of
 * time. O(rows); 4 bytes a row while it runs. Does nothing to a trace in which nothing can be told.
 */
export function followDescriptors(trace: Trace): void {
  if (asksForMore(trace)) new DescriptorFollower(trace).run();
}

/** Whether any row's kind is unknown, and not because its descriptor stands for nothing: strace -y shows all others, but for the families of sockets. */
function asksForMore(trace: Trace): boolean {
  if (trace.format === NAMED_LATE) return true;
  const { kind, errno } = trace.columns;
  const { length } = trace;
  for (let row = kind.indexOf(UNKNOWN); row >= 0 && row < length; row = kind.indexOf(UNKNOWN, row + 1))
    if (errno[row] !== EBADF) return true;
  return !tellsFamilies(trace);
}

/**
 * Whether the tracer tells the families of sockets that calls work on, as strace -yy does: then a 'socket' is of none that is named here. -y
 * shows all as `socket:[INODE]`.
 */
function tellsFamilies({ columns, calls, length }: Trace): boolean {
  const { kind, call } = columns;
  const makes = Uint8Array.from(descriptorEffects(calls), (effect) =>
    Number(effect === MAKES || effect === MAKES_PAIR),
  );
  const first = kind.indexOf(SOCKET);
  if (first < 0 || first >= length) return true;
  for (let row = 0; row < length; row++) if (FAMILIES[kind[row]!] === 1 && makes[call[row]!] === 0) return true;
  return false;
}
const FAMILIES = new Uint8Array(256);
for (const family of ['tcp', 'udp', 'unix', 'netlink'] as const) FAMILIES[kindCode(family)] = 1;

/** The descriptors of one process. */
interface Process {
  readonly index: number;
  /** What its descriptors stand for, where that is known. */
  things: DescriptorTable<number>;
  /** Descriptors that calls under way will return, the next one first; null before there was any. */
  coming: Heap<Coming> | null;
  /** What sockets and files are whose descriptors were not recorded; -1 before the first. */
  socket: number;
  file: number;
  /** A row of it was seen, or its making. */
  known: boolean;
}

interface Coming {
  readonly ns: number;
  readonly row: number;
  readonly descriptor: number;
  readonly thing: number;
}

class DescriptorFollower {
  private readonly things = new DescriptorThings();
  private readonly thingOfRow: Int32Array;
  private readonly effects: Uint8Array;
  /** By call: the kind of descriptor it works on, 0 when it works on any. */
  private readonly implied: Uint8Array;
  /** By call: READS, WRITES or 0. */
  private readonly transfers: Uint8Array;
  /** By call: whether its row tells of what it opens, and its descriptor is that of a directory. */
  private readonly opens: Uint8Array;
  /** Sockets of unknown family are followed as well. */
  private readonly families: boolean;
  private readonly namedLate: boolean;
  private readonly processes: Process[] = [];
  private readonly processOfThread: Int32Array;
  /** Threads of each tid, in order of their first events. */
  private readonly threadsOfTid = new Map<number, number[]>();

  constructor(private readonly trace: Trace) {
    const { calls, threads } = trace;
    this.thingOfRow = new Int32Array(trace.length).fill(-1);
    this.effects = descriptorEffects(calls);
    this.families = !tellsFamilies(trace);
    this.namedLate = trace.format === NAMED_LATE;
    this.implied = Uint8Array.from(calls, (name) => (socketCalls.has(name) ? SOCKET : fileCalls.has(name) ? FILE : 0));
    this.transfers = Uint8Array.from(calls, (name) => (READERS.has(name) ? READS : WRITERS.has(name) ? WRITES : 0));
    this.opens = Uint8Array.from(calls, (name) => Number(callTraits(name).role === 'open'));
    const byPid = new Map<number, number>();
    this.processOfThread = Int32Array.from(threads, ({ pid }) => {
      let process = byPid.get(pid);
      if (process === undefined) {
        process = this.processes.length;
        this.processes.push({
          index: process,
          things: new DescriptorTable(),
          coming: null,
          socket: -1,
          file: -1,
          known: false,
        });
        byPid.set(pid, process);
      }
      return process;
    });
    threads.forEach(({ tid }, thread) => {
      const lives = this.threadsOfTid.get(tid);
      if (lives === undefined) this.threadsOfTid.set(tid, [thread]);
      else lives.push(thread);
    });
  }

  run(): void {
    const { trace, thingOfRow, families, processes, processOfThread } = this;
    const { kind, start, thread } = trace.columns;
    for (let row = 0; row < trace.length; row++) {
      const process = processes[processOfThread[thread[row]!]!]!;
      if (!process.known) this.inherit(process, thread[row]!);
      if (process.coming !== null) arrive(process.coming, process.things, start[row]!);
      this.follow(row, process);
    }
    this.things.settle(processes.length);
    for (let row = 0; row < trace.length; row++) {
      if ((kind[row] === UNKNOWN || (kind[row] === SOCKET && families)) && thingOfRow[row]! >= 0)
        kind[row] = this.things.kind(thingOfRow[row]!);
    }
  }

  /** One row: what its descriptor is, and what it does to the process's descriptors. */
  private follow(row: number, process: Process): void {
    const { call: calls, errno: errnos, descriptor: descriptors, kind, result: results } = this.trace.columns;
    const { things } = this;
    const call = calls[row]!;
    const errno = errnos[row]!;
    const descriptor = descriptors[row]!;
    let thing = -1;
    if (descriptor >= 0 && this.opens[call] === 0 && errno !== EBADF) {
      thing = process.things.get(descriptor) ?? -1;
      if (thing < 0) process.things.set(descriptor, (thing = things.add(UNKNOWN, process.index)));
      this.thingOfRow[row] = thing;
      if (this.namedLate && things.isMadeHere(thing)) kind[row] = UNKNOWN;
      things.learn(thing, kind[row]!);
      const implied = this.implied[call]!;
      // Only a file lets itself be synced, but a socket without data is a socket as well.
      if (implied === SOCKET ? errno !== ENOTSOCK : errno === 0) things.learn(thing, implied);
      const transfer = this.transfers[call]!;
      if (transfer !== 0 && errno === 0 && results[row]! > 0)
        things.transferred(thing, transfer === WRITES, results[row]!);
    } else if (errno !== EBADF && kind[row] === UNKNOWN) this.thingOfRow[row] = this.nameless(call, errno, process);
    const effect = this.effects[call]!;
    if (effect !== USES && errno === 0) this.take(effect, row, process, thing);
  }

  /** What a call that succeeded does to the descriptors of its process. `thing`: what its own stands for, -1 for none. */
  private take(effect: number, row: number, process: Process, thing: number): void {
    const { descriptor, result: results, kind, variant } = this.trace.columns;
    const result = results[row]!;
    if (effect === CLOSES) {
      if (thing >= 0) process.things.set(descriptor[row]!, undefined);
    } else if (effect === MAKES) this.comes(row, result, process, this.things.make(kind[row]!, process.index));
    else if (effect === MAKES_PAIR) {
      for (const made of pairOf(result)) this.comes(row, made, process, this.things.make(kind[row]!, process.index));
    } else if (effect === COPIES || (effect === MAY_COPY && variant[row] === DUP))
      this.comes(row, result, process, thing >= 0 ? thing : this.things.add(kind[row]!, process.index));
    else if (effect === FORKS && result > 0 && variant[row] !== THREAD) this.fork(row, process);
    else if (effect === EXECUTES) process.things.clearFrom(INHERITED_BY_EXEC);
  }

  /** Of a call whose descriptor was not recorded only its nature tells. */
  private nameless(call: number, errno: number, process: Process): number {
    const implied = this.implied[call]!;
    if (implied === SOCKET && errno !== ENOTSOCK) {
      if (process.socket < 0) process.socket = this.things.add(SOCKET, process.index);
      return process.socket;
    }
    if (implied !== FILE || errno !== 0) return -1;
    if (process.file < 0) process.file = this.things.add(FILE, process.index);
    return process.file;
  }

  /** The call gives a descriptor from its return on: until then its number may stand for something else. */
  private comes(row: number, descriptor: number, process: Process, thing: number): void {
    const { start, duration } = this.trace.columns;
    if (descriptor < 0) return;
    const lasted = duration[row]!;
    const ns = lasted > 0 ? start[row]! + lasted : start[row]!;
    process.coming ??= new Heap((a, b) => a.ns < b.ns || (a.ns === b.ns && a.row < b.row));
    process.coming.add({ ns, row, descriptor, thing });
  }

  /** A new process has copies of all descriptors of the one that made it. */
  private fork(row: number, process: Process): void {
    const { columns, threads } = this.trace;
    const tid = columns.result[row]!;
    const parent = columns.thread[row]!;
    const from = columns.start[row]!;
    const lives = this.threadsOfTid.get(tid) ?? [];
    const child = lives.find((i) => {
      const { firstNs, parent: known } = threads[i]!;
      return firstNs >= from && (known === parent || known < 0);
    });
    const born = child === undefined ? process : this.processes[this.processOfThread[child]!]!;
    if (born === process) return;
    born.things = process.things.copy();
    born.coming = null;
    born.known = true;
  }

  /** A process whose making was not seen, though it is known who made it. */
  private inherit(process: Process, thread: number): void {
    process.known = true;
    const { parent } = this.trace.threads[thread]!;
    if (parent < 0) return;
    const from = this.processes[this.processOfThread[parent]!]!;
    if (from !== process) process.things = from.things.copy();
  }
}

/** Takes up the descriptors that were returned by `now`. */
function arrive(coming: Heap<Coming>, things: DescriptorTable<number>, now: number): void {
  for (let next = coming.first; next !== undefined && next.ns <= now; next = coming.first) {
    things.set(next.descriptor, next.thing);
    coming.takeFirst();
  }
}
