/**
 * From paths to one Trace: each set of sources is read (read-set.ts), and what was read is put together. The Trace does not depend on
 * the number of threads or on where the cuts fall.
 */
import type { Message } from '../result.js';
import { type Source, type SourceSet, openSources } from '../source/index.js';
import { throwIfCancelled } from '../pool/stage.js';
import { followDescriptors } from '../trace/descriptors.js';
import { togetherFacts } from '../trace/kinship/facts.js';
import { joinAttached } from '../trace/kinship/kinship.js';
import { mergeTraces } from '../trace/merge-traces.js';
import type { Trace } from '../trace/table.js';
import { joinedSets } from './joined-sets.js';
import { nameFrames } from './name-frames.js';
import { type SetOptions, type SetRead, readSet } from './read-set.js';
import { withoutCalls } from './sampling.js';

export interface ReadOptions extends SetOptions {
  /** Opens the input where the paths are only names for it. */
  readonly open?: ((signal: AbortSignal | undefined) => Promise<readonly SourceSet[]>) | undefined;
  /** Called with what is to be read, before it is. */
  readonly onOpened?: ((sets: readonly SourceSet[]) => Promise<void>) | undefined;
  /** Bytes as stored, parsed and to be parsed; the total is null where an input does not tell its size. */
  readonly onProgress?: ((bytesDone: number, bytesTotal: number | null) => void) | undefined;
}

export interface ReadResult {
  readonly trace: Trace;
  readonly format: string;
  /** Why it was taken for that format, in a few words. */
  readonly formatReason: string;
  readonly warnings: readonly Message[];
}

/** Reads one trace from one or more files, standard input (`-`) or a folder of `strace -ff`. */
export async function readTrace(paths: readonly string[], options: ReadOptions): Promise<ReadResult> {
  throwIfCancelled(options.signal);
  try {
    const sets = await (options.open?.(options.signal) ?? openSources(paths, options.signal));
    await options.onOpened?.(sets);
    return await readSources(sets, options);
  } catch (error) {
    // Whatever a cancelled stream, thread or file handle says.
    throwIfCancelled(options.signal);
    throw error;
  }
}

/** The same from sources that are open already (members of an archive). */
export async function readSources(sets: readonly SourceSet[], options: ReadOptions): Promise<ReadResult> {
  const sources = sets.flatMap((set) => set.sources);
  const progress = progressOver(sources, options.onProgress);
  const read: SetRead[] = [];
  for (const set of await joinedSets(sets)) read.push(await readSet(set, options, progress));
  const { format, reason, sampled } = read[0]!;
  const warnings = read.flatMap((set) => set.warnings);
  const traces = read.flatMap((set) => set.traces);
  // A silent thread's empty file has no clock, and must not take the others' away.
  const heard = traces.filter(({ lines }) => lines > 0);
  let trace = heard.length === 0 ? traces[0]! : mergeTraces(heard);
  if (trace.length === 0) throw withoutCalls(sampled, read[0]!, trace, warnings);
  if (format.arrangement?.framesUnnamed === true) {
    const named = await nameFrames(trace);
    warnings.push(...named.warnings);
    trace = named.trace;
  }
  const kin = joinAttached(trace, togetherFacts(read.flatMap((set) => set.facts)));
  const told = kin === null ? trace : { ...trace, threads: kin.threads };
  if (kin !== null && kin.joined > 0)
    warnings.push({
      code: 'threads-joined',
      args: { threads: kin.joined, processes: kin.pids.length, pid: kin.pids[0]! },
    });
  // Others tell the processes themselves.
  if (kin !== null && format.id === 'strace' && kin.unknown * 2 > trace.threads.length)
    warnings.push({ code: 'processes-unknown', args: { threads: kin.unknown } });
  followDescriptors(told);
  return { trace: told, format: format.id, formatReason: reason, warnings };
}

function progressOver(sources: readonly Source[], tell: ReadOptions['onProgress']) {
  const total = sources.some((s) => s.size === null) ? null : sources.reduce((sum, s) => sum + s.size!, 0);
  const done = new Map<Source, number>();
  let sum = 0;
  return (source: Source, consumed: number): void => {
    sum += consumed - (done.get(source) ?? 0);
    done.set(source, consumed);
    tell?.(sum, total);
  };
}
