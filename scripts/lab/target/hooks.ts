/**
 * Faults in programs whose functions have hooks, written into their sources before they were built (go/hook). The tables of slots
 * are variables of the program, one a package; they are written from outside, through /proc/PID/mem, so that a tracer can be attached.
 */
import { closeSync, openSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { readElf } from '../../../src/binary/elf.js';
import { normaliseName } from '../../../src/signatures/names.js';
import { readJson } from '../files.js';
import { SHT_SYMTAB, symbolValue } from './elf-symbol.js';
import { SLOT_BYTES, whileAlive } from './faults.js';
import { type Program, type TargetFunction, functionAt } from './program.js';
import { SlotTable } from './slots.js';

/** What go/hook writes of a package: functions in the order of their slots. */
interface HookedPackage {
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
  const hooked = await readJson<readonly HookedPackage[]>(list);
  const packages = hooked.map((h) => h.package);
  const { functions } = readElf(bytes, program);
  const bySymbol = new Map(functions.map((f) => [f.name, f]));
  return {
    path: program,
    relocatable: false,
    targets: hooked.flatMap((h) => {
      const table = symbolValue(bytes, SHT_SYMTAB, `${h.package}.faultTable`);
      if (table === null) throw new Error(`${program}: ${h.package} has no hooks: built before they were written?`);
      // What the linker dropped is called by nobody.
      return h.functions.flatMap(({ symbol, returnsError, canCallItself }, i) => {
        const there = bySymbol.get(symbol);
        return there === undefined ? [] : [target(there, table + i * SLOT_BYTES, returnsError, canCallItself)];
      });
    }),
    functionsInBinary: functions.filter(({ name }) => packages.some((p) => name.startsWith(`${p}.`))).length,
    hooks: { language: 'Go', packages },
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
    structures: false,
    registers: 0,
    returns: returnsError ? 'int' : 'void',
    noReturn: false,
  };
}

export class MemoryTable extends SlotTable {
  private readonly memories = new Map<number, number>();
  private readonly functionAt: (address: number) => TargetFunction | null;

  constructor(
    program: Program,
    /** Processes of the server now. */
    private readonly pids: () => readonly number[],
  ) {
    super();
    this.functionAt = functionAt(program);
  }

  close(): void {
    for (const memory of this.memories.values()) closeSync(memory);
    this.memories.clear();
  }

  /** The address behind the call: the call itself lies in the caller. */
  protected callerOf(noted: number): TargetFunction | null {
    return this.functionAt(noted - 1);
  }

  /** Works in the memory of each process; the number of those that did not end meanwhile. */
  protected inEach(work: (memory: number) => void): number {
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
