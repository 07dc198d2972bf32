/** What has to go so that the folder stays within its quota. Pure. */
export interface Stored {
  readonly id: string;
  /** Of the trace, and of all else, bytes. */
  readonly traceBytes: number;
  readonly otherBytes: number;
  /** Whether it was analysed, or has failed for good. */
  readonly done: boolean;
  /** Being written, analysed or delivered: stays, whatever it takes. */
  readonly busy: boolean;
}

export interface Removal {
  readonly id: string;
  readonly what: 'trace' | 'all';
}

export interface Plan {
  readonly removals: readonly Removal[];
  /** Bytes that will still be too much. */
  readonly over: number;
}

/**
 * First the traces of incidents that are done, then these incidents whole; each time the oldest first, and no more than is needed. What
 * still waits for its analysis stays: it is what all the recording was for.
 *
 * @param stored oldest first
 * @param room bytes that are about to be written
 */
export function planRoom(stored: readonly Stored[], quota: number, room: number): Plan {
  let bytes = stored.reduce((sum, s) => sum + s.traceBytes + s.otherBytes, room);
  const out = new Map<string, Removal>();
  const remove = (s: Stored, what: Removal['what'], freed: number) => {
    if (bytes <= quota || s.busy || freed === 0) return;
    bytes -= freed;
    out.set(s.id, { id: s.id, what });
  };
  for (const s of stored) if (s.done) remove(s, 'trace', s.traceBytes);
  for (const s of stored) if (s.done) remove(s, 'all', s.otherBytes);
  return { removals: [...out.values()], over: Math.max(0, bytes - quota) };
}
