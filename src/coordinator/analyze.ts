/**
 * One incident from paths to the result document. The order of the stages is here: read -> window -> method -> document.
 */
import { requireFolders } from '../binary/debug-files.js';
import { binaryOf } from '../binary/file.js';
import { readImage } from '../binary/image.js';
import { PerfscopeError } from '../errors.js';
import type { ParseOptions } from '../formats/format.js';
import type { MethodOutcome } from '../method.js';
import type { Parameters } from '../parameters.js';
import { suspectsOf } from '../rank/suspects.js';
import { type Message, RESULT_SCHEMA_VERSION, type ResultDocument, type Section } from '../result.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { readSignatures } from '../signatures/file.js';
import type { SourceSet } from '../source/index.js';
import { FLAG_UNFINISHED, type Trace } from '../trace/table.js';
import type { Window } from '../units/unit-table.js';
import { TOOL } from '../version.js';
import { binaryWarnings } from './binary.js';
import { type ReadResult, readTrace } from './ingest.js';
import { DEFAULT_METHOD, loadMethod } from './methods.js';
import { type GivenParameters, resolveParameters } from './parameters.js';
import { type MemoryOptions, requireMemory, withinMemory } from './memory-limit.js';
import { requireProgram } from './program.js';
import { type RunOptions, Timing, pathList, peakMemoryBytes, withPool } from './run.js';
import { stacksStage } from './stacks-stage.js';
import { type WindowOptions, resolveWindow, windowWarnings } from './window.js';

export interface TraceOptions {
  /** Id of the format; default: told by the content. */
  readonly format?: string | undefined;
  /** For CSV: names of columns, unit of times, separator, header; for strace without tids: the tid. */
  readonly parse?: Partial<ParseOptions> | undefined;
  /** Opens the input where the paths are only names for it: members of archives, objects of a store. */
  readonly open?: ((signal: AbortSignal | undefined) => Promise<readonly SourceSet[]>) | undefined;
}

export interface AnalyzeOptions extends RunOptions, WindowOptions, TraceOptions, MemoryOptions {
  /**
   * What was learned of the program: a database, the path of a signatures file, or a function that chooses once the trace
   * is read.
   */
  readonly signatures: string | SignatureDatabase | ((trace: Trace) => Promise<LoadedSignatures>);
  /** Default: 'fused'. */
  readonly method?: string | undefined;
  readonly parameters?: GivenParameters | undefined;
  /** Suspects in the document at most. Default: all. */
  readonly top?: number | undefined;
  /** Analyse although the threads of the trace bear other programs' names. */
  readonly anyProgram?: boolean | undefined;
  /** The program's own ELF file: its call graph lets functions join the suspects that learning never saw. */
  readonly binary?: string | undefined;
  /** Parts of the document to make besides: 'stacks'. */
  readonly sections?: readonly Section[] | undefined;
  /** Folders with separate files of the binary's symbols, besides the system's. */
  readonly debugFiles?: readonly string[] | undefined;
}

/**
 * Names the functions most likely to blame for what happens in the window of a trace.
 *
 * @param paths one file, `-` for standard input, a folder of `strace -ff`, or several files of one recording
 * @throws PerfscopeError for input that cannot be used; a run that is cancelled after the trace was read gives a document
 *   with status 'partial' instead
 */
export async function analyzeIncident(
  paths: string | readonly string[],
  options: AnalyzeOptions,
): Promise<ResultDocument> {
  const list = pathList(paths);
  return withinMemory(options, list[0]!, (watched) => analyzeWatched(list, watched));
}

async function analyzeWatched(list: readonly string[], options: AnalyzeOptions): Promise<ResultDocument> {
  const name = options.method ?? DEFAULT_METHOD;
  const parameters = resolveParameters(options.parameters);
  const timing = new Timing();
  const method = await loadMethod(name);
  return withPool({ ...options, helping: true }, async (pool) => {
    const { binary: binaryPath, debugFiles = [] } = options;
    await requireFolders(debugFiles);
    const image =
      binaryPath === undefined ? null : await timing.measure('binary', () => readImage(binaryPath, debugFiles));
    const given = options.signatures;
    const known = typeof given === 'function' ? null : await timing.measure('signatures', () => loadSignatures(given));
    const read = await timing.measure('read', () => readTrace(list, { ...traceOptions(options), pool }));
    const { trace } = read;
    const warnings = [...read.warnings, ...missingColumns(trace)];
    const chosen = async () => (given as (trace: Trace) => Promise<LoadedSignatures>)(trace);
    const signatures = known ?? (await timing.measure('signatures', chosen));
    const { program } = signatures.db;
    if (options.anyProgram !== true && requireProgram(trace, program, list[0]!) === 'unknown' && program !== '')
      warnings.push({ code: 'program-unknown', args: { program } });
    const binary = image === null ? null : binaryOf(image, program);
    if (binary !== null) warnings.push(...binaryWarnings(binary, signatures.db, name));
    const window = resolveWindow(trace, options, list[0]!);
    warnings.push(...windowWarnings(trace, options, window));
    const callGraph = binary?.callGraph ?? undefined;
    const input = { trace, signatures: signatures.db, parameters, callGraph, ...window };
    const onProgress = (done: number, total: number | null) => options.onProgress?.({ stage: 'analyze', done, total });
    onProgress(0, null);
    let status: ResultDocument['status'] = 'ok';
    /** What a stage gives; null where the run was cancelled meanwhile, so that what was found before is kept. */
    const unlessCancelled = <T>(stage: string, body: () => Promise<T>): Promise<T | null> =>
      timing.measure(stage, body).catch((error: unknown) => {
        const message = cancelled(error, stage);
        if (message === null) throw error;
        status = 'partial';
        warnings.push(message);
        return null;
      });
    const outcome = await unlessCancelled('analyze', () => method(input, { pool, signal: options.signal, onProgress }));
    const stacks =
      outcome !== null && options.sections?.includes('stacks') === true
        ? await unlessCancelled('stacks', () => pool.run(stacksStage, input, { signal: options.signal }))
        : null;
    const parts = { paths: list, name, parameters, read, window, signatures, outcome: outcome ?? NOTHING_KNOWN };
    const sections = stacks === null ? {} : { stacks };
    return { ...documentOf(parts, options.top ?? Infinity), ...sections, status, warnings, ...spent(timing) };
  });
}

/** What the recording leaves out, and so keeps from the detectors. */
function missingColumns(trace: Trace): Message[] {
  if (trace.clock === 'none') return [{ code: 'no-times', args: { durations: trace.hasDurations } }];
  return trace.hasDurations ? [] : [{ code: 'no-durations', args: {} }];
}

const NOTHING_KNOWN: MethodOutcome = {
  verdict: 'inconclusive',
  externalResource: null,
  reasons: [],
  units: { total: 0, abnormal: 0 },
  clusters: [],
  ranked: [],
};

function cancelled(error: unknown, stage: string): Message | null {
  if (!(error instanceof PerfscopeError)) return null;
  return error.code === 'interrupted' || error.code === 'time-limit' ? { code: error.code, args: { stage } } : null;
}

export function traceOptions(options: TraceOptions & RunOptions & MemoryOptions) {
  const { format, parse, open, signal, onProgress, maxMemory, jobs } = options;
  return {
    format,
    parse,
    open,
    signal,
    onOpened: (sets: readonly SourceSet[]) => requireMemory(sets, { maxMemory, jobs, format, parse }),
    onProgress: (done: number, total: number | null) => onProgress?.({ stage: 'read', done, total }),
  };
}

export interface LoadedSignatures {
  readonly db: SignatureDatabase;
  /** What the result names as its signatures. */
  readonly path: string;
}

async function loadSignatures(given: string | SignatureDatabase): Promise<LoadedSignatures> {
  return typeof given === 'string' ? { db: await readSignatures(given), path: given } : { db: given, path: '' };
}

interface Parts {
  readonly paths: readonly string[];
  readonly name: string;
  readonly parameters: Parameters;
  readonly read: ReadResult;
  readonly window: Window;
  readonly signatures: LoadedSignatures;
  readonly outcome: MethodOutcome;
}

function documentOf(parts: Parts, top: number) {
  const { outcome, signatures, window } = parts;
  return {
    schemaVersion: RESULT_SCHEMA_VERSION,
    tool: TOOL,
    method: parts.name,
    parameters: parts.parameters,
    trace: traceFacts(parts.paths, parts.read),
    signatures: {
      path: signatures.path,
      program: signatures.db.program,
      functions: signatures.db.functions.length,
      functionsInBinary: signatures.db.functionsInBinary,
    },
    verdict: outcome.verdict,
    externalResource: outcome.externalResource,
    reasons: outcome.reasons,
    units: outcome.units,
    clusters: outcome.clusters,
    window: { from: window.fromNs / 1e9, to: window.toNs / 1e9 },
    suspects: suspectsOf(outcome.ranked, signatures.db, top),
  } as const;
}

function spent(timing: Timing) {
  return { timing: timing.seconds, peakMemoryBytes: peakMemoryBytes() };
}

/** What the result document says of its input. */
export function traceFacts(paths: readonly string[], read: ReadResult): ResultDocument['trace'] {
  const { trace } = read;
  const others = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
  return {
    path: `${paths[0]!}${others}`,
    format: read.format,
    formatReason: read.formatReason,
    clock: trace.clock,
    startedAt: trace.origin.seconds + trace.origin.nanoseconds / 1e9,
    span: trace.endNs / 1e9,
    bytes: trace.bytes,
    lines: trace.lines,
    events: trace.length,
    threads: trace.threads.length,
    processes: new Set(trace.threads.map((t) => t.pid)).size,
    unfinished: unfinishedCalls(trace),
    skippedLines: trace.skipped.lines,
    truncated: trace.truncated,
  };
}

/** Four rows at a time: in nearly all traces nearly all calls are finished. */
function unfinishedCalls({ length, columns: { flags } }: Trace): number {
  const inRows = (from: number, to: number) => {
    let n = 0;
    for (let row = from; row < to; row++) n += flags[row]! & FLAG_UNFINISHED;
    return n;
  };
  const aligned = Math.min(length, -flags.byteOffset & 3);
  const fours = new Uint32Array(flags.buffer, flags.byteOffset + aligned, (length - aligned) >> 2);
  let n = inRows(0, aligned) + inRows(aligned + 4 * fours.length, length);
  for (let i = 0; i < fours.length; i++)
    if ((fours[i]! & ANY_UNFINISHED) !== 0) n += inRows(aligned + 4 * i, aligned + 4 * i + 4);
  return n;
}
const ANY_UNFINISHED = FLAG_UNFINISHED * 0x01010101;
