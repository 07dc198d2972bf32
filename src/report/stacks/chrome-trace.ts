/**
 * Chrome's trace event format (its JSON object form), which Perfetto and chrome://tracing open: a track a thread, on it the functions
 * of the likeliest stacks as nested complete events ("X"), and innermost the calls.
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * A function lasts from the first call under it to the last one before a call that is not: what its callee does between two calls
 * counts as its own, and calls of it one right after the other are one.
 */
import type { ResultDocument } from '../../result.js';
import type { CallSlices, ThreadSlices } from '../../stacks/slices.js';
import type { Reporter } from '../reporter.js';

interface Complete {
  readonly name: string;
  readonly cat: 'function' | 'call';
  readonly ph: 'X';
  /** Microseconds. */
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: { readonly certainty: number };
}

export const chromeTraceReporter: Reporter<ResultDocument> = {
  id: 'chrome-trace',
  what: 'calls over time under their likeliest stacks, for Perfetto and chrome://tracing',
  extension: 'trace.json',
  needs: ['slices'],
  render: ({ slices, trace, tool, verdict }) => {
    const events = slices === undefined ? [] : eventsOf(slices);
    const otherData = {
      tool: `${tool.name} ${tool.version}`,
      trace: trace.path,
      verdict,
      stacks: slices?.source ?? 'none',
      'seconds from the first event': slices === undefined ? '' : `${slices.from} to ${slices.to}`,
    };
    // An event a line: such files are searched with text tools.
    const list = events.map((e) => JSON.stringify(e)).join(',\n');
    return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[\n${list}\n]}\n`;
  },
};

function eventsOf(slices: CallSlices): object[] {
  const onset = { name: 'onset', ph: 'i', s: 'g', ts: micros(slices.onset), pid: slices.threads[0]?.pid ?? 0, tid: 0 };
  const names = slices.threads.map(({ pid, tid, name }) => {
    return { name: 'thread_name', ph: 'M', pid, tid, args: { name: name === '' ? `thread ${tid}` : name } };
  });
  const inside = slices.onset >= slices.from && slices.onset <= slices.to;
  return [...names, ...(inside ? [onset] : []), ...slices.threads.flatMap((t) => threadEvents(t, slices))];
}

/** In order of time, and at one time callers before callees: so readers nest them. */
function threadEvents(thread: ThreadSlices, { stacks, calls }: CallSlices): Complete[] {
  const { pid, tid } = thread;
  const events: { readonly event: Complete; readonly order: number }[] = [];
  const open: { name: string; begin: number; order: number }[] = [];
  let opened = 0;
  const close = (depth: number, end: number) => {
    while (open.length > depth) {
      const { name, begin, order } = open.pop()!;
      const [ts, dur] = span(begin, end);
      events.push({ event: { name, cat: 'function', ph: 'X', ts, dur, pid, tid }, order });
    }
  };
  thread.begin.forEach((begin, i) => {
    const stack = stacks[thread.stack[i]!]!;
    let same = 0;
    while (same < open.length && open[same]!.name === stack[same]) same++;
    close(same, i === 0 ? begin : thread.end[i - 1]!);
    for (const name of stack.slice(same)) open.push({ name, begin, order: opened++ });
    const [ts, dur] = span(begin, thread.end[i]!);
    const args = { certainty: Math.round(1000 * thread.certainty[i]!) / 1000 };
    const name = calls[thread.call[i]!]!;
    events.push({ event: { name, cat: 'call', ph: 'X', ts, dur, pid, tid, args }, order: opened++ });
  });
  close(0, thread.end.at(-1) ?? 0);
  events.sort((a, b) => a.event.ts - b.event.ts || a.order - b.order);
  return events.map(({ event }) => event);
}

/** Begin and length in microseconds; both ends are rounded, so that what nests goes on nesting. */
function span(begin: number, end: number): readonly [ts: number, dur: number] {
  const ts = micros(begin);
  return [ts, Math.round((micros(end) - ts) * 1000) / 1000];
}

const micros = (seconds: number) => Math.round(seconds * 1e9) / 1e3;
