/**
 * What `learn` keeps of a program: its functions, the closed frequent episodes of calls of each, and the context model
 * that decodes a stackless trace. The file is JSON (docs/signatures.md), one function or context a line so that it diffs well.
 */
import type { ContextModel } from './context-model.js';
import type { StackCounts } from './stack-counts.js';

export const SIGNATURES_SCHEMA_VERSION = 1;

/** A sequence of call names that the function issues again and again while it is on the stack. */
export interface Episode {
  /** Indices into `SignatureDatabase.calls`. */
  readonly calls: readonly number[];
  /** Non-overlapping occurrences over all invocations. */
  readonly support: number;
  /** Share of the episode's occurrences in all of learning that lie inside this function, 0..1. */
  readonly specificity: number;
}

export interface LearnedFunction {
  /** Without compiler marks and positions (names.ts). */
  readonly name: string;
  /** Base name of its object file. */
  readonly object: string;
  /** Runs of consecutive calls of a thread during which it stayed on the stack. */
  readonly invocations: number;
  /** Calls issued while it was on the stack. */
  readonly calls: number;
  /** Calls issued with it as the innermost function of the program. */
  readonly ownCalls: number;
  readonly episodes: readonly Episode[];
}

/** What the names of the functions of one of the program's own object files rest on. */
export interface LearnedSymbols {
  /** Base name, as in `LearnedFunction.object`. */
  readonly object: string;
  /** Path as the tracer printed it. */
  readonly path: string;
  /**
   * `symbols`: the file's symbols, all functions have their names. `exports`: the file, which is stripped: functions that it does not
   * export are known by their ranges. `traced`: the tracer's, which knew all symbols or the functions' sizes. `unchecked`: the tracer's, and
   * some may be those of the nearest exported function.
   */
  readonly names: 'symbols' | 'exports' | 'traced' | 'unchecked';
  /** Of the file, hexadecimal, or as the recording tells it; '' where neither does. */
  readonly buildId: string;
  /** The distribution's package with the missing names; '' where that is not known. */
  readonly package: string;
  /** Names on the stacks that several functions of the file have (static ones of several files), which are learned as one; missing where there is none. */
  readonly shared?: readonly string[];
}

export interface SignatureDatabase {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'perfscope'; readonly version: string };
  /** Base name of the program. */
  readonly program: string;
  /** Number of functions in the binary where `--binary` was given. */
  readonly functionsInBinary: number | null;
  /** Calls seen in learning in total, those with a stack, seconds of trace, sources (base names). */
  readonly learned: {
    readonly events: number;
    readonly eventsWithStack: number;
    /** What these stacks are worth; files of older versions do not tell. */
    readonly stacks?: StackCounts;
    readonly seconds: number;
    readonly sources: readonly string[];
  };
  /** What the names rest on, an object file each; missing in files of older versions, and where nothing is known. */
  readonly symbols?: readonly LearnedSymbols[];
  readonly parameters: Readonly<Record<string, number>>;
  /** Names of calls; episodes point here. */
  readonly calls: readonly string[];
  readonly functions: readonly LearnedFunction[];
  readonly model: ContextModel;
}
