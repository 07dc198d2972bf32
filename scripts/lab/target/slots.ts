/** A table of slots that hooks look at, written from outside: where it lies differs from language to language. */
import { readSync, writeSync } from 'node:fs';
import { type Fault, OPERATOR_NUMBERS, type OperatorNumberName, slotAmount } from '../operators.js';
import { AT, type Calls, type Faults, SLOT_BYTES } from './faults.js';
import type { TargetFunction } from './program.js';

export abstract class SlotTable implements Faults {
  abstract close(): void;

  /** Does the work with each open table; gives their number. */
  protected abstract inEach(work: (table: number) => void): number;

  /** What a hook noted of its caller. */
  protected abstract callerOf(noted: number): TargetFunction | null;

  count(functions: readonly TargetFunction[]): Promise<number> {
    return this.fill(functions, 'count', 1, 0);
  }

  put(f: TargetFunction, fault: Fault): Promise<number> {
    return this.fill([f], fault.operator, fault.every, slotAmount(fault));
  }

  takeOut(f: TargetFunction): void {
    const off = Buffer.alloc(4);
    this.inEach((table) => writeSync(table, off, 0, 4, f.slot! + AT.operator));
  }

  calls(functions: readonly TargetFunction[]): Map<TargetFunction, Calls> {
    const found = new Map<TargetFunction, Calls>();
    this.inEach((table) => {
      for (const f of functions) {
        const slot = Buffer.alloc(SLOT_BYTES);
        readSync(table, slot, 0, SLOT_BYTES, f.slot!);
        const number = (offset: number) => Number(slot.readBigUInt64LE(offset));
        const before = found.get(f) ?? { calls: 0, hits: 0, callers: [] };
        const callers = [number(AT.callers), number(AT.callers + 8)].flatMap((noted) => {
          const caller = noted === 0 ? null : this.callerOf(noted);
          return caller === null || caller === f ? [] : [caller.name];
        });
        found.set(f, {
          calls: before.calls + number(AT.calls),
          hits: before.hits + number(AT.hits),
          callers: [...new Set([...before.callers, ...callers])].sort(),
        });
      }
    });
    return found;
  }

  private fill(
    functions: readonly TargetFunction[],
    operator: OperatorNumberName,
    every: number,
    amount: number,
  ): Promise<number> {
    const slot = Buffer.alloc(SLOT_BYTES);
    slot.writeUInt32LE(every, AT.every);
    slot.writeBigInt64LE(BigInt(amount), AT.amount);
    const number = Buffer.alloc(4);
    number.writeUInt32LE(OPERATOR_NUMBERS[operator]);
    const tables = this.inEach((table) => {
      for (const f of functions) {
        // The operator last: it is what the hook looks at.
        writeSync(table, slot, 0, SLOT_BYTES, f.slot!);
        writeSync(table, number, 0, 4, f.slot! + AT.operator);
      }
    });
    return Promise.resolve(tables);
  }
}
