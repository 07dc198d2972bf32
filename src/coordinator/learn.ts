/** Learning runs from paths to a signature database. */
import { requireFolders } from '../binary/debug-files.js';
import { binaryOf } from '../binary/file.js';
import { readImage } from '../binary/image.js';
import { binaryWarnings } from './binary.js';
import type { Message } from '../result.js';
import type { CoverageReport } from '../signatures/coverage.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { PERF_WITH_STACKS, brokenByPerf, ofOthers } from '../signatures/no-own-stacks.js';
import { openSources } from '../source/index.js';
import type { Trace } from '../trace/table.js';
import { type TraceOptions, traceOptions } from './analyze.js';
import { readSources } from '../reading/ingest.js';
import { learnStage } from './learn-stage.js';
import { type MemoryOptions, withinMemory } from './memory-limit.js';
import { type GivenParameters, resolveParameters } from './parameters.js';
import { nameFunctions } from './symbols.js';
import { type RunOptions, pathList, withPool } from './run.js';

/** Share of perf's stacks that break off from which it is said. */
const MANY_BROKEN = 0.3;

export interface LearnRunOptions extends RunOptions, TraceOptions, MemoryOptions {
  /** Base name or path of the program; default: the executable that is on most stacks. */
  readonly program?: string | undefined;
  /** Patterns of functions or objects that are the program's own though the rules say otherwise. */
  readonly include?: readonly string[] | undefined;
  /** Patterns of functions or objects to leave out. */
  readonly exclude?: readonly string[] | undefined;
  /** The program's own ELF file: how many functions there are to be seen. */
  readonly binary?: string | undefined;
  /** Folders with separate files of symbols, besides the system's. */
  readonly debugFiles?: readonly string[] | undefined;
  /** Read binaries and their symbols where the traces say that they lie, if they are the same builds. Default: false. */
  readonly localFiles?: boolean | undefined;
  /** Measure what was covered (a fraction of a second). Default: true. */
  readonly coverage?: boolean | undefined;
  readonly parameters?: GivenParameters | undefined;
}

export interface LearnOutcome {
  readonly signatures: SignatureDatabase;
  /** Null where it was not asked for. */
  readonly coverage: CoverageReport | null;
  readonly warnings: readonly Message[];
}

/**
 * Learns the signatures of a program from traces with stacks (`strace -k`, `perf record --call-graph`). Each path is a recording of
 * its own; files named as `strace -ff` names them are one together.
 *
 * @throws PerfscopeError 'no-stacks' when there are no stacks with functions of the program
 */
export async function learn(paths: string | readonly string[], options: LearnRunOptions = {}): Promise<LearnOutcome> {
  const list = pathList(paths);
  return withinMemory(options, list[0]!, (watched) => learnWatched(list, watched));
}

async function learnWatched(list: readonly string[], options: LearnRunOptions): Promise<LearnOutcome> {
  const parameters = resolveParameters(options.parameters);
  const { program, include, exclude, signal } = options;
  return withPool({ ...options, helping: true }, async (pool) => {
    const traces: Trace[] = [];
    const warnings: Message[] = [];
    const { debugFiles = [], localFiles } = options;
    await requireFolders(debugFiles);
    const image = options.binary === undefined ? undefined : await readImage(options.binary, debugFiles);
    const sets = await (options.open?.(signal) ?? openSources(list));
    await traceOptions(options).onOpened(sets);
    for (const [i, set] of sets.entries()) {
      const onProgress = (done: number, total: number | null) =>
        options.onProgress?.({ stage: 'read', done: i + (total === null ? 0 : done / total), total: sets.length });
      const read = await readSources([set], { ...traceOptions(options), onProgress, pool });
      traces.push(read.trace);
      warnings.push(...read.warnings);
    }
    options.onProgress?.({ stage: 'learn', done: 0, total: null });
    const ownCode = defined({ program, include, exclude });
    const named = await nameFunctions(traces, { ...ownCode, binary: image, debugFiles, localFiles });
    warnings.push(...named.warnings);
    const binary = image && binaryOf(image, named.program);
    const known = binary && { functions: binary.functions };
    const given = { parameters, sources: list, symbols: named.symbols, ...ownCode, ...defined({ binary: known }) };
    const task = { traces: named.traces, options: given, coverage: options.coverage !== false };
    const { signatures, coverage } = await pool.run(learnStage, task, { signal });
    const broken = brokenByPerf(named.traces);
    if (broken !== null && broken.share >= MANY_BROKEN)
      warnings.push({
        code: 'stacks-broken',
        args: { share: broken.share, unmapped: broken.unmapped, advice: PERF_WITH_STACKS },
      });
    for (const i of ofOthers(named.traces, named.program))
      warnings.push({ code: 'profile-of-other', args: { path: list[i]!, program: named.program } });
    if (binary !== undefined) warnings.push(...binaryWarnings(binary, signatures));
    return { signatures, coverage, warnings };
  });
}

function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined)) as never;
}
