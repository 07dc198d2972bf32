/** What a recording is of, and the flight recorder that `watch` builds on: a ring that can be looked at while it turns. */

/** What to record: processes by id, by command name, of a cgroup, or a command to start. */
export type Target =
  | { readonly kind: 'pid'; readonly pids: readonly number[] }
  | { readonly kind: 'comm'; readonly name: string }
  | { readonly kind: 'cgroup'; readonly path: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] };

/** A flight recorder at work: it keeps at least the last `seconds` of system calls. */
export interface Ring {
  /** As in BACKENDS. */
  readonly backend: string;
  /** The exact commands that record, for people. */
  readonly commands: readonly (readonly string[])[];
  /**
   * Writes what is kept of the last `seconds` into `folder` (made by the caller, empty) as one or several files that perfscope reads
   * together (`analyze FILE...`), without stopping the recording.
   */
  snapshot(folder: string, seconds: number, signal?: AbortSignal): Promise<Snapshot>;
  status(): RingStatus;
  /** Resolves when recording ended by itself (the program ended, the tracer died), with the reason. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface Snapshot {
  readonly paths: readonly string[];
  /** The id of a format: docs/formats.md. */
  readonly format: string;
  readonly bytes: number;
  /** Events that the tracer lost in what was written. */
  readonly lost: number;
  /** Span of what was written, in seconds of the wall clock; null where it is not known without reading it. */
  readonly from: number | null;
  readonly to: number | null;
}

export interface RingStatus {
  /** What the ring holds now, on disk or in memory. */
  readonly bytes: number;
  /** How far back it goes, s. */
  readonly seconds: number;
  /** Events that the tracer lost since it began, where it tells. */
  readonly lost: number;
}

export interface RingOptions {
  readonly target: Target;
  readonly seconds: number;
  /** Where the ring may put its files; made by the caller, the ring's own. */
  readonly folder: string;
  readonly maxBytes: number;
  /** One of BACKENDS; default: the cheapest that works here. */
  readonly backend?: string;
  /** 'warn' for what somebody should do something about. */
  readonly log: (level: 'info' | 'warn', line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * @throws PerfscopeError 'record' with the least that would help, where nothing can record here or there is nothing to record;
 * 'usage' for a backend that there is none of
 */
export async function startRing(options: RingOptions): Promise<Ring> {
  return (await import('./ring/start.js')).startRing(options);
}
