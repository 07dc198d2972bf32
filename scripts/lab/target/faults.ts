/** What puts faults into the functions of a running server, and the table through which it does so. */
import type { Fault } from '../operators.js';
import type { TargetFunction } from './program.js';

/** A slot of the table: `struct slot` in native/faults.c, `faultSlot` in go/faults/faults.go, the places in java/faults. */
export const SLOT_BYTES = 64;
export const AT = {
  entry: 0,
  operator: 8,
  every: 12,
  calls: 16,
  hits: 24,
  amount: 32,
  error: 40,
  lock: 44,
  callers: 48,
};

export interface Calls {
  readonly calls: number;
  readonly hits: number;
  readonly callers: readonly string[];
}

/** Does what reads or writes the memory of a process; false when the process ended meanwhile. */
export function whileAlive(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!['EIO', 'ESRCH', 'EFAULT', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

export interface Faults {
  /** Counts calls of the functions. Gives the number of processes in which it does. */
  count(functions: readonly TargetFunction[]): Promise<number>;
  /** Puts the fault into the function. Gives the number of processes that have it. */
  put(f: TargetFunction, fault: Fault): Promise<number>;
  /** Takes out what `put` did. */
  takeOut(f: TargetFunction): void;
  /** What was counted, in all processes. */
  calls(functions: readonly TargetFunction[]): Map<TargetFunction, Calls>;
  close(): void;
}
