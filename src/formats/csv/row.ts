/** One record of a CSV file, field by field, to a row of a ChunkWriter. */
import { type CallTraits, FIRST_DESCRIPTOR, callTraits, canonicalCallName } from '../../trace/call-traits.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { errnoNumber } from '../../trace/errno.js';
import { kindCode } from '../../trace/kinds.js';
import { ERRNO_UNKNOWN, FLAG_RESTARTED, FLAG_UNFINISHED, NO_CPU } from '../../trace/table.js';
import { ByteInterner, HASH_SEED, LF, SPACE, hashBytes, hashStep, isDigit, text } from '../../lib/bytes.js';
import * as column from './layout.js';
import { type CsvLayout, plainCallName } from './layout.js';
import { TimeReader } from './time.js';
import { KernelResult } from '../kernel-result.js';
import { architectureCalls } from '../syscalls/index.js';

const UNKNOWN = kindCode('unknown');
const CWD = kindCode('cwd');
const FILE = kindCode('file');
const SOCKET = kindCode('socket');
const AT_FDCWD = -100;
const CALL_NAME = /^[a-z_][a-z0-9_]*$/i;
/** What names an error in a column of numbers and names; E2BIG is the one with a digit in front. */
export const ERROR_NAME = /^E2?[A-Z]/;
/** Distinct names beyond are no system calls. */
const MAX_NAMES = 4096;
/** No field, or an empty one. */
const ABSENT = -0x80000000;
const NO_CALL = -1;

export class CsvRow {
  /** Seconds of the first time, -1 before it; ns since then of the last. */
  baseSeconds = -1;
  lastNs = 0;
  private readonly start: TimeReader;
  private readonly duration: TimeReader;
  private readonly result = new KernelResult();
  private readonly timed: boolean;
  private readonly numbers: readonly string[];
  /** Names and numbers of calls as they stand in the text, and the call of each, NO_CALL when it is none. */
  readonly printed = new ByteInterner();
  readonly byPrinted: number[] = [];
  private readonly traits: CallTraits[] = [];
  private readonly names = new ByteInterner();
  private readonly errors = new ByteInterner();
  /** Per thread: its name in `names`, -1 for none. */
  private readonly nameOf: number[] = [];
  /** Whose the last record was. */
  threadTid = -1;
  private hasStart = false;
  private hasDuration = false;
  private hasResult = false;
  private pid = ABSENT;
  private tid = ABSENT;
  private cpu = ABSENT;
  private fd = ABSENT;
  private call = NO_CALL;
  private name = -1;
  private errno = 0;

  constructor(
    private readonly writer: ChunkWriter,
    layout: CsvLayout,
    /** Of records that tell none. */
    private readonly defaultTid: number,
  ) {
    this.start = new TimeReader(layout.startUnit);
    this.duration = new TimeReader(layout.durationUnit);
    this.timed = layout.columns.includes(column.DUR);
    this.numbers = architectureCalls(layout.architecture);
  }

  /** Before the fields of a record. */
  clear(): void {
    this.hasStart = this.hasDuration = this.hasResult = false;
    this.pid = this.tid = this.cpu = this.fd = ABSENT;
    this.call = NO_CALL;
    this.name = -1;
    this.errno = 0;
  }

  /** Takes the field that starts at `from` in one pass: its end (a separator or line feed), -1 when it is not of the usual form. */
  scan(meaning: number, bytes: Uint8Array, from: number, delimiter: number): number {
    let p = from;
    let c = bytes[p];
    if (meaning === column.SYSCALL) {
      let hash = HASH_SEED;
      for (; c !== delimiter && c > SPACE; c = bytes[++p]) hash = hashStep(hash, c);
      if (p === from || (c !== delimiter && c !== LF)) return -1;
      this.call = this.callOf(bytes, from, p, hash);
      return p;
    }
    if (meaning === column.TS || meaning === column.DUR) {
      p = (meaning === column.TS ? this.start : this.duration).scanSeconds(bytes, p);
      if (p < 0 || (bytes[p] !== delimiter && bytes[p] !== LF)) return -1;
      if (meaning === column.TS) this.hasStart = true;
      else this.hasDuration = true;
      return p;
    }
    let value = 0;
    for (; isDigit(c); c = bytes[++p]) value = value * 10 + (c - 48);
    if (p === from || p - from > 9 || (c !== delimiter && c !== LF)) return -1;
    if (meaning === column.PID) this.pid = value;
    else if (meaning === column.TID) this.tid = value;
    else if (meaning === column.CPU) this.cpu = value;
    else if (meaning === column.FD) this.fd = value;
    else if (meaning === column.RET) {
      this.result.set(value);
      this.hasResult = true;
    } else return -1;
    return p;
  }

  /** Takes the field bytes[from, to) of a column (csv-layout.ts). */
  set(meaning: number, bytes: Uint8Array, from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && bytes[start] === SPACE) start++;
    while (start < end && bytes[end - 1] === SPACE) end--;
    if (start === end) return;
    switch (meaning) {
      case column.TS:
        this.hasStart = this.start.read(bytes, start, end);
        break;
      case column.PID:
        this.pid = integer(bytes, start, end);
        break;
      case column.TID:
        this.tid = integer(bytes, start, end);
        break;
      case column.CPU:
        this.cpu = integer(bytes, start, end);
        break;
      case column.SYSCALL:
        this.call = this.callOf(bytes, start, end, hashBytes(bytes, start, end));
        break;
      case column.RET:
        this.returned(bytes, start, end);
        break;
      case column.DUR:
        this.hasDuration = this.duration.read(bytes, start, end);
        break;
      case column.COMM:
        this.name = this.names.intern(bytes, start, end, hashBytes(bytes, start, end));
        break;
      case column.FD:
        this.fd = integer(bytes, start, end);
        break;
      case column.ERRNO:
        this.errno = this.errnoOf(bytes, start, end);
    }
  }

  /** Behind the fields of a record: adds its row; '' or why there is none. */
  store(): string {
    if (!this.hasStart) return 'no time';
    if (this.call === NO_CALL) return 'no system call';
    const { writer, start, result } = this;
    if (this.baseSeconds < 0) this.baseSeconds = start.seconds;
    const now = (start.seconds - this.baseSeconds) * 1e9 + start.nanoseconds;
    const length = this.hasDuration ? this.duration.seconds * 1e9 + this.duration.nanoseconds : NaN;
    const last = length > 0 ? now + length : now;
    if (last > this.lastNs) this.lastNs = last;
    const tid = this.tid >= 0 ? this.tid : this.pid >= 0 ? this.pid : this.defaultTid;
    const thread = this.thread(tid, now);
    this.threadTid = tid;
    if (writer.pending[thread] >= 0) this.abandon(thread, now);
    writer.seen[thread] = 1;
    const row = writer.addRow(thread, this.call, now);
    const { columns } = writer;
    const traits = this.traits[this.call];
    columns.duration[row] = length;
    columns.cpu[row] = this.cpu >= 0 && this.cpu < NO_CPU ? this.cpu : NO_CPU;
    this.descriptor(row, traits);
    if (this.errno > 0) {
      columns.errno[row] = this.errno;
      columns.result[row] = -1;
    } else if (this.hasResult) {
      columns.errno[row] = result.errno;
      columns.result[row] = result.value;
      columns.flags[row] = result.flags;
    } else columns.errno[row] = ERRNO_UNKNOWN;
    if (this.hasDuration) writer.hasDurations = true;
    else if (this.timed) writer.pending[thread] = row;
    if (traits.role !== 'none') this.special(row, thread, tid, now, traits);
    return '';
  }

  /** What the records of the thread call it, undefined when they do not. */
  nameOfThread(thread: number): string | undefined {
    return this.names.strings[this.nameOf[thread]];
  }

  private special(row: number, thread: number, tid: number, now: number, { role }: CallTraits): void {
    const { writer } = this;
    const { flags, errno, result, start } = writer.columns;
    if (role === 'restart') flags[row] |= FLAG_RESTARTED;
    else if (role === 'exit') {
      if (writer.pending[thread] >= 0) this.abandon(thread, now);
      writer.lifecycle.push({ what: 'exit', thread, ns: now });
      writer.forgetThread(tid);
    } else if ((role === 'clone' || role === 'fork') && errno[row] === 0 && result[row] > 0) {
      // Without the flags only the pid column can tell a thread from a process, and clone3 is what threads are made with.
      const sameProcess = writer.calls.strings[this.call] === 'clone3';
      writer.lifecycle.push({ what: 'clone', thread, ns: start[row], childTid: result[row], sameProcess });
    }
  }

  private descriptor(row: number, { first, kind, role }: CallTraits): void {
    const { columns } = this.writer;
    if (first === FIRST_DESCRIPTOR) {
      columns.kind[row] = this.fd === AT_FDCWD ? CWD : UNKNOWN;
      if (this.fd >= 0) columns.descriptor[row] = this.fd;
    }
    if (kind >= 0) columns.kind[row] = kind;
    else if (role === 'open') columns.kind[row] = FILE;
    else if (role === 'socket') columns.kind[row] = SOCKET;
  }

  private thread(tid: number, now: number): number {
    const { writer } = this;
    const thread = writer.thread(tid);
    const known = this.nameOf[thread];
    if (known === undefined) {
      this.nameOf[thread] = -1;
      if (this.pid >= 0) writer.threads[thread].pid = this.pid;
    }
    if (this.name >= 0 && this.name !== known) {
      this.nameOf[thread] = this.name;
      writer.lifecycle.push({ what: 'name', thread, ns: now, name: this.names.strings[this.name] });
    }
    return thread;
  }

  /** The thread goes on, or ends, without the return of its open call having been recorded. */
  private abandon(thread: number, now: number): void {
    const { pending, columns } = this.writer;
    const row = pending[thread];
    pending[thread] = -1;
    columns.duration[row] = now - columns.start[row];
    if (this.traits[columns.call[row]].role !== 'exit') columns.flags[row] |= FLAG_UNFINISHED;
  }

  /** `-11`, `0x7f00`, `-1 EAGAIN (...)`, `EAGAIN`, `?`. */
  private returned(bytes: Uint8Array, start: number, end: number): void {
    const { result } = this;
    if (bytes[start] === 63 /* ? */) return;
    const name = bytes[start] === 45 /* - */ ? start + 1 : start;
    if (bytes[name] === 69 /* E */) {
      this.errno = this.errnoOf(bytes, name, end);
      return;
    }
    const isHex = bytes[start] === 48 && (bytes[start + 1] | 32) === 120; /* 0x */
    this.hasResult = isHex ? result.readHex(bytes, start) : result.readDecimal(bytes, start);
    if (result.errno === 0) return;
    let p = start;
    while (p < end && bytes[p] !== SPACE) p++;
    // strace's way: -1 stands for the error that is named behind it.
    if (p < end && bytes[p + 1] === 69 /* E */) {
      let stop = p + 1;
      while (stop < end && bytes[stop] > SPACE) stop++;
      this.errno = this.errnoOf(bytes, p + 1, stop);
    }
  }

  /** `EAGAIN`, `11`; 0 for success. */
  private errnoOf(bytes: Uint8Array, start: number, end: number): number {
    const number = integer(bytes, start, end);
    if (number !== ABSENT) return number <= 0 ? 0 : Math.min(number, ERRNO_UNKNOWN);
    const id = this.errors.intern(bytes, start, end, hashBytes(bytes, start, end));
    const name = this.errors.strings[id];
    return ERROR_NAME.test(name) ? errnoNumber(name) : 0;
  }

  /** A name, or a number of the architecture. */
  private callOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const id = this.printed.intern(bytes, start, end, hash);
    const known = this.byPrinted[id];
    return known === undefined ? (this.byPrinted[id] = this.learn(text(bytes, start, end))) : known;
  }

  private learn(printed: string): number {
    const name = canonicalCallName(
      /^\d+$/.test(printed) ? this.numbers[Number(printed)] || `syscall_${Number(printed)}` : plainCallName(printed),
    );
    if (!CALL_NAME.test(name) || this.writer.calls.size > MAX_NAMES) return NO_CALL;
    const call = this.writer.calls.internString(name);
    this.traits[call] = callTraits(name);
    return call;
  }
}

/** A signed decimal integer of int32; ABSENT for anything else. */
function integer(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === 45; /* - */
  const first = negative ? start + 1 : start;
  let value = 0;
  for (let p = first; p < end; p++) {
    const c = bytes[p];
    if (!isDigit(c) || p - first > 9) return ABSENT;
    value = value * 10 + (c - 48);
  }
  if (end === first || value > 0x7fffffff) return ABSENT;
  return negative ? -value : value;
}
