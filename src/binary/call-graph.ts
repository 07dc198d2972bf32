/**
 * Which function calls which, from machine code: direct calls and tail jumps, no source and no disassembler needed.
 *
 * x86: every byte that could begin `call rel32` (E8), `jmp rel32` (E9) or `jcc rel32` (0F 80..8F) is tried, and counts when its target is
 * exactly the first byte of a known function. Instructions are not decoded, so a byte inside another instruction may be tried too;
 * but that its four followers then point at one of n function starts has a chance of n / 2^32 (10,000 functions, 10 MB of code:
 * one false edge in forty such programs). That is more robust than a linear disassembly, which loses its step at data in the code.
 * A short jump (EB) is believed only as the last instruction of a function: anywhere else its near targets make chance hits common;
 * a short tail jump out of the middle of a function is missed. Calls through the linkage table (`call f@plt`, `call *slot(%rip)`)
 * are followed to functions of this file and to the names of imported ones.
 * arm64: `bl` and `b` at every aligned word. Calls through pointers are not seen.
 */
import { PerfscopeError } from '../errors.js';
import { normaliseName } from '../signatures/names.js';
import { EM_386, EM_AARCH64, EM_X86_64, type ElfCode, type ElfFile } from './elf.js';

/** Callers and callees by number: function i calls `callees[offsets[i] .. offsets[i + 1])`, rising, each once. */
export interface CallGraph {
  /** Normalised names, sorted; clones and cold parts of a function are the function. */
  readonly names: readonly string[];
  readonly offsets: Uint32Array;
  readonly callees: Uint32Array;
  /** Functions of libraries that are called through the linkage table (x86-64): i calls
   * `imports[importCallees[importOffsets[i] .. importOffsets[i + 1])]`. */
  readonly imports: readonly string[];
  readonly importOffsets: Uint32Array;
  readonly importCallees: Uint32Array;
}

/** The direct calls in `elf`. Throws `input-format` for machines other than x86 and arm64. O(code bytes). */
export function readCallGraph(elf: ElfFile, path = ''): CallGraph {
  if (![EM_386, EM_X86_64, EM_AARCH64].includes(elf.machine)) {
    throw new PerfscopeError(
      'input-format',
      `direct calls cannot be read from code of this machine (ELF machine ${elf.machine})`,
      { path },
      'Leave --binary out; x86-64, i386 and arm64 are known.',
    );
  }
  const starts = new FunctionStarts(elf);
  const edges = new Set<number>();
  const count = starts.names.length + starts.imports.length;
  const add = (from: number, target: number, tail: boolean): void => {
    const callees = starts.at(target);
    if (callees === undefined) return;
    const callers = starts.containing(from);
    for (const caller of callers) {
      // A jump to its own beginning is a loop.
      for (const callee of callees) if (!tail || caller !== callee) edges.add(caller * count + callee);
    }
  };
  for (const code of elf.code) {
    if (elf.machine === EM_AARCH64) scanArm64(code, add);
    else {
      scanX86(code, elf.machine === EM_X86_64, starts, add);
      scanShortTails(code, starts, add);
    }
  }
  return graphOf(starts.names, starts.imports, edges);
}

type AddEdge = (from: number, target: number, tail: boolean) => void;

function scanX86({ address, bytes }: ElfCode, wide: boolean, starts: FunctionStarts, add: AddEdge): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i + 5 <= bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0xe8 || byte === 0xe9) {
      add(address + i, wrap(address + i + 5 + view.getInt32(i + 1, true), wide), byte === 0xe9);
    } else if (i + 6 > bytes.length) {
      break;
    } else if (byte === 0x0f && (bytes[i + 1]! & 0xf0) === 0x80) {
      add(address + i, wrap(address + i + 6 + view.getInt32(i + 2, true), wide), true);
    } else if (wide && byte === 0xff && (bytes[i + 1] === 0x15 || bytes[i + 1] === 0x25)) {
      // Through a slot; in the linkage table's own stubs no function contains it, so nothing is added.
      const slot = address + i + 6 + view.getInt32(i + 2, true);
      add(address + i, starts.behindSlot(slot) ?? slot, bytes[i + 1] === 0x25);
    }
  }
}

function scanArm64({ address, bytes }: ElfCode, add: AddEdge): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    const word = view.getUint32(i, true);
    const operation = word >>> 26;
    // bl = 100101, b = 000101, each with a signed 26-bit distance in words.
    if (operation === 0x25 || operation === 0x05)
      add(address + i, address + i + ((word << 6) >> 6) * 4, operation === 0x05);
  }
}

/** Tail jumps to a neighbour, `jmp rel8` in the last two bytes of a function. */
function scanShortTails({ address, bytes }: ElfCode, starts: FunctionStarts, add: AddEdge): void {
  for (const end of starts.endsIn(address, address + bytes.length)) {
    const i = end - address - 2;
    if (i >= 0 && bytes[i] === 0xeb) add(end - 2, end + ((bytes[i + 1]! << 24) >> 24), true);
  }
}

/** Addresses wrap around at 4 GB in 32-bit code. */
function wrap(target: number, wide: boolean): number {
  return wide ? target : target >>> 0;
}

/** Functions by first byte and by range. */
class FunctionStarts {
  readonly names: string[];
  /** Library functions, numbered after the names. */
  readonly imports: string[];
  private readonly byAddress = new Map<number, number[]>();
  private readonly addressOfName = new Map<string, number>();
  private readonly slots: ReadonlyMap<number, string>;
  private readonly addresses: Float64Array;
  private readonly ends: Float64Array;
  private readonly owners: number[][] = [];
  private last = 0;

  constructor(elf: ElfFile) {
    const normalised = elf.functions.map((f) => normaliseName(f.name));
    this.names = [...new Set(normalised)].sort();
    this.slots = elf.slots;
    this.imports = [...new Set(elf.imports.values())].sort();
    const number = new Map(this.names.map((name, i) => [name, i]));
    elf.functions.forEach((f, i) => {
      this.addressOfName.set(f.name, f.address);
      const owner = number.get(normalised[i]!)!;
      const here = this.byAddress.get(f.address);
      if (here === undefined) this.byAddress.set(f.address, [owner]);
      else if (!here.includes(owner)) here.push(owner);
    });
    this.addresses = Float64Array.from(this.byAddress.keys()).sort();
    this.owners = Array.from(this.addresses, (a) => this.byAddress.get(a)!);
    const size = new Map<number, number>();
    for (const f of elf.functions) size.set(f.address, Math.max(f.size, size.get(f.address) ?? 0));
    // Without a size (assembly), a function reaches up to the next one.
    this.ends = this.addresses.map((a, i) =>
      size.get(a)! > 0 ? a + size.get(a)! : (this.addresses[i + 1] ?? Infinity),
    );
    // Slots and stubs stand for what they lead to; neither address can be a function's.
    const imported = new Map(this.imports.map((name, i) => [name, [this.names.length + i]]));
    for (const [slot, name] of elf.imports) this.byAddress.set(slot, imported.get(name)!);
    for (const [stub, owners] of this.linkageStubs(elf)) this.byAddress.set(stub, owners);
  }

  at(address: number): readonly number[] | undefined {
    return this.byAddress.get(address);
  }

  behindSlot(slot: number): number | undefined {
    const name = this.slots.get(slot);
    return name === undefined ? undefined : this.addressOfName.get(name);
  }

  /** Where functions of known size end, within (from, to]. */
  *endsIn(from: number, to: number): Generator<number> {
    for (const end of this.ends) if (end > from && end <= to) yield end;
  }

  /** Functions whose code holds `address`; asked in rising order, so the search goes on where it was. */
  containing(address: number): readonly number[] {
    if (this.last > 0 && this.addresses[this.last]! > address) this.last = 0;
    let low = this.last;
    let high = this.addresses.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.addresses[middle]! <= address) low = middle;
      else high = middle;
    }
    this.last = low;
    return this.addresses[low]! <= address && address < this.ends[low]! ? this.owners[low]! : [];
  }

  /** Stubs of the linkage table (`.plt`, `.plt.sec`, `.plt.got`): `jmp *slot(%rip)`, and the functions that they lead to. */
  private linkageStubs(elf: ElfFile): Map<number, number[]> {
    const stubs = new Map<number, number[]>();
    if (elf.machine !== EM_X86_64 || this.slots.size + elf.imports.size === 0) return stubs;
    for (const { section, address, bytes } of elf.code) {
      if (!section.startsWith('.plt')) continue;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i + 6 <= bytes.length; i++) {
        if (bytes[i] !== 0xff || bytes[i + 1] !== 0x25) continue;
        const slot = address + i + 6 + view.getInt32(i + 2, true);
        const owners = this.byAddress.get(this.behindSlot(slot) ?? slot);
        // A stub begins at a multiple of 8, with endbr64 or a bnd prefix before its jump.
        if (owners !== undefined) stubs.set(address + (i - (i % 8)), owners);
      }
    }
    return stubs;
  }
}

function graphOf(names: readonly string[], imports: readonly string[], edges: ReadonlySet<number>): CallGraph {
  const count = names.length + imports.length;
  const sorted = Float64Array.from(edges).sort();
  const side = (from: number, to: number): [Uint32Array, Uint32Array] => {
    const chosen = sorted.filter((edge) => edge % count >= from && edge % count < to);
    const offsets = new Uint32Array(names.length + 1);
    for (const edge of chosen) offsets[Math.floor(edge / count) + 1]!++;
    for (let f = 0; f < names.length; f++) offsets[f + 1]! += offsets[f]!;
    return [offsets, Uint32Array.from(chosen, (edge) => (edge % count) - from)];
  };
  const [offsets, callees] = side(0, names.length);
  const [importOffsets, importCallees] = side(names.length, count);
  return { names, offsets, callees, imports, importOffsets, importCallees };
}
