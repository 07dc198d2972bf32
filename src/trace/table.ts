/**
 * The Trace: one row a system call, in columns over SharedArrayBuffer, so that any number of workers read it without a
 * copy. 34 bytes a row, 2 more with CPUs, 4 more with stacks. Rows are in order of entry time (ties: order in the input).
 * A Trace is plain data: it can be posted to a worker as it is.
 */
import type { SetBack } from './chunk.js';
import type { Gap } from './gaps.js';
import type { StackTable } from './stacks.js';

export interface Columns {
  /** Entry, ns since the trace's first event. */
  readonly start: Float64Array;
  /** ns from entry to exit. A call that never returned: up to the end of the trace. NaN: the trace has no durations. */
  readonly duration: Float64Array;
  /** Index into `Trace.calls`. */
  readonly call: Uint16Array;
  /** Index into `Trace.threads`. */
  readonly thread: Uint32Array;
  /** 0 = success, else the errno (1..133); ERRNO_RESTART for the kernel's own ERESTART codes; ERRNO_UNKNOWN when not known. */
  readonly errno: Uint8Array;
  /** Code of the kind of descriptor the call works on (kinds.ts). */
  readonly kind: Uint8Array;
  /** Code of the call's variant (kinds.ts). */
  readonly variant: Uint8Array;
  /** FLAG_* bits. */
  readonly flags: Uint8Array;
  /** First descriptor argument, NO_DESCRIPTOR when the call takes none or it was not recorded. */
  readonly descriptor: Int32Array;
  /**
   * Return value, held within the range of int32 (addresses saturate); 0 when not known. Of a call that makes two descriptors, whose own
   * result tells nothing, both of them (descriptor-pair.ts), 0 where the trace does not tell them.
   */
  readonly result: Int32Array;
  /** CPU of the entry, NO_CPU when not recorded; null when none was recorded at all. */
  readonly cpu: Uint16Array | null;
  /** Index into `Trace.stacks`, NO_STACK where none; null when no stacks were recorded at all. */
  readonly stack: Int32Array | null;
}

/** The call had not returned when the trace ended (or its thread ended). */
export const FLAG_UNFINISHED = 1;
/** Only the call's exit was seen (the trace began in its middle): `start` is the trace's first moment or exit - duration. */
export const FLAG_ENTRY_UNSEEN = 2;
/** The call restarted an interrupted one (restart_syscall). */
export const FLAG_RESTARTED = 4;
/** The result is negative or beyond int32 without being an error: an address or a large count. */
export const FLAG_LARGE_RESULT = 8;

/** The ports of the call's TCP connection tell that the program accepted it, or that it opened it. */
export const FLAG_ACCEPTED = 16;
export const FLAG_CONNECTED = 32;

export const ERRNO_RESTART = 254;
export const ERRNO_UNKNOWN = 255;
export const NO_DESCRIPTOR = -1;
export const NO_CPU = 0xffff;

export interface Thread {
  readonly tid: number;
  /** Process (thread group); equals tid where the trace does not tell. */
  readonly pid: number;
  /** Command name of the thread ('' when unknown). */
  readonly name: string;
  /** Path or name of the program last executed ('' when unknown). */
  readonly program: string;
  /** Index of the thread that created it, -1 when unknown. */
  readonly parent: number;
  /** ns of its first event. */
  readonly firstNs: number;
  /** ns of its exit, null if it was alive at the end. */
  readonly exitNs: number | null;
}

/** Scheduler events (sched_switch), in order of time; columns over SharedArrayBuffer. */
export interface Switches {
  readonly length: number;
  readonly time: Float64Array;
  readonly cpu: Uint16Array;
  /** Thread that left the CPU, -1 when it is none of the trace's. */
  readonly previous: Int32Array;
  /** First letter of its state as the kernel prints it (R runnable, S sleeping, D disk ...), as a char code. */
  readonly previousState: Uint8Array;
  /** Thread that got the CPU, -1 when it is none of the trace's. */
  readonly next: Int32Array;
  /** Index into `nextNames`: command of the task that got the CPU. */
  readonly nextName: Uint16Array;
  readonly nextNames: readonly string[];
}

/** What of the input could not be used: counted by reason, with the first places. */
export interface Skipped {
  readonly lines: number;
  readonly examples: readonly {
    readonly line: number;
    readonly offset: number;
    readonly reason: string;
    readonly text: string;
  }[];
}

export interface Trace {
  readonly length: number;
  readonly columns: Columns;
  /** Names of system calls; `Columns.call` points here. */
  readonly calls: readonly string[];
  readonly threads: readonly Thread[];
  readonly stacks: StackTable | null;
  readonly switches: Switches | null;
  /** Seconds and nanoseconds of time 0 on the trace's own clock. */
  readonly origin: { readonly seconds: number; readonly nanoseconds: number };
  /** What the times mean: 'epoch' (wall clock), 'boot' (monotonic), 'day' (time of day only), 'relative', 'none' (no times: row order). */
  readonly clock: 'epoch' | 'boot' | 'day' | 'relative' | 'none';
  /** What the times in the input are multiples of, ns: 1e9 for whole seconds. 0 where there are none. */
  readonly clockStepNs: number;
  /** 'relative': by how much the differences fall short of what the calls' own durations tell, ns. */
  readonly lostNs: number;
  /** Where the clock of the input went back by more than a second; null where it never did. */
  readonly setBack: SetBack | null;
  /** Whether durations were recorded (strace -T, sys_exit events). */
  readonly hasDurations: boolean;
  /** ns of the last event or exit. */
  readonly endNs: number;
  /** Name of the format it was read from ('strace', 'perf-script', 'perf-trace', 'csv'). */
  readonly format: string;
  /** Lines (records) of the input and bytes after decompression. */
  readonly lines: number;
  readonly bytes: number;
  /** Lines that are no call and are rightly so: signals, exits, notices. */
  readonly notices: number;
  readonly skipped: Skipped;
  /** Rows that stood after a later row of their own thread in the input: a clock that was set back, or recordings joined. */
  readonly outOfOrder: number;
  /** True when the input ended in the middle of a record or of its compressed stream. */
  readonly truncated: boolean;
  /** Where events were lost while it was recorded, in order of their ends, as far as the recording tells; absent: nowhere. */
  readonly gaps?: readonly Gap[];
  /** Build ids (hexadecimal) of the files that were mapped, by path, where the recording tells them (perf script --show-mmap-events). */
  readonly builds?: ReadonlyMap<string, string>;
  /** Threads that, as their own events say, stand under the number of another one; absent: none. */
  readonly mixedThreads?: number;
}

/** Rows of one thread, in order: `order[offsets[t] .. offsets[t + 1])`. Counting sort: O(rows). */
export interface RowsByThread {
  readonly order: Uint32Array;
  readonly offsets: Uint32Array;
}

export function rowsByThread(trace: Trace): RowsByThread {
  const { thread } = trace.columns;
  const offsets = new Uint32Array(new SharedArrayBuffer((trace.threads.length + 1) * 4));
  for (let i = 0; i < trace.length; i++) offsets[thread[i]! + 1]!++;
  for (let t = 0; t < trace.threads.length; t++) offsets[t + 1]! += offsets[t]!;
  const next = offsets.slice();
  const order = new Uint32Array(new SharedArrayBuffer(trace.length * 4));
  for (let i = 0; i < trace.length; i++) order[next[thread[i]!]!++] = i;
  return { order, offsets };
}
