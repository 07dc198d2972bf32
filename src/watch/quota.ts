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

/**
 * First the traces of incidents that are done, then these incidents whole, then those that were never analysed; each time the oldest
 * first, and no more than is needed.
 *
 * @param stored oldest first
 * @param room bytes that are about to be written
 */
export function removals(stored: readonly Stored[], quota: number, room: number): Removal[] {
  let bytes = stored.reduce((sum, s) => sum + s.traceBytes + s.otherBytes, room);
  const out = new Map<string, Removal>();
  const remove = (s: Stored, what: Removal['what'], freed: number) => {
    if (bytes <= quota || s.busy || freed === 0) return;
    bytes -= freed;
    out.set(s.id, { id: s.id, what });
  };
  for (const s of stored) if (s.done) remove(s, 'trace', s.traceBytes);
  for (const s of stored) if (s.done) remove(s, 'all', s.otherBytes);
  for (const s of stored) if (!s.done) remove(s, 'all', s.traceBytes + s.otherBytes);
  return [...out.values()];
}
