/**
 * Which function holds an address of a binary. Names and sizes come from symbol tables (the file's own, that of a separate file of
 * symbols, exported names), ranges of what has no name from `.eh_frame`. An exported name holds for the bytes of its function and
 * for no other: what lies behind it is another function, of which then only the range is known. Pure.
 */
import { type CodeRange, codeRanges } from './eh-frame.js';
import { EM_X86_64, type ElfFile, type ElfFunction, bareName } from './elf.js';

export interface FunctionRange extends CodeRange {
  /** As in the symbol tables, the best one first (not internal, short); empty where only the range is known. */
  readonly names: readonly string[];
}

/** Stubs of the linkage table: none of them is a function of the program. */
const LINKAGE = /^\.plt(?:\.|$)/;

export class FunctionTable {
  /** By their starts. Named ranges may overlap (assembly with several entries); they win over unnamed ones. */
  readonly ranges: readonly FunctionRange[];
  private readonly named: RangeIndex;
  private readonly unnamed: RangeIndex;
  private byName: Map<string, number[]> | null = null;

  constructor(named: readonly FunctionRange[], unnamed: readonly FunctionRange[]) {
    this.named = new RangeIndex(named);
    this.unnamed = new RangeIndex(unnamed.filter(({ start, end }) => this.named.find(start) === null && end > start));
    this.ranges = [...this.named.ranges, ...this.unnamed.ranges].sort((a, b) => a.start - b.start);
  }

  /** The function whose code holds the byte at `address`; null for none. */
  find(address: number): FunctionRange | null {
    return this.named.find(address) ?? this.unnamed.find(address);
  }

  /** Addresses of the functions of a name: static functions of several files may share one. */
  starts(name: string): readonly number[] {
    this.byName ??= startsByName(this.named.ranges);
    return this.byName.get(name) ?? [];
  }
}

function startsByName(ranges: readonly FunctionRange[]): Map<string, number[]> {
  const byName = new Map<string, number[]>();
  for (const { start, names } of ranges) {
    for (const name of names) {
      const starts = byName.get(name);
      if (starts === undefined) byName.set(name, [start]);
      else starts.push(start);
    }
  }
  return byName;
}

/** `symbols`: functions that other files name for this binary (a separate file of symbols, mini debug info). */
export function functionTable(elf: ElfFile, symbols: readonly ElfFunction[] = [], path = ''): FunctionTable {
  const code = elf.code.filter(({ section }) => !LINKAGE.test(section));
  const holds = (address: number) => code.find((c) => address >= c.address && address < c.address + c.bytes.length);
  const inCode = (address: number) => (code.length === 0 ? elf.code.length === 0 : holds(address) !== undefined);
  const frames = codeRanges(elf, path).filter(({ start }) => inCode(start));
  const frameEnd = new Map(frames.map(({ start, end }) => [start, end]));

  const names = new Map<number, { readonly names: string[]; end: number }>();
  const add = ({ name, address, size }: ElfFunction): void => {
    if (!inCode(address)) return;
    const bare = bareName(name);
    const end = size > 0 ? address + size : 0;
    const known = names.get(address);
    if (known === undefined) {
      names.set(address, { names: [bare], end });
      return;
    }
    if (!known.names.includes(bare)) known.names.push(bare);
    known.end = Math.max(known.end, end);
  };
  for (const functions of [elf.functions, symbols, entryPoints(elf, frameEnd)]) functions.forEach(add);
  // Where no symbol says how long a function is, the unwinder's table does; else it reaches to the next one (assembly).
  const starts = Float64Array.from(new Set([...names.keys(), ...frameEnd.keys()])).sort();
  const named = [...names].map(([start, known]): FunctionRange => {
    const end = known.end || (frameEnd.get(start) ?? Math.min(nextOf(starts, start), endOf(holds(start))));
    return { start, end, names: known.names.length === 1 ? known.names : known.names.sort(byWorth) };
  });
  const unnamed = frames.filter(({ start }) => !names.has(start)).map((range) => ({ ...range, names: [] }));
  return new FunctionTable(named, unnamed);
}

const endOf = (part: ElfFile['code'][number] | undefined) =>
  part === undefined ? Infinity : part.address + part.bytes.length;

/** The first of these that is larger; they are in order. */
function nextOf(starts: Float64Array, start: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= start) low = middle + 1;
    else high = middle;
  }
  return starts[low] ?? Infinity;
}

/** `_start`, and `main` where the code of `_start` names it: not among the exported names of a stripped program. */
function entryPoints(elf: ElfFile, frameEnd: ReadonlyMap<number, number>): ElfFunction[] {
  const { entry } = elf;
  const code = elf.code.find((c) => entry >= c.address && entry < c.address + c.bytes.length);
  if (entry === 0 || code === undefined) return [];
  const found: ElfFunction[] = [{ name: '_start', address: entry, size: 0 }];
  const end = frameEnd.get(entry) ?? entry;
  const main = mainOf(code.bytes.subarray(entry - code.address, end - code.address), entry, elf.machine);
  if (main !== null && frameEnd.has(main)) found.push({ name: 'main', address: main, size: 0 });
  return found;
}

/** The first argument of __libc_start_main, as glibc's start code loads it: `lea main(%rip),%rdi` or `mov $main,%rdi`. */
function mainOf(bytes: Uint8Array, address: number, machine: number): number | null {
  if (machine !== EM_X86_64) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i + 7 <= bytes.length; i++) {
    if (bytes[i] !== 0x48) continue;
    if (bytes[i + 1] === 0x8d && bytes[i + 2] === 0x3d) return address + i + 7 + view.getInt32(i + 3, true);
    if (bytes[i + 1] === 0xc7 && bytes[i + 2] === 0xc7) return view.getUint32(i + 3, true);
  }
  return null;
}

/** Of several names of one function: a public one before an internal one, a short one before a long one. */
function byWorth(a: string, b: string): number {
  const internal = (name: string) => Number(name.startsWith('_') && !name.startsWith('_Z') && !name.startsWith('_R'));
  return internal(a) - internal(b) || a.length - b.length || (a < b ? -1 : 1);
}

/** Ranges by their starts; of several that hold an address the one that begins last is found. */
class RangeIndex {
  readonly ranges: readonly FunctionRange[];
  private readonly starts: Float64Array;
  /** Per range: the furthest end of it and of all before it. */
  private readonly reach: Float64Array;

  constructor(ranges: readonly FunctionRange[]) {
    this.ranges = [...ranges].sort((a, b) => a.start - b.start || b.end - a.end);
    this.starts = Float64Array.from(this.ranges, (r) => r.start);
    let furthest = 0;
    this.reach = Float64Array.from(this.ranges, (r) => (furthest = Math.max(furthest, r.end)));
  }

  find(address: number): FunctionRange | null {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && this.reach[i]! > address; i--)
      if (this.ranges[i]!.end > address) return this.ranges[i]!;
    return null;
  }
}
