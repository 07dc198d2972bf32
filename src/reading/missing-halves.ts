/**
 * Lines that are missing from the middle of a trace (grep, a viewer that shows some, a recorder that lost events, a column of threads that was cut
 * off) leave calls with one half: a thread whose call has not returned makes no other, and what returns has begun.
 */
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED, type Trace } from '../trace/table.js';

export interface MissingHalves {
  /** Calls that did not return, though their thread went on. */
  readonly returns: number;
  /** Calls that were under way already when their thread, which had done something before, returned from them. */
  readonly beginnings: number;
}

/** Calls by which a thread leaves what it did without a return of its own. */
const WITHOUT_RETURN = /^(?:rt_)?sigreturn$/;

/** What a thread did last. */
const [NOTHING, RETURNED, LEFT] = [0, 1, 2] as const;

export function missingHalves({ columns, threads, calls, length }: Trace): MissingHalves {
  const { thread, flags, call } = columns;
  const without = Uint8Array.from(calls, (name) => (WITHOUT_RETURN.test(name) ? 1 : 0));
  const last = new Uint8Array(threads.length).fill(NOTHING);
  let returns = 0;
  let beginnings = 0;
  for (let row = 0; row < length; row++) {
    const t = thread[row]!;
    if (last[t] === LEFT) returns++;
    else if (last[t] === RETURNED && (flags[row]! & FLAG_ENTRY_UNSEEN) !== 0) beginnings++;
    last[t] = (flags[row]! & FLAG_UNFINISHED) !== 0 && without[call[row]!] === 0 ? LEFT : RETURNED;
  }
  return { returns, beginnings };
}
