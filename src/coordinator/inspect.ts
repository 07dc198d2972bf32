/** What is in a trace: for `perfscope inspect`, and for whoever wonders why an analysis says what it says. */
import type { Message, ResultDocument } from '../result.js';
import { ERRNO_RESTART, FLAG_UNFINISHED, type Trace } from '../trace/table.js';
import { onePassInput, unitsWithFeatures } from '../units/one-pass.js';
import { segmentationOptions } from '../units/segmentation.js';
import { TOOL } from '../version.js';
import { type TraceOptions, traceFacts, traceOptions } from './analyze.js';
import { readTrace } from '../reading/ingest.js';
import { type MemoryOptions, withinMemory } from './memory-limit.js';
import { type GivenParameters, resolveParameters } from './parameters.js';
import { type RunOptions, pathList, withPool } from './run.js';

export interface InspectOptions extends RunOptions, TraceOptions, MemoryOptions {
  readonly parameters?: GivenParameters | undefined;
}

export interface ThreadSummary {
  readonly tid: number;
  readonly pid: number;
  readonly name: string;
  readonly program: string;
  readonly calls: number;
  readonly unfinished: number;
  /** Seconds since the trace's first event. */
  readonly firstAt: number;
  readonly exitedAt: number | null;
}

export interface CallSummary {
  readonly call: string;
  readonly count: number;
  readonly failed: number;
  /** Sum of durations, null where the trace has none. */
  readonly seconds: number | null;
  readonly longest: number | null;
}

/** The document of `inspect`, version 1. */
export interface Inspection {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'perfscope'; readonly version: string };
  readonly trace: ResultDocument['trace'];
  readonly warnings: readonly Message[];
  readonly notices: number;
  readonly hasDurations: boolean;
  readonly hasStacks: boolean;
  readonly schedulerEvents: number;
  readonly units: number;
  readonly threads: readonly ThreadSummary[];
  /** By falling count. */
  readonly calls: readonly CallSummary[];
  readonly skipped: Trace['skipped'];
}

/** Reads a trace and tells what is in it. */
export async function inspect(paths: string | readonly string[], options: InspectOptions = {}): Promise<Inspection> {
  const list = pathList(paths);
  return withinMemory(options, list[0]!, (watched) => inspectWatched(list, watched));
}

async function inspectWatched(list: readonly string[], options: InspectOptions): Promise<Inspection> {
  const parameters = resolveParameters(options.parameters);
  return withPool({ ...options, helping: true }, async (pool) => {
    const read = await readTrace(list, { ...traceOptions(options), pool });
    const { trace } = read;
    const whole = segmentationOptions(parameters, { fromNs: 0, toNs: trace.endNs + 1 });
    const { units } = unitsWithFeatures(onePassInput(trace), whole);
    return {
      schemaVersion: 1,
      tool: TOOL,
      trace: traceFacts(list, read),
      warnings: read.warnings,
      notices: trace.notices,
      hasDurations: trace.hasDurations,
      hasStacks: trace.stacks !== null,
      schedulerEvents: trace.switches?.length ?? 0,
      units: units.length,
      threads: threadSummaries(trace),
      calls: callSummaries(trace),
      skipped: trace.skipped,
    };
  });
}

function threadSummaries(trace: Trace): ThreadSummary[] {
  const calls = new Uint32Array(trace.threads.length);
  const unfinished = new Uint32Array(trace.threads.length);
  const { thread, flags } = trace.columns;
  for (let i = 0; i < trace.length; i++) {
    calls[thread[i]!]!++;
    if ((flags[i]! & FLAG_UNFINISHED) !== 0) unfinished[thread[i]!]!++;
  }
  return trace.threads.map((t, i) => ({
    tid: t.tid,
    pid: t.pid,
    name: t.name,
    program: t.program,
    calls: calls[i]!,
    unfinished: unfinished[i]!,
    firstAt: t.firstNs / 1e9,
    exitedAt: t.exitNs === null ? null : t.exitNs / 1e9,
  }));
}

function callSummaries(trace: Trace): CallSummary[] {
  const kinds = trace.calls.length;
  const count = new Uint32Array(kinds);
  const failed = new Uint32Array(kinds);
  const sum = new Float64Array(kinds);
  const longest = new Float64Array(kinds);
  const { call, errno, duration, flags } = trace.columns;
  for (let i = 0; i < trace.length; i++) {
    const k = call[i]!;
    count[k]!++;
    if (errno[i]! > 0 && errno[i]! < ERRNO_RESTART && (flags[i]! & FLAG_UNFINISHED) === 0) failed[k]!++;
    const d = duration[i]!;
    if (Number.isNaN(d)) continue;
    sum[k]! += d;
    if (d > longest[k]!) longest[k] = d;
  }
  return trace.calls
    .map((name, k) => ({
      call: name,
      count: count[k]!,
      failed: failed[k]!,
      seconds: trace.hasDurations ? sum[k]! / 1e9 : null,
      longest: trace.hasDurations ? longest[k]! / 1e9 : null,
    }))
    .filter((c) => c.count > 0)
    .sort((a, b) => b.count - a.count || (a.call < b.call ? -1 : 1));
}
