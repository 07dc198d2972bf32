/**
 * Puts faults into functions of running processes and takes them out, from outside, through /proc/PID/mem: no ptrace, so that a
 * tracer can be attached at the same time. native/faults.c says what a patched entry looks like.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import { readElf } from '../../../src/binary/elf.js';
import { type Fault, OPERATOR_NUMBERS, type OperatorNumberName, slotAmount } from '../operators.js';
import { SHT_DYNSYM, symbolValue } from './elf-symbol.js';
import { AT, type Calls, type Faults, SLOT_BYTES, whileAlive } from './faults.js';
import { type Program, type TargetFunction, functionAt } from './program.js';
import { mappings } from './proc.js';

/** As in native/faults.c. */
const SLOTS = 65536;

/** Longer than a thread is between two instructions of the padding, unless it is not running at all. */
const PADDING_LEFT_MS = 30;

/** `jmp` over the rest of the padding: the entry without a fault, and while its other bytes change. */
const JUMP_OVER = Buffer.from([0xeb, 0x0e]);
const TWO_BYTE_NOP = Buffer.from([0x66, 0x90]);
/** How a patched entry begins. */
const CALLING = Buffer.from([0x66, 0x90, 0xff, 0x15]);

/** Where the library has its stub, and the pointer to its table. */
export interface FaultLibrary {
  readonly path: string;
  readonly entry: number;
  readonly table: number;
}

export async function readFaultLibrary(path: string): Promise<FaultLibrary> {
  const bytes = await readFile(path);
  const entry = readElf(bytes, path).functions.find((f) => f.name === 'faults_entry')?.address;
  const table = symbolValue(bytes, SHT_DYNSYM, 'faults_table');
  if (entry === undefined || table === null) throw new Error(`${path}: not the library of native/faults.c`);
  return { path, entry, table };
}

/** One process in which the program and the library are mapped. */
class Process {
  private readonly memory: number;
  private constructor(
    readonly pid: number,
    /** Added to addresses of the program's file. */
    readonly base: number,
    readonly stub: number,
    /** Address of the table. */
    readonly table: number,
    memory: number,
  ) {
    this.memory = memory;
  }

  /** null when it has ended, or runs something else. */
  static open(pid: number, program: Program, library: FaultLibrary): Process | null {
    const first = (path: string) => mappings(pid).find((m) => m.path === path && m.offset === 0)?.start;
    const [base, libraryBase] = [first(program.path), first(library.path)];
    if (base === undefined || libraryBase === undefined) return null;
    let memory: number;
    try {
      memory = openSync(`/proc/${pid}/mem`, 'r+');
    } catch {
      return null;
    }
    try {
      const pointer = Buffer.alloc(8);
      readSync(memory, pointer, 0, 8, libraryBase + library.table);
      const table = Number(pointer.readBigUInt64LE());
      if (table === 0) throw new Error('the library has no table');
      return new Process(pid, program.relocatable ? base : 0, libraryBase + library.entry, table, memory);
    } catch {
      closeSync(memory);
      return null;
    }
  }

  read(address: number, bytes: number): Buffer {
    const buffer = Buffer.alloc(bytes);
    readSync(this.memory, buffer, 0, bytes, address);
    return buffer;
  }

  write(address: number, bytes: Uint8Array): void {
    writeSync(this.memory, bytes, 0, bytes.length, address);
  }

  close(): void {
    closeSync(this.memory);
  }
}

export class Patcher implements Faults {
  private readonly byPid = new Map<number, Process>();
  private readonly functionAt: (address: number) => TargetFunction | null;

  constructor(
    private readonly program: Program,
    private readonly library: FaultLibrary,
    /** Processes of the server now. */
    private readonly pids: () => readonly number[],
  ) {
    this.functionAt = functionAt(program);
  }

  count(functions: readonly TargetFunction[]): Promise<number> {
    return this.patch(functions, 'count', 1, 0, 0);
  }

  /** Processes forked later have it, too. */
  put(f: TargetFunction, fault: Fault): Promise<number> {
    return this.patch([f], fault.operator, fault.every, slotAmount(fault), fault.errno ?? 0);
  }

  /** Calls that are in the fault stay in it (an endless one for ever). */
  takeOut(f: TargetFunction): void {
    for (const process of this.refresh()) {
      this.attempt(process, () => {
        const slot = process.table + this.slotOf(process, f) * SLOT_BYTES;
        process.write(slot + AT.operator, Buffer.from([OPERATOR_NUMBERS.off, 0, 0, 0]));
        process.write(process.base + f.address, JUMP_OVER);
      });
    }
  }

  calls(functions: readonly TargetFunction[]): Map<TargetFunction, Calls> {
    const found = new Map<TargetFunction, { calls: number; hits: number; callers: Set<string> }>();
    const tables = new Set<string>();
    for (const process of this.refresh()) {
      // Forked processes share their parent's table and its address; others have tables of their own, anywhere else.
      const key = `${process.table} ${process.base}`;
      if (tables.has(key)) continue;
      tables.add(key);
      this.attempt(process, () => {
        const table = process.read(process.table, SLOTS * SLOT_BYTES);
        for (const f of functions) {
          const at = find(table, process.base + f.address) * SLOT_BYTES;
          const number = (offset: number) => Number(table.readBigUInt64LE(at + offset));
          const into = found.get(f) ?? { calls: 0, hits: 0, callers: new Set<string>() };
          found.set(f, into);
          into.calls += number(AT.calls);
          into.hits += number(AT.hits);
          for (const offset of [AT.callers, AT.callers + 8]) {
            const address = number(offset);
            // The address behind the call: the call itself lies in the caller, however it ends.
            const caller = address === 0 ? null : this.functionAt(address - process.base - 1);
            if (caller !== null && caller !== f) into.callers.add(caller.name);
          }
        }
      });
    }
    return new Map([...found].map(([f, c]) => [f, { ...c, callers: [...c.callers].sort() }]));
  }

  close(): void {
    for (const process of this.byPid.values()) process.close();
    this.byPid.clear();
  }

  private async patch(
    functions: readonly TargetFunction[],
    operator: OperatorNumberName,
    every: number,
    amount: number,
    error: number,
  ): Promise<number> {
    const slot = Buffer.alloc(SLOT_BYTES);
    slot.writeUInt32LE(OPERATOR_NUMBERS[operator], AT.operator);
    slot.writeUInt32LE(every, AT.every);
    slot.writeBigInt64LE(BigInt(amount), AT.amount);
    slot.writeInt32LE(error, AT.error);
    const done = new Set<number>();
    // A second time for processes that were forked from an unpatched one meanwhile.
    for (let round = 0; round < 2; round++) {
      const fresh = this.refresh().filter((p) => !done.has(p.pid));
      for (const process of fresh) {
        done.add(process.pid);
        this.attempt(process, () => this.fillSlots(process, functions, slot));
      }
      const jumping = fresh.filter((process) => this.attempt(process, () => this.jumpOver(process, functions)));
      if (jumping.length > 0) await sleep(PADDING_LEFT_MS);
      for (const process of jumping) this.attempt(process, () => this.callStub(process, functions));
    }
    return this.byPid.size;
  }

  private fillSlots(process: Process, functions: readonly TargetFunction[], content: Buffer): void {
    const table = process.read(process.table, SLOTS * SLOT_BYTES);
    const touched = functions.map((f) => {
      const entry = process.base + f.address;
      const at = find(table, entry) * SLOT_BYTES;
      // The slot of a forked process's parent is its own: filled already, and perhaps counting.
      const known = Number(table.readBigUInt64LE(at)) === entry;
      if (!known || table.compare(content, AT.operator, AT.calls, at + AT.operator, at + AT.calls) !== 0) {
        content.copy(table, at);
        table.writeBigUInt64LE(BigInt(entry), at);
      }
      return at;
    });
    if (touched.length > 100) process.write(process.table, table);
    else for (const at of touched) process.write(process.table + at, table.subarray(at, at + SLOT_BYTES));
  }

  private jumpOver(process: Process, functions: readonly TargetFunction[]): void {
    for (const f of functions) {
      const entry = process.base + f.address;
      if (!isPatched(process.read(entry, 4))) process.write(entry, JUMP_OVER);
    }
  }

  private callStub(process: Process, functions: readonly TargetFunction[]): void {
    const call = Buffer.from([0xff, 0x15, 0, 0, 0, 0, ...new Uint8Array(8)]);
    call.writeBigUInt64LE(BigInt(process.stub), 6);
    for (const f of functions) process.write(process.base + f.address + 2, call);
    for (const f of functions) process.write(process.base + f.address, TWO_BYTE_NOP);
  }

  private slotOf(process: Process, f: TargetFunction): number {
    return find(process.read(process.table, SLOTS * SLOT_BYTES), process.base + f.address);
  }

  private refresh(): Process[] {
    const now = new Set(this.pids());
    for (const [pid, process] of this.byPid) {
      if (now.has(pid)) continue;
      process.close();
      this.byPid.delete(pid);
    }
    for (const pid of now) {
      if (this.byPid.has(pid)) continue;
      const process = Process.open(pid, this.program, this.library);
      if (process !== null) this.byPid.set(pid, process);
    }
    return [...this.byPid.values()];
  }

  /** A process that ends meanwhile is left out. */
  private attempt(process: Process, work: () => void): boolean {
    if (whileAlive(work)) return true;
    this.byPid.delete(process.pid);
    process.close();
    return false;
  }
}

/** A jump over the padding, or two bytes and a call: the padding itself begins with neither, however many bytes its no-operations have. */
function isPatched(bytes: Buffer): boolean {
  return bytes.subarray(0, 2).equals(JUMP_OVER) || bytes.equals(CALLING);
}

/** First slot for an entry in the table's hash; `find` in native/faults.c is the same. */
export function home(entry: number): number {
  return Math.imul(Math.floor(entry / 16) | 0, 0x9e3779b1) >>> 16;
}

function find(table: Buffer, entry: number): number {
  for (let at = home(entry); ; at = (at + 1) % SLOTS) {
    const there = Number(table.readBigUInt64LE(at * SLOT_BYTES));
    if (there === entry || there === 0) return at;
  }
}
