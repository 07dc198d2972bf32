/** Learns what the functions of a program do: traces with stacks in, a signature database out. Pure. */
import { mineClosedEpisodes, type MinedEpisodes } from '../episodes/mine.js';
import { ContiguousMiner } from '../episodes/contiguous.js';
import { PerfscopeError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import { TOOL } from '../version.js';
import { NO_STACK } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import { learnContextModel } from './context-model.js';
import type { Episode, LearnedFunction, SignatureDatabase } from './database.js';
import { findInvocations, type Invocations } from './invocations.js';
import { baseName } from './names.js';
import { countOccurrences } from './occurrences.js';
import { findOwnCode, type OwnCodeOptions } from './own-code.js';
import { OwnTree } from './own-tree.js';

export interface LearnOptions extends OwnCodeOptions {
  readonly parameters: Parameters;
  /** Names of the files that the traces were read from; their base names are written down. */
  readonly sources?: readonly string[];
  /** What the program's own binary has (binary/elf.ts): names as `normaliseName` makes them. */
  readonly binary?: { readonly functions: readonly string[] };
}

/**
 * Learns from one or many traces with stacks, of any number of processes and threads. Throws `no-stacks` when none of the
 * calls has a stack with the program's own functions, `program-mismatch` when `options.program` is on no stack.
 */
export function learnSignatures(traces: readonly Trace[], options: LearnOptions): SignatureDatabase {
  const recorded = traces.filter((t) => t.stacks !== null && t.stacks.prefix.length > 0);
  if (recorded.length === 0) throw noStacks('the learning traces hold no call stacks');
  const uses = recorded.map((t) => ({ table: t.stacks!, calls: callsByStack(t) }));
  const own = findOwnCode(uses, options);
  const tree = new OwnTree();
  const found = findInvocations(recorded, own, tree);
  if (found.starts.length === 0)
    throw noStacks(`no stack holds a named function of the program's own (${own.program})`);

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
  const model = learnContextModel(runs, tree, place);
  return {
    schemaVersion: 1,
    tool: TOOL,
    program: baseName(own.program.replace(/ \(deleted\)$/, '')),
    // An interpreter's binary says nothing about how many functions the script has.
    functionsInBinary: options.binary === undefined || own.runtime ? null : new Set(options.binary.functions).size,
    learned: {
      events: traces.reduce((sum, t) => sum + t.length, 0),
      eventsWithStack: found.withStack,
      seconds: traces.reduce((sum, t) => sum + t.endNs, 0) / NANOSECONDS_PER_SECOND,
      sources: (options.sources ?? []).map(baseName),
    },
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

/** Episodes of each function, the best first. */
function mineFunctions(found: Invocations, functionCount: number, parameters: Parameters): Episode[][] {
  const miner = new ContiguousMiner();
  const mined: MinedEpisodes[] = [];
  const shared = new Map<string, number>();
  for (let f = 0; f < functionCount; f++) {
    // A function that only wraps another one has the same invocations, and so the same episodes.
    const key = rangesKey(found, f);
    const same = shared.get(key);
    if (same !== undefined && sameRanges(found, same, f)) mined.push(mined[same]!);
    else mined.push(mineFunction(found, f, parameters, miner));
    if (same === undefined) shared.set(key, f);
  }

  // Each distinct episode is counted once over all of learning.
  const index = new Map<string, number>();
  const distinct: Uint32Array[] = [];
  const numbers = mined.map((m) =>
    Array.from({ length: m.length }, (_, e) => {
      const calls = m.symbols.subarray(m.offsets[e]!, m.offsets[e + 1]!);
      const text = calls.join(' ');
      let number = index.get(text);
      if (number === undefined) index.set(text, (number = distinct.push(calls) - 1));
      return number;
    }),
  );
  const { episodeGap, episodeRun, signatureEpisodes } = parameters;
  const everywhere = countOccurrences(found.symbols, found.threadOffsets, distinct, episodeGap, episodeRun);
  return mined.map((m, f) => {
    const episodes = numbers[f]!.map((number, e): Episode => {
      const support = m.support[e]!;
      // Occurrences are chosen anew over the whole thread; where they overlap, the choice may come out smaller there.
      const share = Math.min(1, support / Math.max(1, everywhere[number]!));
      const specificity = Number(share.toPrecision(4));
      return { calls: [...distinct[number]!], support, specificity };
    });
    return episodes.sort(byWorth).slice(0, signatureEpisodes);
  });
}

function mineFunction(found: Invocations, f: number, parameters: Parameters, miner: ContiguousMiner): MinedEpisodes {
  const [from, to] = [found.functionOffsets[f]!, found.functionOffsets[f + 1]!];
  const offsets = new Uint32Array(to - from + 1);
  for (let i = from; i < to; i++) offsets[i - from + 1] = offsets[i - from]! + found.ends[i]! - found.starts[i]!;
  const length = offsets[to - from]!;
  const symbols = new Uint16Array(length);
  for (let i = from; i < to; i++)
    symbols.set(found.symbols.subarray(found.starts[i]!, found.ends[i]!), offsets[i - from]!);
  const options = {
    minSupport: Math.max(parameters.signatureSupport, Math.ceil(parameters.signatureShare * length)),
    maxLength: parameters.episodeLength,
    maxGap: parameters.episodeGap,
    maxRun: parameters.episodeRun,
  };
  const mined = mineClosedEpisodes(symbols, offsets, options, miner);
  return mined.length > 0 ? mined : mineClosedEpisodes(symbols, offsets, { ...options, minSupport: 1 }, miner);
}

/** Support x specificity; then longer, rarer-to-coincide episodes; then by their calls, for a file that does not depend on chance. */
function byWorth(a: Episode, b: Episode): number {
  const worth = b.support * b.specificity - a.support * a.specificity;
  if (worth !== 0 || a.calls.length !== b.calls.length) return worth || b.calls.length - a.calls.length;
  const i = a.calls.findIndex((call, k) => call !== b.calls[k]);
  return i < 0 ? 0 : a.calls[i]! - b.calls[i]!;
}

function rangesKey(found: Invocations, f: number): string {
  let hash = 0;
  const [from, to] = [found.functionOffsets[f]!, found.functionOffsets[f + 1]!];
  for (let i = from; i < to; i++) {
    hash = Math.imul(hash ^ found.starts[i]!, 0x9e3779b1);
    hash = Math.imul(hash ^ found.ends[i]!, 0x85ebca6b);
  }
  return `${to - from}:${hash}`;
}

function sameRanges(found: Invocations, a: number, b: number): boolean {
  const [fromA, fromB] = [found.functionOffsets[a]!, found.functionOffsets[b]!];
  for (let i = found.functionOffsets[a + 1]! - fromA - 1; i >= 0; i--) {
    if (found.starts[fromA + i] !== found.starts[fromB + i] || found.ends[fromA + i] !== found.ends[fromB + i])
      return false;
  }
  return true;
}

function callsByStack(trace: Trace): Uint32Array {
  const counts = new Uint32Array(trace.stacks!.prefix.length);
  const { stack } = trace.columns;
  for (let i = 0; i < trace.length; i++) if (stack![i]! !== NO_STACK) counts[stack![i]!]!++;
  return counts;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function noStacks(message: string): PerfscopeError {
  const advice =
    'Record the learning runs with stacks: strace -f -ttt -T -yy -k -s 0 -o FILE, or perf record -g -e raw_syscalls:*.';
  return new PerfscopeError('no-stacks', message, {}, advice);
}
