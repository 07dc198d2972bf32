/**
 * The result document, version 2: the only thing that reporters, `compare` and `batch` read. Plain JSON; times in
 * seconds. Its JSON schema is docs/result.schema.json (made from src/report/schema.ts).
 *
 * Versions: 2 lets `signatures` be null (an analysis without any), and has the sections that a report asks for. A document of
 * version 1 is one of version 2 as it stands.
 */
import type { WindowChanges } from './changes/window-changes.js';
import type { CallSlices } from './stacks/slices.js';
import type { StackProfile } from './stacks/stack-profile.js';
import type { Timeline } from './timeline/timeline.js';
import type { UnitRows } from './work/unit-rows.js';
import type { Work } from './work/work.js';

export const RESULT_SCHEMA_VERSION = 2;

/** Parts of the document that cost something and are there where they were asked for. */
export type Section = 'stacks' | 'slices' | 'changes' | 'timeline' | 'work' | 'unitRows';

export type Verdict = 'bug' | 'external' | 'none' | 'inconclusive';
export type ExternalResource = 'disk' | 'network' | 'peer' | 'cpu';

/** Something said by code and arguments; report/messages.ts makes the sentence. */
export interface Message {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number | boolean>>;
}
export type Reason = Message;

export interface Evidence {
  /** The detector that speaks: 'outlier', 'novelty', 'rate', 'blocked', 'loop', ... */
  readonly detector: string;
  /** Its share of the suspect's score, 0..1. */
  readonly weight: number;
  /** Number of execution units it concerns. */
  readonly units: number;
  /** tids it was seen in, most concerned first, at most 8. */
  readonly threads: readonly number[];
  /** Seconds since the trace's first event. */
  readonly span: { readonly from: number; readonly to: number };
  /** The calls that speak, as symbols (`recvfrom:udp`, `futex#wait`, `accept4:tcp=EAGAIN`). */
  readonly episode: readonly string[];
  /** How often the episode happened in the span, and how often learning leads one to expect. */
  readonly count: number;
  readonly expected: number;
  /** One plain sentence, as code and arguments. */
  readonly message: Message;
}

export interface Suspect {
  /** The worst place of its tie: two functions that share the first place are both at rank 2. */
  readonly rank: number;
  readonly function: string;
  readonly object: string;
  readonly score: number;
  readonly confidence: number;
  /** Functions that the evidence does not tell from this one: of equal rank, or put in order by depth alone (innermost first). */
  readonly tiedWith: readonly string[];
  readonly callPath: readonly string[];
  readonly inferred: boolean;
  readonly evidence: readonly Evidence[];
}

export interface Cluster {
  readonly id: number;
  readonly units: number;
  readonly abnormal: number;
  /** Calls that its units have in common. */
  readonly calls: readonly string[];
  /** True when it was abnormal as a whole because it is small. */
  readonly small: boolean;
}

export interface ResultDocument {
  readonly schemaVersion: 1 | 2;
  readonly tool: { readonly name: 'perfscope'; readonly version: string };
  readonly method: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly trace: {
    readonly path: string;
    readonly format: string;
    readonly formatReason: string;
    readonly clock: string;
    /** Seconds on the trace's own clock of its first event. */
    readonly startedAt: number;
    /** Seconds from the first to the last event. */
    readonly span: number;
    readonly bytes: number;
    readonly lines: number;
    readonly events: number;
    readonly threads: number;
    readonly processes: number;
    readonly unfinished: number;
    readonly skippedLines: number;
    readonly truncated: boolean;
  };
  /** Null: the trace was analysed without any. */
  readonly signatures: {
    readonly path: string;
    readonly program: string;
    readonly functions: number;
    readonly functionsInBinary: number | null;
  } | null;
  readonly status: 'ok' | 'partial' | 'failed';
  readonly warnings: readonly Message[];
  readonly verdict: Verdict;
  readonly externalResource: ExternalResource | null;
  /** The probability that the program is to blame, 0..1; null where the method, or a window with nothing healthy in it, tells none. */
  readonly odds?: number | null | undefined;
  readonly reasons: readonly Reason[];
  readonly units: { readonly total: number; readonly abnormal: number };
  readonly clusters: readonly Cluster[];
  /** The window analysed, seconds since the trace's first event. */
  readonly window: { readonly from: number; readonly to: number };
  /** When it began, seconds since the trace's first event; null where nothing began in the window, or the method does not look for it. */
  readonly onset?: number | null | undefined;
  /** Calls that begin in each of as many equal cells of the window. */
  readonly activity?: readonly number[] | undefined;
  /** The window over time, where a report asked for it. */
  readonly timeline?: Timeline | undefined;
  readonly suspects: readonly Suspect[];
  /** Section `stacks`: calls and time by stack, before the onset against after it. */
  readonly stacks?: StackProfile | undefined;
  /** Section `slices`: calls over time. */
  readonly slices?: CallSlices | undefined;
  /** Section `changes`: what changed, told by the calls alone. Always there without signatures. */
  readonly changes?: WindowChanges | undefined;
  /** Section `work`: kinds of units and frequent episodes, for `compare` to hold against another window's. */
  readonly work?: Work | undefined;
  /** Section `unitRows`: the execution units one by one. */
  readonly unitRows?: UnitRows | undefined;
  /** Wall seconds a stage. */
  readonly timing: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
}
