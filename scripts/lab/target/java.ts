/**
 * Faults in Java servers, whose methods got hooks in their jars (java/hook). The table of slots is a file that the virtual machine has
 * mapped: what is written to it is there at once.
 */
import { closeSync, openSync } from 'node:fs';
import { realpath, writeFile } from 'node:fs/promises';
import { normaliseName } from '../../../src/signatures/names.js';
import { readJson } from '../files.js';
import { SLOT_BYTES } from './faults.js';
import type { Program, TargetFunction } from './program.js';
import { SlotTable } from './slots.js';

/** What java/hook writes: methods in the order of their slots. */
interface HookedJars {
  readonly packages: readonly string[];
  readonly methodsInAll: number;
  readonly methods: readonly {
    /** As in HotSpot's map for perf: result, name, types of arguments. */
    readonly symbol: string;
    /** Bytes of bytecode. */
    readonly size: number;
    /** Class of the exception with which its hook fails. */
    readonly throws: string;
  }[];
}

/** The virtual machine as a program, with the methods of the list as its functions. */
export async function readJava(java: string, list: string): Promise<Program> {
  const { packages, methods, methodsInAll } = await readJson<HookedJars>(list);
  return {
    path: await realpath(java),
    relocatable: false,
    targets: methods.map((method, i) => target(method, i * SLOT_BYTES)),
    functionsInBinary: methodsInAll,
    hooks: { language: 'Java', packages },
  };
}

/** With what operators.ts asks of C functions: a hook returns values of any type, and any method can throw. */
function target({ symbol, size, throws }: HookedJars['methods'][number], slot: number): TargetFunction {
  return {
    name: normaliseName(symbol),
    symbol,
    address: 0,
    size,
    slot,
    throws,
    arguments: 0,
    variadic: false,
    largeArguments: false,
    structures: false,
    registers: 0,
    returns: 'int',
    noReturn: false,
  };
}

/** Before the server starts. */
export function emptyTable(program: Program, file: string): Promise<void> {
  return writeFile(file, Buffer.alloc(program.targets.length * SLOT_BYTES));
}

export class FileTable extends SlotTable {
  private readonly table: number;

  constructor(
    private readonly program: Program,
    file: string,
  ) {
    super();
    this.table = openSync(file, 'r+');
  }

  close(): void {
    closeSync(this.table);
  }

  protected inEach(work: (table: number) => void): number {
    work(this.table);
    return 1;
  }

  /** Numbers of slots, counted from 1. */
  protected callerOf(noted: number): TargetFunction | null {
    return this.program.targets[noted - 1] ?? null;
  }
}
