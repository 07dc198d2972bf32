/**
 * Faults in programs whose functions have hooks, written into their sources before they were built (go/hook). The table of slots
 * is a variable of the program; it is written from outside, through /proc/PID/mem, so that a tracer can be attached.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { readElf } from '../../../src/binary/elf.js';
import { normaliseName } from '../../../src/signatures/names.js';
import { readJson } from '../files.js';
import { type Fault, OPERATOR_NUMBERS, type OperatorNumberName, slotAmount } from '../operators.js';
import { SHT_SYMTAB, symbolValue } from './elf-symbol.js';
import { AT, type Calls, type Faults, SLOT_BYTES, whileAlive } from './faults.js';
import { type Program, type TargetFunction, functionAt } from './program.js';

/** What go/hook writes: functions in the order of their slots. */
interface Hooked {
  /** As the linker writes it. */
  readonly package: string;
  readonly functions: readonly {
    readonly symbol: string;
    readonly returnsError: boolean;
    readonly canCallItself: boolean;
  }[];
}

/** Reads a program and the list of its hooks. */
export async function readHookedProgram(file: string, list: string): Promise<Program> {
  const program = await realpath(file);
  const bytes = await readFile(program);
  const hooked = await readJson<Hooked>(list);
  const table = symbolValue(bytes, SHT_SYMTAB, `${hooked.package}.faultTable`);
  if (table === null) throw new Error(`${program}: ${hooked.package} has no hooks: built before they were written?`);
  const { functions } = readElf(bytes, program);
  const bySymbol = new Map(functions.map((f) => [f.name, f]));
  return {
    path: program,
    relocatable: false,
    // What the linker dropped is called by nobody.
    targets: hooked.functions.flatMap(({ symbol, returnsError, canCallItself }, slot) => {
      const there = bySymbol.get(symbol);
      return there === undefined ? [] : [target(there, slot, returnsError, canCallItself)];
    }),
    functionsInBinary: functions.filter(({ name }) => name.startsWith(`${hooked.package}.`)).length,
    hooks: { table, package: hooked.package },
  };
}

/** With what operators.ts asks of C functions: a hook returns values of any type, and an error where there is one to return. */
function target(
  { name: symbol, address, size }: { name: string; address: number; size: number },
  slot: number,
  returnsError: boolean,
  canCallItself: boolean,
): TargetFunction {
  return {
    name: normaliseName(symbol),
    symbol,
    address,
    size,
    slot,
    arguments: 0,
    variadic: !canCallItself,
    largeArguments: false,
    returns: returnsError ? 'int' : 'void',
    noReturn: false,
  };
}

export class Hooks implements Faults {
  private readonly memories = new Map<number, number>();
  private readonly functionAt: (address: number) => TargetFunction | null;

  constructor(
    program: Program,
    private readonly table: number,
    /** Processes of the server now. */
    private readonly pids: () => readonly number[],
  ) {
    this.functionAt = functionAt(program);
  }

  count(functions: readonly TargetFunction[]): Promise<number> {
    return this.fill(functions, 'count', 1, 0);
  }

  put(f: TargetFunction, fault: Fault): Promise<number> {
    return this.fill([f], fault.operator, fault.every, slotAmount(fault));
  }

  takeOut(f: TargetFunction): void {
    const off = Buffer.alloc(4);
    this.inEach((memory) => writeSync(memory, off, 0, 4, this.place(f) + AT.operator));
  }

  calls(functions: readonly TargetFunction[]): Map<TargetFunction, Calls> {
    const found = new Map<TargetFunction, Calls>();
    this.inEach((memory) => {
      for (const f of functions) {
        const slot = Buffer.alloc(SLOT_BYTES);
        readSync(memory, slot, 0, SLOT_BYTES, this.place(f));
        const number = (offset: number) => Number(slot.readBigUInt64LE(offset));
        const before = found.get(f) ?? { calls: 0, hits: 0, callers: [] };
        const callers = [number(AT.callers), number(AT.callers + 8)].flatMap((address) => {
          // The address behind the call: the call itself lies in the caller.
          const caller = address === 0 ? null : this.functionAt(address - 1);
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

  close(): void {
    for (const memory of this.memories.values()) closeSync(memory);
    this.memories.clear();
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
    const processes = this.inEach((memory) => {
      for (const f of functions) {
        // The operator last: it is what the hook looks at.
        writeSync(memory, slot, 0, SLOT_BYTES, this.place(f));
        writeSync(memory, number, 0, 4, this.place(f) + AT.operator);
      }
    });
    return Promise.resolve(processes);
  }

  private place(f: TargetFunction): number {
    return this.table + f.slot! * SLOT_BYTES;
  }

  /** Works in the memory of each process; the number of those that did not end meanwhile. */
  private inEach(work: (memory: number) => void): number {
    const now = new Set(this.pids());
    for (const [pid, memory] of this.memories) {
      if (now.has(pid)) continue;
      closeSync(memory);
      this.memories.delete(pid);
    }
    return [...now].filter((pid) =>
      whileAlive(() => {
        const memory = this.memories.get(pid) ?? openSync(`/proc/${pid}/mem`, 'r+');
        this.memories.set(pid, memory);
        work(memory);
      }),
    ).length;
  }
}
