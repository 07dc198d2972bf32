/**
 * What changed in a window, told by the calls alone: for whoever has no signatures, and so no names of functions. Plain data; times in
 * seconds.
 */

/** Where the time of threads goes. 'idle': waiting for work to come; 'computing': between calls, or ready to run. */
export const PLACES_OF_TIME = ['computing', 'disk', 'network', 'locks', 'local', 'sleep', 'idle', 'other'] as const;
export type PlaceOfTime = (typeof PLACES_OF_TIME)[number];
export type Shares = Readonly<Record<PlaceOfTime, number>>;

/** A thread or a process in one part of the window. */
export interface Activity {
  readonly callsPerSecond: number;
  /** Parts of its time; they sum to 1, or to 0 where it was not there. */
  readonly shares: Shares;
}

export interface Changed {
  readonly pid: number;
  /** Null: a process, with all its threads. */
  readonly tid: number | null;
  readonly name: string;
  readonly before: Activity;
  readonly after: Activity;
  /** 0..1: how unlike it is to what it was. */
  readonly change: number;
  /** 'new': no call before the onset; 'silent': alive, no longer in a call, and has not called again; null: neither. */
  readonly state: 'new' | 'silent' | null;
  /** Seconds since its last call returned, where it is silent. */
  readonly silentFor: number;
}

/** A sequence of calls of one thread, one right after the other; occurrences do not overlap. */
export interface ChangedEpisode {
  readonly calls: readonly string[];
  readonly before: { readonly count: number; readonly perSecond: number };
  readonly after: { readonly count: number; readonly perSecond: number };
  /** tids with most of them where they are frequent, at most 8. */
  readonly threads: readonly number[];
}

/** A kind of call that takes longer than before, or never returned. */
export interface Blocked {
  readonly call: string;
  readonly place: PlaceOfTime;
  readonly before: { readonly count: number; readonly seconds: number; readonly longest: number };
  readonly after: { readonly count: number; readonly seconds: number; readonly longest: number };
  /** Calls that had not returned at the window's end, and that are among those that last long. */
  readonly unfinished: number;
  readonly threads: readonly number[];
}

export interface WindowChanges {
  /** The moment that parts the window, seconds since the trace's first event. */
  readonly onset: number;
  /** Lengths of the parts. */
  readonly seconds: { readonly before: number; readonly after: number };
  /** Where all threads together spend their time: the environment's share, and the program's own. */
  readonly time: { readonly before: Shares; readonly after: Shares };
  /** Most changed first. */
  readonly processes: readonly Changed[];
  readonly threads: readonly Changed[];
  /** Loudest first: those that grew most, then those that went. */
  readonly episodes: readonly ChangedEpisode[];
  readonly blocked: readonly Blocked[];
}
