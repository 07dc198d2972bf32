/** Learns what the functions of a program do: traces with stacks in, a signature database out. Pure. */
import type { Parameters } from '../parameters.js';
import { TOOL } from '../version.js';
import { NO_STACK } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import { learnContextModel } from './context-model.js';
import type { LearnedFunction, LearnedSymbols, SignatureDatabase } from './database.js';
import { mineFunctions } from './function-episodes.js';
import { findInvocations } from './invocations.js';
import { lastingPrograms } from './lasting.js';
import { baseName } from './names.js';
import { nothingOwn, nothingRecorded } from './no-own-stacks.js';
import { findOwnCode, type OwnCodeOptions } from './own-code.js';
import { OwnTree } from './own-tree.js';
import { countStacks } from './stack-counts.js';

export interface LearnOptions extends OwnCodeOptions {
  readonly parameters: Parameters;
  /** Names of the files that the traces were read from; their base names are written down. */
  readonly sources?: readonly string[];
  /** What the names of the traces' functions rest on (coordinator/symbols.ts). */
  readonly symbols?: readonly LearnedSymbols[];
  /** What the program's own binary has (binary/elf.ts): names as `normaliseName` makes them. */
  readonly binary?: { readonly functions: readonly string[] };
}

/**
 * Learns from one or many traces with stacks, of any number of processes and threads. Throws `no-stacks` when none of the
 * calls has a stack with the program's own functions, `program-mismatch` when `options.program` is on no stack.
 */
export function learnSignatures(traces: readonly Trace[], options: LearnOptions): SignatureDatabase {
  // A piece of a file may hold stacks whose calls are damaged.
  const recorded = traces.filter((t) => t.columns.stack !== null && t.stacks !== null && t.stacks.prefix.length > 0);
  if (recorded.length === 0) throw nothingRecorded();
  const uses = recorded.map((t) => ({ table: t.stacks!, calls: callsByStack(t), lasting: lastingPrograms(t) }));
  const own = findOwnCode(uses, options);
  const tree = new OwnTree();
  const found = findInvocations(recorded, own, tree);
  if (found.starts.length === 0) throw nothingOwn(recorded, own.program);

  const mined = mineFunctions(found, tree.functions.length, options.parameters);
  const functions = tree.functions.map((identity, f): LearnedFunction => {
    const [from, to] = [found.functionOffsets[f]!, found.functionOffsets[f + 1]!];
    let calls = 0;
    for (let i = from; i < to; i++) calls += found.ends[i]! - found.starts[i]!;
    return { ...identity, invocations: to - from, calls, ownCalls: found.ownCalls[f]!, episodes: mined[f]! };
  });
  const kept = functions
    .map((learned, f) => ({ learned, f }))
    .filter(({ learned }) => learned.calls > 0)
    .sort((a, b) => order(a.learned.name, b.learned.name) || order(a.learned.object, b.learned.object));
  const place = new Int32Array(functions.length).fill(-1);
  kept.forEach(({ f }, i) => (place[f] = i));
  const runs = recorded.map((trace) => ({ trace, nodes: tree.project(trace.stacks!, own) }));
  const model = learnContextModel(runs, tree, place, own);
  return {
    schemaVersion: 1,
    tool: TOOL,
    program: baseName(own.program.replace(/ \(deleted\)$/, '')),
    // An interpreter's binary says nothing about how many functions the script has.
    functionsInBinary: options.binary === undefined || own.runtime ? null : new Set(options.binary.functions).size,
    learned: {
      events: traces.reduce((sum, t) => sum + t.length, 0),
      eventsWithStack: found.withStack,
      stacks: countStacks(runs, own, tree),
      seconds: traces.reduce((sum, t) => sum + t.endNs, 0) / NANOSECONDS_PER_SECOND,
      sources: (options.sources ?? []).map(baseName),
    },
    ...(options.symbols === undefined || options.symbols.length === 0 ? {} : { symbols: options.symbols }),
    parameters: learningParameters(options.parameters),
    calls: found.calls,
    functions: kept.map(({ learned }) => learned),
    model,
  };
}

/** The parameters that what is learned depends on: they are kept with it. */
export function learningParameters(parameters: Parameters): Readonly<Record<string, number>> {
  const { signatureSupport, signatureShare, signatureEpisodes, episodeLength, episodeGap, episodeRun } = parameters;
  return { signatureSupport, signatureShare, signatureEpisodes, episodeLength, episodeGap, episodeRun };
}

export function callsByStack(trace: Trace): Uint32Array {
  const counts = new Uint32Array(trace.stacks!.prefix.length);
  const { stack } = trace.columns;
  for (let i = 0; i < trace.length; i++) if (stack![i]! !== NO_STACK) counts[stack![i]!]!++;
  return counts;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
