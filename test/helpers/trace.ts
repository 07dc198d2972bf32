/**
 * Small Traces from text, so that a test's input stands beside its expectation. One call a line:
 *
 *   tid time call[#variant][:kind][=outcome] [+duration] [stack]
 *
 *   10     0.001 read:tcp=EAGAIN +0.002 main>loop>readQuery
 *   10/11  0.004 futex#wait +? start>worker@/opt/app/lib/pool.so
 *   10/11(bg) 0.005 clock_nanosleep
 *
 * `tid`: `TID`, `PID/TID`, either with `(name)`. Times and durations in seconds; without a duration 1 us; `+?` = never
 * returned, it lasts up to the end of the trace. Outcome: an errno's name, a number (the result), or `?` for unknown.
 * Stack: outermost frame first, separated by `>` (or ` > ` where names themselves hold `>`), the rest of the line; a
 * frame may end in `@object`, the object is /opt/app/app without. Empty lines and lines that begin with // are skipped.
 */
import { constants } from 'node:os';
import { kindCode, variantCode } from '../../src/trace/kinds.js';
import { NO_STACK, StackTableBuilder } from '../../src/trace/stacks.js';
import {
  ERRNO_RESTART,
  ERRNO_UNKNOWN,
  FLAG_UNFINISHED,
  NO_CPU,
  NO_DESCRIPTOR,
  type Columns,
  type Thread,
  type Trace,
} from '../../src/trace/table.js';

export const DEFAULT_OBJECT = '/opt/app/app';

interface Row {
  thread: number;
  startNs: number;
  durationNs: number;
  call: number;
  kind: number;
  variant: number;
  errno: number;
  result: number;
  stack: number;
}

const LINE = /^(?:(\d+)\/)?(\d+)(?:\(([^)]*)\))?\s+([\d.]+)\s+(\S+)(?:\s+\+(\S+))?(?:\s+(.*))?$/;
const SYMBOL = /^([^#:=]+)(?:#([^:=]*))?(?::([^=]*))?(?:=(.*))?$/;

/** `extra` overrides what is not in the rows (format, clock, program of threads, ...). */
export function traceFromText(text: string, extra: Partial<Trace> & { program?: string } = {}): Trace {
  const { program = DEFAULT_OBJECT, ...overrides } = extra;
  const calls: string[] = [];
  const callIndex = new Map<string, number>();
  const threads: (Thread & { firstNs: number })[] = [];
  const threadIndex = new Map<number, number>();
  const stacks = new StackTableBuilder();
  const rows: Row[] = [];
  for (const [number, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('//')) continue;
    const fields = LINE.exec(line);
    const symbol = fields && SYMBOL.exec(fields[5]!);
    if (!fields || !symbol) throw new Error(`trace text, line ${number + 1}: cannot read "${line}"`);
    const tid = Number(fields[2]);
    const startNs = Math.round(Number(fields[4]) * 1e9);
    let thread = threadIndex.get(tid);
    if (thread === undefined) {
      const pid = fields[1] === undefined ? tid : Number(fields[1]);
      thread = threads.push({ tid, pid, name: '', program, parent: -1, firstNs: startNs, exitNs: null }) - 1;
      threadIndex.set(tid, thread);
    }
    if (fields[3] !== undefined) threads[thread] = { ...threads[thread]!, name: fields[3] };
    const name = symbol[1]!;
    let call = callIndex.get(name);
    if (call === undefined) callIndex.set(name, (call = calls.push(name) - 1));
    const duration = fields[6];
    rows.push({
      thread,
      startNs,
      durationNs: duration === undefined ? 1000 : duration === '?' ? Infinity : Math.round(Number(duration) * 1e9),
      call,
      kind: code('kind', kindCode, symbol[3] ?? 'none', number),
      variant: code('variant', variantCode, symbol[2] ?? '', number),
      ...outcome(symbol[4], number),
      stack: stackOf(stacks, fields[7] ?? ''),
    });
  }
  rows.sort((a, b) => a.startNs - b.startNs);
  const endNs = rows.reduce((end, r) => Math.max(end, r.startNs + (r.durationNs === Infinity ? 0 : r.durationNs)), 0);
  const columns = columnsOf(rows, endNs, stacks.size > 0);
  return {
    length: rows.length,
    columns,
    calls,
    threads: threads.map((t, i) => ({ ...t, firstNs: rows.find((r) => r.thread === i)!.startNs })),
    stacks: stacks.size > 0 ? stacks.finish() : null,
    switches: null,
    origin: { seconds: 0, nanoseconds: 0 },
    clock: 'epoch',
    clockStepNs: 1,
    lostNs: 0,
    setBack: null,
    hasDurations: true,
    endNs,
    format: 'test',
    lines: rows.length,
    bytes: text.length,
    notices: 0,
    skipped: { lines: 0, examples: [] },
    outOfOrder: 0,
    truncated: false,
    ...overrides,
  };
}

function code<T extends string>(what: string, lookUp: (name: T) => number, name: string, line: number): number {
  const found: number | undefined = lookUp(name as T);
  if (found === undefined) throw new Error(`trace text, line ${line + 1}: no such ${what} "${name}"`);
  return found;
}

function outcome(text: string | undefined, line: number): { errno: number; result: number } {
  if (text === undefined) return { errno: 0, result: 0 };
  if (text === '?') return { errno: ERRNO_UNKNOWN, result: 0 };
  if (/^-?\d+$/.test(text)) return { errno: 0, result: Number(text) };
  if (text.startsWith('ERESTART')) return { errno: ERRNO_RESTART, result: -1 };
  const errno = (constants.errno as Record<string, number>)[text];
  if (errno === undefined) throw new Error(`trace text, line ${line + 1}: no such outcome "${text}"`);
  return { errno, result: -1 };
}

function stackOf(stacks: StackTableBuilder, text: string): number {
  let stack = NO_STACK;
  if (text === '' || text === '-') return stack;
  for (const frame of text.includes(' > ') ? text.split(' > ') : text.split('>')) {
    const at = frame.lastIndexOf('@/') >= 0 ? frame.lastIndexOf('@/') : frame.lastIndexOf('@[');
    const [name, object] = at < 0 ? [frame, DEFAULT_OBJECT] : [frame.slice(0, at), frame.slice(at + 1)];
    stack = stacks.push(stack, stacks.frame(name.trim(), object.trim()));
  }
  return stack;
}

function columnsOf(rows: readonly Row[], endNs: number, withStacks: boolean): Columns {
  const n = rows.length;
  const bytes = (width: number) => new SharedArrayBuffer(n * width);
  const fill = <T extends { [index: number]: number }>(array: T, value: (row: Row) => number): T => {
    rows.forEach((row, i) => (array[i] = value(row)));
    return array;
  };
  return {
    start: fill(new Float64Array(bytes(8)), (r) => r.startNs),
    duration: fill(new Float64Array(bytes(8)), (r) => (r.durationNs === Infinity ? endNs - r.startNs : r.durationNs)),
    call: fill(new Uint16Array(bytes(2)), (r) => r.call),
    thread: fill(new Uint32Array(bytes(4)), (r) => r.thread),
    errno: fill(new Uint8Array(bytes(1)), (r) => (r.durationNs === Infinity ? ERRNO_UNKNOWN : r.errno)),
    kind: fill(new Uint8Array(bytes(1)), (r) => r.kind),
    variant: fill(new Uint8Array(bytes(1)), (r) => r.variant),
    flags: fill(new Uint8Array(bytes(1)), (r) => (r.durationNs === Infinity ? FLAG_UNFINISHED : 0)),
    descriptor: fill(new Int32Array(bytes(4)), () => NO_DESCRIPTOR),
    result: fill(new Int32Array(bytes(4)), (r) => r.result),
    cpu: fill(new Uint16Array(bytes(2)), () => NO_CPU),
    stack: withStacks ? fill(new Int32Array(bytes(4)), (r) => r.stack) : null,
  };
}
