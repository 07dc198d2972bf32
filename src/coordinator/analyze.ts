/**
 * One incident from paths to the result document. The order of the stages is here: read -> window -> method -> document.
 */
import path from 'node:path';
import { requireFolders } from '../binary/debug-files.js';
import { binaryOf } from '../binary/file.js';
import { readImage } from '../binary/image.js';
import { PerfscopeError } from '../errors.js';
import type { ParseOptions } from '../formats/format.js';
import type { MethodInput, MethodOutcome } from '../methods/method.js';
import type { Parameters } from '../parameters.js';
import { suspectsOf } from '../methods/suspects.js';
import { type Message, RESULT_SCHEMA_VERSION, type ResultDocument, type Section } from '../result.js';
import { isDoneSoonerHere } from '../pool/worth-a-thread.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { readSignatures } from '../signatures/file.js';
import type { SourceSet } from '../source/index.js';
import { activityOf } from '../timeline/activity.js';
import { endsInCode, lastingUntil } from '../trace/recording-end.js';
import { FLAG_UNFINISHED, type Trace } from '../trace/table.js';
import type { Window } from '../units/unit-table.js';
import { TOOL } from '../version.js';
import { beginningStage } from './beginning-stage.js';
import { binaryWarnings, buildWarnings } from './binary.js';
import { type ReadResult, readTrace } from '../reading/ingest.js';
import { DEFAULT_METHOD, loadMethod } from '../methods/registry.js';
import { type GivenParameters, resolveParameters } from './parameters.js';
import { changesStage } from './changes-stage.js';
import { doubtGaps } from './doubt-gaps.js';
import { type MemoryOptions, requireMemory, withinMemory } from './memory-limit.js';
import { requireProgram } from './program.js';
import { type RunOptions, Timing, pathList, peakMemoryBytes, withPool } from './run.js';
import { stacksStage } from './stacks-stage.js';
import { timelineInput, timelineStage } from './timeline-stage.js';
import { workStage } from './work-stage.js';
import { type WindowOptions, resolveEnd, resolveWindow, windowWarnings } from './window.js';

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
   * is read (null: there is nothing to choose). Without signatures the part of the window before its onset takes the place of
   * learning, and functions have names where the trace itself carries stacks (docs/without-signatures.md).
   */
  readonly signatures?: string | SignatureDatabase | ((trace: Trace) => Promise<LoadedSignatures | null>) | undefined;
  /** Default: 'fused'. */
  readonly method?: string | undefined;
  readonly parameters?: GivenParameters | undefined;
  /** Suspects in the document at most. Default: all. */
  readonly top?: number | undefined;
  /** Analyse although the threads of the trace bear other programs' names. */
  readonly anyProgram?: boolean | undefined;
  /** The program's own ELF file: its call graph lets functions join the suspects that learning never saw. */
  readonly binary?: string | undefined;
  /** Parts of the document to make besides: 'stacks', 'slices', 'timeline', 'work', 'unitRows', 'changes' (made in any case without signatures). */
  readonly sections?: readonly Section[] | undefined;
  /** When the recording ended, if that was after its last call; as `from` and `to`. A program that computes without end makes no more calls. */
  readonly ended?: string | number | undefined;
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
    const known =
      given === undefined || typeof given === 'function'
        ? null
        : await timing.measure('signatures', () => loadSignatures(given));
    const asWritten = await timing.measure('read', () => readTrace(list, { ...traceOptions(options), pool }));
    const read = endedAt(asWritten, options.ended);
    const { trace } = read;
    const where = { signal: options.signal, inline: isDoneSoonerHere(pool, trace.length) };
    const warnings = [...read.warnings, ...missingColumns(trace)];
    // A moment of another time zone would pass for hours of silence.
    const silentNs = trace.endNs - asWritten.trace.endNs;
    if (silentNs > 0) warnings.push({ code: 'ended-later', args: { at: trace.endNs / 1e9, seconds: silentNs / 1e9 } });
    const signatures = typeof given === 'function' ? await timing.measure('signatures', () => given(trace)) : known;
    const window = resolveWindow(trace, options, list[0]!);
    warnings.push(...windowWarnings(trace, options, window));
    const scope = { trace, parameters, ...window };
    const { db, nodeOfStack } =
      signatures === null
        ? await timing.measure('beginning', () => pool.run(beginningStage, scope, where))
        : { db: signatures.db, nodeOfStack: undefined };
    const label = db.program !== '' ? db.program : path.basename(binaryPath ?? '');
    const binary = image === null ? null : binaryOf(image, label);
    const callGraph = binary?.callGraph ?? undefined;
    if (signatures === null) warnings.push(withoutSignatures(db));
    else {
      if (options.anyProgram !== true) warnings.push(...programWarnings(trace, db.program, list[0]!));
      warnings.push(...buildWarnings(trace, db));
    }
    if (binary !== null && (signatures !== null || nodeOfStack !== undefined))
      warnings.push(...binaryWarnings(binary, db, name));
    const { top = Infinity } = options;
    const input: MethodInput = { ...scope, callGraph, signatures: db, nodeOfStack, told: top };
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
    const judge = (of: MethodInput) => method(of, { pool, signal: options.signal, onProgress });
    const outcome = await unlessCancelled('analyze', async () => doubtGaps(input, await judge(input), judge));
    // Else the text's end would pass for the recording's, and silence for none.
    const unsure = outcome?.verdict === 'none' && window.toNs > trace.endNs && options.ended === undefined;
    if (unsure && trace.hasDurations && endsInCode(trace))
      warnings.push({ code: 'ends-in-code', args: { at: trace.endNs / 1e9 } });
    const parts = { paths: list, name, parameters, read, window, signatures, db, outcome: outcome ?? NOTHING_KNOWN };
    const facts = documentOf(parts, top);
    /** A section as a field of the document, where it is wanted and was not cut off. */
    const section = async <T>(name: Section, wanted: boolean, make: () => Promise<T>) => {
      const made = wanted ? await unlessCancelled(name, make) : null;
      return made === null ? {} : { [name]: made };
    };
    const asked = (name: Section) => options.sections?.includes(name) === true;
    const drawn = () => pool.run(timelineStage, timelineInput(input, facts.onset, facts.suspects), where);
    const wanted = (['stacks', 'slices'] as const).filter(asked);
    const stacks =
      wanted.length > 0 ? await unlessCancelled('stacks', () => pool.run(stacksStage, { input, wanted }, where)) : null;
    const ofWork = (['work', 'unitRows'] as const).filter(asked);
    const work =
      ofWork.length > 0
        ? await unlessCancelled('work', () => pool.run(workStage, { input, wanted: ofWork }, where))
        : null;
    const sections = {
      ...(await section('changes', signatures === null || asked('changes'), () =>
        pool.run(changesStage, input, where),
      )),
      ...stacks,
      ...work,
      ...(await section('timeline', asked('timeline'), drawn)),
    };
    return { ...facts, ...sections, status, warnings, ...spent(timing) };
  });
}

/** What was read, as a recording that ended when it is said to have. */
function endedAt(read: ReadResult, ended: string | number | undefined): ReadResult {
  if (ended === undefined) return read;
  return { ...read, trace: lastingUntil(read.trace, resolveEnd(read.trace, ended)) };
}

/** How functions get names, where there were no signatures. */
function withoutSignatures({ functions, program }: SignatureDatabase): Message {
  if (functions.length > 0) return { code: 'own-stacks', args: { functions: functions.length, program } };
  return { code: 'no-signatures', args: { program } };
}

/** That the trace does not tell its program. Throws where it tells another one. */
function programWarnings(trace: Trace, program: string, path: string): Message[] {
  if (requireProgram(trace, program, path) !== 'unknown' || program === '') return [];
  return [{ code: 'program-unknown', args: { program } }];
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
  readonly signatures: LoadedSignatures | null;
  /** What the suspects' numbers point into. */
  readonly db: SignatureDatabase;
  readonly outcome: MethodOutcome;
}

function factsOf({ db, path }: LoadedSignatures) {
  const { program, functions, functionsInBinary } = db;
  return { path, program, functions: functions.length, functionsInBinary };
}

/** An analysis without signatures compares with the window's own beginning: its sentences say so. */
function comparedWithBeginning(outcome: MethodOutcome): MethodOutcome {
  const said = (message: Message): Message => ({ ...message, args: { ...message.args, basis: 'beginning' } });
  const ranked = outcome.ranked.map((f) => {
    return { ...f, evidence: f.evidence.map((e) => ({ ...e, message: said(e.message) })) };
  });
  return { ...outcome, reasons: outcome.reasons.map(said), ranked };
}

function documentOf(parts: Parts, top: number) {
  const { signatures, window, db } = parts;
  const outcome = signatures === null ? comparedWithBeginning(parts.outcome) : parts.outcome;
  return {
    schemaVersion: RESULT_SCHEMA_VERSION,
    tool: TOOL,
    method: parts.name,
    parameters: parts.parameters,
    trace: traceFacts(parts.paths, parts.read),
    signatures: signatures === null ? null : factsOf(signatures),
    verdict: outcome.verdict,
    externalResource: outcome.externalResource,
    odds: outcome.odds ?? null,
    reasons: outcome.reasons,
    units: outcome.units,
    clusters: outcome.clusters,
    window: { from: window.fromNs / 1e9, to: window.toNs / 1e9 },
    onset: outcome.onset ?? null,
    activity: activityOf(parts.read.trace, window),
    suspects: suspectsOf(outcome.ranked, db, top),
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
