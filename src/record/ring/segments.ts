/** A ring on disk is a row of files, each of some seconds. */
import { wallSeconds } from '../../lib/steady.js';

export interface Segment {
  readonly path: string;
  /** Steady seconds that it covers (lib/steady.ts). */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  /** Events that the tracer lost meanwhile. */
  readonly lost: number;
}

/** A window is cut into so many files: what is kept beyond it is one of them. */
const SEGMENTS = 20;
const SHORTEST = 1;
/** To begin a file takes perf some milliseconds. */
const LONGEST = 15;

export function segmentSeconds(window: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, window / SEGMENTS));
}

/** A file is ended when it has grown to this, so that the oldest can go without taking much of the window along. */
export function segmentBytes(maxBytes: number): number {
  return Math.floor(maxBytes / 8);
}

/**
 * What goes: first what is older than the window, then the oldest for room.
 *
 * @param segments by time
 * @param growing bytes of the file that is being written
 */
export function prune(
  segments: readonly Segment[],
  now: number,
  { seconds, maxBytes, growing }: { readonly seconds: number; readonly maxBytes: number; readonly growing: number },
): { readonly kept: Segment[]; readonly dropped: Segment[]; readonly forRoom: boolean } {
  const young = segments.findIndex((s) => s.to >= now - seconds);
  let first = young < 0 ? segments.length : young;
  let bytes = growing + segments.slice(first).reduce((sum, s) => sum + s.bytes, 0);
  let forRoom = false;
  for (; bytes > maxBytes && first < segments.length; first++) {
    bytes -= segments[first]!.bytes;
    forRoom = true;
  }
  return { kept: segments.slice(first), dropped: segments.slice(0, first), forRoom };
}

/** Those that hold any of the last seconds. */
export function lastSeconds(segments: readonly Segment[], now: number, seconds: number): Segment[] {
  return segments.filter((s) => s.to >= now - seconds);
}

/** What they cover, on the clock on the wall; null where there are none. */
export function spanOf(segments: readonly Segment[]): { readonly from: number | null; readonly to: number | null } {
  const wall = (steady: number | undefined) => (steady === undefined ? null : wallSeconds(steady));
  return { from: wall(segments[0]?.from), to: wall(segments.at(-1)?.to) };
}
