/**
 * The contract of a method: it takes a window of a Trace and what was learned, and tells which functions it suspects.
 * `analyzeIncident` turns the outcome into the result document.
 */
import type { CallGraph } from '../binary/call-graph.js';
import type { Parameters } from '../parameters.js';
import type { Cluster, Evidence, ExternalResource, Reason, Verdict } from '../result.js';
import type { SignatureDatabase } from '../signatures/database.js';
import type { Trace } from '../trace/table.js';

/** What every method is given. Rows outside [fromNs, toNs) are not to be looked at, save as the past of the window. */
export interface MethodInput {
  readonly trace: Trace;
  readonly signatures: SignatureDatabase;
  readonly parameters: Parameters;
  readonly fromNs: number;
  readonly toNs: number;
  /** Which function of the program calls which, where its binary was given. */
  readonly callGraph?: CallGraph | undefined;
  /** Per stack of the trace: its node in the signatures' model. Given: calls are under their recorded stacks, and none is decoded. */
  readonly nodeOfStack?: Int32Array | undefined;
  /** How many of the first ranked functions somebody reads of: the others need no evidence. Default: all. */
  readonly told?: number | undefined;
}

export interface RankedFunction {
  /** Index into `SignatureDatabase.functions`, or -1 for a function that only the binary told of (`name` says which). */
  readonly function: number;
  readonly name: string;
  /** Higher is worse; comparable within one outcome only. Equal scores are a tie. */
  readonly score: number;
  /** 0..1: how sure the method is that this function is at least close to the defect. */
  readonly confidence: number;
  /** Its callers, innermost first, as learned. */
  readonly callPath: readonly string[];
  readonly evidence: readonly Evidence[];
  /** Functions with the same evidence, though an order by other reasons (innermost first) gives them other scores. */
  readonly alike?: readonly string[];
  /** Known only from the binary's call graph, never seen in learning. */
  readonly inferred: boolean;
}

export interface MethodOutcome {
  readonly verdict: Verdict;
  readonly externalResource: ExternalResource | null;
  /** The odds that the program is to blame for what happens in the window, 0..1, of a method that tells them. */
  readonly odds?: number | undefined;
  readonly reasons: readonly Reason[];
  readonly units: { readonly total: number; readonly abnormal: number };
  readonly clusters: readonly Cluster[];
  /** When it began, seconds since the trace's first event; null where nothing began in the window. */
  readonly onset?: number | null;
  /** In falling order of score. */
  readonly ranked: readonly RankedFunction[];
}
