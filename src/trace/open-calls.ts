/**
 * Calls whose return was not seen in the chunk of their entry, and what became of them. Outcomes are kept aside and
 * written when every row is in its place: until then the row itself may still be on its way.
 */
import { isExitCall, refinedKind } from './call-traits.js';
import type { OrphanExit } from './chunk.js';
import type { GrowableColumns } from './growable-columns.js';
import { NO_STACK } from './stacks.js';
import { FLAG_UNFINISHED, NO_DESCRIPTOR } from './table.js';

export interface OpenCall {
  /** Row of the trace. */
  row: number;
  readonly name: string;
  /** ns on the trace's clock. */
  start: number;
  readonly kind: number;
  readonly variant: number;
  readonly hasStack: boolean;
}

interface Outcome {
  readonly call: OpenCall;
  readonly duration: number;
  /** Bits that are set. */
  readonly flags: number;
  /** null: the return was never seen. */
  readonly exit: OrphanExit | null;
  /** Of the trace; NO_STACK: the row keeps its own. */
  readonly stack: number;
}

export class OpenCalls {
  private readonly byThread: (OpenCall | null)[] = [];
  private readonly outcomes: Outcome[] = [];

  /** The thread's open call. */
  of(thread: number): OpenCall | null {
    return this.byThread[thread] ?? null;
  }

  open(thread: number, call: OpenCall): void {
    this.byThread[thread] = call;
  }

  /** The call returned. `duration`: ns, NaN when not known; `stack`: that of the return, if it has one. */
  close(thread: number, exit: OrphanExit, duration: number, stack: number): void {
    const call = this.byThread[thread]!;
    this.byThread[thread] = null;
    // strace prints the stack below the second half only, perf below both, where the entry's counts.
    this.outcomes.push({ call, duration, flags: exit.flags, exit, stack: call.hasStack ? NO_STACK : stack });
  }

  /** The thread went on, or ended, at `ns` without the return of its open call having been seen. */
  abandon(thread: number, ns: number): void {
    const call = this.byThread[thread]!;
    this.byThread[thread] = null;
    const flags = isExitCall(call.name) ? 0 : FLAG_UNFINISHED;
    this.outcomes.push({ call, duration: ns - call.start, flags, exit: null, stack: NO_STACK });
  }

  /** Rows of the calls that are still open. */
  rows(): number[] {
    return this.byThread.flatMap((call) => (call === null || call === undefined ? [] : [call.row]));
  }

  /** The starts of their rows have changed. */
  restart(start: Float64Array): void {
    for (const call of this.byThread) if (call) call.start = start[call.row]!;
  }

  /** Writes all outcomes. */
  write(rows: GrowableColumns): void {
    const duration = rows.view('duration');
    const flags = rows.view('flags');
    for (const outcome of this.outcomes) {
      const { row } = outcome.call;
      duration[row] = outcome.duration;
      flags[row]! |= outcome.flags;
      if (outcome.exit !== null) writeExit(rows, outcome.call, outcome.exit);
      if (outcome.stack === NO_STACK) continue;
      // No row may have had one so far.
      rows.with('stack');
      rows.view('stack')[row] = outcome.stack;
    }
    this.outcomes.length = 0;
  }
}

function writeExit(rows: GrowableColumns, { row, kind }: OpenCall, exit: OrphanExit): void {
  rows.view('errno')[row] = exit.errno;
  rows.view('result')[row] = exit.result;
  rows.view('kind')[row] = refinedKind(kind, exit.kind);
  if (exit.variant !== 0) rows.view('variant')[row] = exit.variant;
  if (exit.descriptor !== NO_DESCRIPTOR) rows.view('descriptor')[row] = exit.descriptor;
}
