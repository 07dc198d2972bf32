/**
 * Traces recorded side by side (`strace -ff` folders, several files) to one: rows by time, the same tid the same thread, the
 * parents that only the other file knows. Traces whose clocks differ or count from nowhere ('relative', 'none') begin with
 * the clone that made their thread, where another has it, else at 0.
 */
import { isCloneCall } from './call-traits.js';
import { SKIPPED_EXAMPLES } from './chunk-writer.js';
import { renumberCalls, sortRows } from './finish-rows.js';
import { GrowableColumns } from './growable-columns.js';
import { variantCode } from './kinds.js';
import { isCoarse } from './one-after-another.js';
import { StackTableBuilder, NO_STACK } from './stacks.js';
import { mergeSwitches } from './switches.js';
import { extendUnfinished } from './recording-end.js';
import { type Skipped, type Thread, type Trace } from './table.js';

const THREAD_VARIANT = variantCode('thread');

/** One trace of many; their rows in order of entry, those of one moment in the order of `traces`. At least one trace. */
export function mergeTraces(traces: readonly Trace[]): Trace {
  const first = traces[0]!;
  if (traces.length === 1) return first;
  const { shifts, origin } = alignment(traces);
  const rows = new GrowableColumns();
  const calls: string[] = [];
  const callNumbers = new Map<string, number>();
  const stacks = new StackTableBuilder();
  const threads: Thread[] = [];
  const livesOfTid = new Map<number, number>();
  const threadMaps: Int32Array[] = [];
  traces.forEach((trace, i) => {
    const shift = shifts[i]!;
    const threadMap = Int32Array.from(trace.threads, (thread) => addThread(thread, shift, threads, livesOfTid));
    threadMaps.push(threadMap);
    const callMap = trace.calls.map((name) => {
      if (!callNumbers.has(name)) callNumbers.set(name, calls.push(name) - 1);
      return callNumbers.get(name)!;
    });
    const from = rows.length;
    rows.append(trace.columns, 0, trace.length);
    const start = rows.view('start');
    const call = rows.view('call');
    const thread = rows.view('thread');
    for (let row = from; row < rows.length; row++) {
      start[row]! += shift;
      call[row] = callMap[call[row]!]!;
      thread[row] = threadMap[thread[row]!]!;
    }
    if (trace.stacks !== null && trace.columns.stack !== null) {
      const stackMap = stacks.merge(trace.stacks);
      const stack = rows.view('stack');
      for (let row = from; row < rows.length; row++) {
        if (stack[row] !== NO_STACK) stack[row] = stackMap[stack[row]!]!;
      }
    }
    // Parents are indices of their own trace.
    trace.threads.forEach(({ parent }, local) => {
      const merged = threads[threadMap[local]!]!;
      if (parent >= 0 && merged.parent < 0) threads[threadMap[local]!] = { ...merged, parent: threadMap[parent]! };
    });
  });
  const endNs = Math.max(...traces.map((trace, i) => trace.endNs + shifts[i]!));
  extendUnfinished(rows.views(), rows.length, threads, endNs);
  sortRows(rows);
  adopt(rows, threads, calls, coarsestStep(traces));
  const names = renumberCalls(rows, calls);
  return {
    length: rows.length,
    columns: rows.finish(),
    calls: names,
    threads,
    stacks: stacks.size > 0 ? stacks.finish() : null,
    switches: mergeSwitches(traces, shifts, threadMaps),
    origin,
    clock: first.clock,
    clockStepNs: Math.max(...traces.map(({ clockStepNs }) => clockStepNs)),
    lostNs: Math.max(...traces.map(({ lostNs }) => lostNs)),
    setBack: traces.find(({ setBack }) => setBack !== null)?.setBack ?? null,
    hasDurations: traces.some(({ hasDurations }) => hasDurations),
    endNs,
    format: first.format,
    ...(traces.some(({ builds }) => builds !== undefined) && {
      builds: new Map(traces.flatMap(({ builds }) => [...(builds ?? [])])),
    }),
    lines: sum(traces, ({ lines }) => lines),
    bytes: sum(traces, ({ bytes }) => bytes),
    notices: sum(traces, ({ notices }) => notices),
    skipped: mergeSkipped(traces),
    outOfOrder: traces.reduce((sum, t) => sum + t.outOfOrder, 0),
    truncated: traces.some(({ truncated }) => truncated),
  };
}

/** ns to add to the times of each trace, and the moment that becomes 0: that of the earliest trace. */
function alignment(traces: readonly Trace[]): { shifts: number[]; origin: Trace['origin'] } {
  const { clock, origin } = traces[0]!;
  const absolute = clock !== 'relative' && clock !== 'none' && traces.every((trace) => trace.clock === clock);
  if (!absolute) return { shifts: shiftsByClone(traces), origin };
  // A trace without rows has no moment of its own.
  const dated = traces.filter(({ length }) => length > 0);
  let earliest = dated[0]?.origin ?? origin;
  for (const trace of dated) if (distance(trace.origin, earliest) < 0) earliest = trace.origin;
  const shifts = traces.map((trace) => (trace.length > 0 ? distance(trace.origin, earliest) : 0));
  return { shifts, origin: earliest };
}

/** A thread's file begins not before the clone that made the thread. */
function shiftsByClone(traces: readonly Trace[]): number[] {
  /** By tid: the trace that begins with this thread, the trace with its clone, and when that was, ns. */
  const files = new Map(traces.map((trace, i) => [trace.threads[0]?.tid ?? 0, i]));
  const births = new Map<number, { of: number; ns: number }>();
  traces.forEach(({ columns, calls, length, threads }, of) => {
    const clones = new Set(calls.flatMap((name, call) => (isCloneCall(name) ? [call] : [])));
    if (clones.size === 0) return;
    for (let row = 0; row < length; row++) {
      const child = files.get(columns.result[row]!);
      if (child === undefined || child === of || !clones.has(columns.call[row]!) || columns.errno[row] !== 0) continue;
      if (threads[0]!.tid > 0 && !births.has(child)) births.set(child, { of, ns: columns.start[row]! });
    }
  });
  const shiftOf = (trace: number, depth: number): number => {
    const birth = births.get(trace);
    // Damaged files may make each other.
    return birth === undefined || depth > traces.length ? 0 : birth.ns + shiftOf(birth.of, depth + 1);
  };
  return traces.map((_, i) => shiftOf(i, 0));
}

/** ns from `b` to `a`, exact. */
function distance(a: Trace['origin'], b: Trace['origin']): number {
  return (a.seconds - b.seconds) * 1e9 + (a.nanoseconds - b.nanoseconds);
}

/** The thread's index: an earlier trace may have had it, unless it had ended there before. */
function addThread(thread: Thread, shift: number, threads: Thread[], livesOfTid: Map<number, number>): number {
  const moved = {
    ...thread,
    parent: -1,
    firstNs: thread.firstNs + shift,
    exitNs: thread.exitNs === null ? null : thread.exitNs + shift,
  };
  const known = livesOfTid.get(thread.tid);
  if (known !== undefined && thread.tid > 0) {
    const before = threads[known]!;
    if (before.exitNs === null || before.exitNs >= moved.firstNs) {
      threads[known] = {
        ...before,
        pid: before.pid === before.tid ? moved.pid : before.pid,
        name: moved.name || before.name,
        program: moved.program || before.program,
        firstNs: Math.min(before.firstNs, moved.firstNs),
        exitNs: moved.exitNs,
      };
      return known;
    }
  }
  const index = threads.push(moved) - 1;
  livesOfTid.set(thread.tid, index);
  return index;
}

/** By how much times may be wrong, ns: in a second, a thread may seem to begin before the clone that made it. */
function coarsestStep(traces: readonly Trace[]): number {
  return Math.max(...traces.map(({ clock, clockStepNs }) => (isCoarse(clock, clockStepNs) ? clockStepNs : 0)));
}

/**
 * Threads whose creation stands in another file than their own rows: parent, process, program. `slackNs`: by so much they may seem to begin
 * before it.
 */
function adopt(rows: GrowableColumns, threads: Thread[], calls: readonly string[], slackNs: number): void {
  const call = rows.view('call');
  const errno = rows.view('errno');
  const result = rows.view('result');
  const thread = rows.view('thread');
  const start = rows.view('start');
  const variant = rows.view('variant');
  const clones = new Uint8Array(calls.length);
  calls.forEach((name, i) => (clones[i] = isCloneCall(name) ? 1 : 0));
  for (let row = 0; row < rows.length; row++) {
    if (clones[call[row]!] === 0 || errno[row] !== 0 || result[row]! <= 0) continue;
    const parent = threads[thread[row]!]!;
    const index = threads.findIndex(
      ({ tid, parent, firstNs }) => tid === result[row] && parent < 0 && firstNs + slackNs >= start[row]!,
    );
    if (index < 0) continue;
    const child = threads[index]!;
    threads[index] = {
      ...child,
      parent: thread[row]!,
      name: child.name || parent.name,
      program: child.program || parent.program,
      pid: child.pid === child.tid && variant[row] === THREAD_VARIANT ? parent.pid : child.pid,
    };
  }
}

function mergeSkipped(traces: readonly Trace[]): Skipped {
  const examples = traces.flatMap(({ skipped }) => [...skipped.examples]).slice(0, SKIPPED_EXAMPLES);
  return { lines: sum(traces, ({ skipped }) => skipped.lines), examples };
}

function sum(traces: readonly Trace[], count: (trace: Trace) => number): number {
  return traces.reduce((total, trace) => total + count(trace), 0);
}
