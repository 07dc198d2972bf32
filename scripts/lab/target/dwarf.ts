/**
 * How functions are called: of each function with code of its own the number of its arguments and the kind of its result, from
 * DWARF 4 and 5 debug information of a linked x86-64 program. http://dwarfstd.org, DWARF 5, sections 2.5, 3.3, 5 and 7.5.
 */
export type ValueKind = 'void' | 'int' | 'unsigned' | 'bool' | 'enum' | 'pointer' | 'float' | 'struct' | 'other';

export interface Prototype {
  readonly arguments: number;
  readonly variadic: boolean;
  /** An argument is a structure that is passed on the stack. */
  readonly largeArguments: boolean;
  /** An argument is a structure, of whatever size. */
  readonly structures: boolean;
  /** Of the six for whole numbers and addresses: most that arguments and the place for a structure as a result take. */
  readonly registers: number;
  readonly returns: ValueKind;
  readonly noReturn: boolean;
}

export interface DebugSections {
  readonly info: Uint8Array;
  readonly abbrev: Uint8Array;
  /** Empty where there is none. */
  readonly rnglists: Uint8Array;
}

const TAG = {
  class: 0x02,
  enumeration: 0x04,
  parameter: 0x05,
  pointer: 0x0f,
  reference: 0x10,
  structure: 0x13,
  typedef: 0x16,
  union: 0x17,
  unspecifiedParameters: 0x18,
  base: 0x24,
  const: 0x26,
  subprogram: 0x2e,
  volatile: 0x35,
  restrict: 0x37,
  rvalueReference: 0x42,
  atomic: 0x47,
};
const AT = {
  byteSize: 0x0b,
  lowPc: 0x11,
  abstractOrigin: 0x31,
  encoding: 0x3e,
  specification: 0x47,
  type: 0x49,
  ranges: 0x55,
  noReturn: 0x87,
};

interface Attribute {
  readonly at: number;
  readonly form: number;
  readonly constant: number;
}

interface Abbreviation {
  readonly tag: number;
  readonly children: boolean;
  readonly attributes: readonly Attribute[];
}

/** What is kept of an entry. */
interface Entry {
  readonly tag: number;
  size: number;
  encoding: number;
  type: number;
  lowPc: number;
  origin: number;
  noReturn: boolean;
  parameters: number[];
  variadic: boolean;
}

const NONE = -1;

/** Prototypes by the address at which the function begins. */
export function prototypes(sections: DebugSections): Map<number, Prototype> {
  const entries = new Reader(sections).entries();
  const found = new Map<number, Prototype>();
  for (const entry of entries.values()) {
    if (entry.tag !== TAG.subprogram || entry.lowPc === NONE) continue;
    found.set(entry.lowPc, prototypeOf(entry, entries));
  }
  return found;
}

function prototypeOf(entry: Entry, entries: ReadonlyMap<number, Entry>): Prototype {
  // What a definition leaves out stands in its declaration, and what an instance leaves out in its abstract function.
  const chain = [entry];
  for (let at = entry.origin; at !== NONE && chain.length < 5; at = chain.at(-1)!.origin) {
    const next = entries.get(at);
    if (next === undefined) break;
    chain.push(next);
  }
  const last = chain.findLast((e) => e.parameters.length > 0) ?? entry;
  const type = chain.find((e) => e.type !== NONE)?.type ?? NONE;
  const [returns] = kindOf(type, entries);
  const structures = last.parameters.map((p) => kindOf(p, entries)).filter(([kind]) => kind === 'struct');
  const pairs = structures.filter(([, size]) => size > 8 && size <= 16).length;
  return {
    arguments: last.parameters.length,
    variadic: chain.some((e) => e.variadic),
    largeArguments: structures.some(([, size]) => size > 16),
    structures: structures.length > 0,
    registers: last.parameters.length + pairs + (returns === 'struct' ? 1 : 0),
    returns,
    noReturn: chain.some((e) => e.noReturn),
  };
}

/** Kind and size in bytes of a type. */
function kindOf(type: number, entries: ReadonlyMap<number, Entry>): [ValueKind, number] {
  for (let hops = 0, at = type; hops < 20; hops++) {
    if (at === NONE) return ['void', 0];
    const entry = entries.get(at);
    if (entry === undefined) return ['other', 8];
    switch (entry.tag) {
      case TAG.typedef:
      case TAG.const:
      case TAG.volatile:
      case TAG.restrict:
      case TAG.atomic:
        at = entry.type;
        continue;
      case TAG.base: {
        // DW_ATE_boolean, _float, _unsigned, _unsigned_char (section 7.8)
        const kinds: Record<number, ValueKind> = { 2: 'bool', 4: 'float', 7: 'unsigned', 8: 'unsigned' };
        return [kinds[entry.encoding] ?? 'int', entry.size];
      }
      case TAG.pointer:
      case TAG.reference:
      case TAG.rvalueReference:
        return ['pointer', 8];
      case TAG.enumeration:
        return ['enum', entry.size];
      case TAG.structure:
      case TAG.union:
      case TAG.class:
        return ['struct', entry.size];
      default:
        return ['other', 8];
    }
  }
  return ['other', 8];
}

const KEPT = new Set<number>(Object.values(TAG));

class Reader {
  private readonly view: DataView;
  private at = 0;
  private unit = 0;
  private version = 0;
  private wide = false;
  private readonly found = new Map<number, Entry>();

  constructor(private readonly sections: DebugSections) {
    const { info } = sections;
    this.view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  }

  entries(): Map<number, Entry> {
    while (this.at < this.view.byteLength) this.readUnit();
    return this.found;
  }

  private readUnit(): void {
    this.unit = this.at;
    let length = this.uint(4);
    this.wide = length === 0xffffffff;
    if (this.wide) length = this.uint(8);
    const end = this.at + length;
    this.version = this.uint(2);
    let abbreviationsAt: number;
    if (this.version >= 5) {
      const unitType = this.uint(1);
      this.at++; // size of an address: 8
      abbreviationsAt = this.offset();
      if (unitType !== 1 && unitType !== 3) {
        // Type units and skeletons hold no code.
        this.at = end;
        return;
      }
    } else {
      abbreviationsAt = this.offset();
      this.at++;
    }
    const abbreviations = readAbbreviations(this.sections.abbrev, abbreviationsAt);
    /** The subprogram whose direct children are being read, by depth. */
    const open: (Entry | null)[] = [];
    while (this.at < end) {
      const position = this.at;
      const code = this.leb();
      if (code === 0) {
        open.pop();
        continue;
      }
      const abbreviation = abbreviations.get(code);
      if (abbreviation === undefined)
        throw new Error(`DWARF: no abbreviation ${code} at byte ${position} of .debug_info`);
      const entry = this.readEntry(abbreviation);
      const parent = open.at(-1) ?? null;
      if (abbreviation.tag === TAG.parameter)
        parent?.parameters.push(entry.type !== NONE ? entry.type : this.typeOf(entry.origin));
      else if (abbreviation.tag === TAG.unspecifiedParameters && parent !== null) parent.variadic = true;
      if (KEPT.has(abbreviation.tag)) this.found.set(position, entry);
      if (abbreviation.children) open.push(abbreviation.tag === TAG.subprogram ? entry : null);
    }
    this.at = end;
  }

  /** A function in several pieces (its unlikely code lies elsewhere) begins where the first of its ranges does (section 7.25). */
  private firstOfRanges(offset: number): number {
    const { rnglists } = this.sections;
    // base_address, start_end and start_length have an address of eight bytes; gcc writes these for pieces in different sections.
    if (this.version < 5 || offset + 9 > rnglists.length || ![5, 6, 7].includes(rnglists[offset]!)) return NONE;
    const view = new DataView(rnglists.buffer, rnglists.byteOffset + offset + 1, 8);
    return Number(view.getBigUint64(0, true));
  }

  /** A parameter of an instance names that of its abstract function, which comes first. */
  private typeOf(origin: number): number {
    return this.found.get(origin)?.type ?? NONE;
  }

  private readEntry(abbreviation: Abbreviation): Entry {
    const entry: Entry = {
      tag: abbreviation.tag,
      size: 0,
      encoding: 0,
      type: NONE,
      lowPc: NONE,
      origin: NONE,
      noReturn: false,
      parameters: [],
      variadic: false,
    };
    for (const { at, form, constant } of abbreviation.attributes) {
      const value = this.value(form, constant);
      if (at === AT.byteSize) entry.size = value;
      else if (at === AT.encoding) entry.encoding = value;
      else if (at === AT.type) entry.type = value;
      else if (at === AT.lowPc) entry.lowPc = value;
      else if (at === AT.ranges && abbreviation.tag === TAG.subprogram) entry.lowPc = this.firstOfRanges(value);
      else if (at === AT.abstractOrigin || at === AT.specification) entry.origin = value;
      else if (at === AT.noReturn) entry.noReturn = value !== 0;
    }
    return entry;
  }

  /** Value of a form (section 7.5.6); 0 for strings and blocks. References become offsets in the section. */
  private value(form: number, constant: number): number {
    switch (form) {
      case 0x01: // addr
      case 0x07: // data8
      case 0x20: // ref_sig8
        return this.uint(8);
      case 0x03: // block2
        return this.skip(this.uint(2));
      case 0x04: // block4
        return this.skip(this.uint(4));
      case 0x05: // data2
      case 0x26: // strx2
      case 0x2a: // addrx2
        return this.uint(2);
      case 0x06: // data4
      case 0x28: // strx4
      case 0x2c: // addrx4
        return this.uint(4);
      case 0x08: // string
        while (this.view.getUint8(this.at++) !== 0);
        return 0;
      case 0x09: // block
      case 0x18: // exprloc
        return this.skip(this.leb());
      case 0x0a: // block1
        return this.skip(this.uint(1));
      case 0x0b: // data1
      case 0x0c: // flag
      case 0x25: // strx1
      case 0x29: // addrx1
        return this.uint(1);
      case 0x0d: // sdata
        return this.sleb();
      case 0x0f: // udata
      case 0x1a: // strx
      case 0x1b: // addrx
      case 0x22: // loclistx
      case 0x23: // rnglistx
        return this.leb();
      case 0x0e: // strp
      case 0x10: // ref_addr
      case 0x17: // sec_offset
      case 0x1d: // strp_sup
      case 0x1f: // line_strp
        return this.offset();
      case 0x11:
        return this.unit + this.uint(1);
      case 0x12:
        return this.unit + this.uint(2);
      case 0x13:
        return this.unit + this.uint(4);
      case 0x14:
        return this.unit + this.uint(8);
      case 0x15:
        return this.unit + this.leb();
      case 0x16: // indirect
        return this.value(this.leb(), 0);
      case 0x19: // flag_present
        return 1;
      case 0x1e: // data16
        return this.skip(16);
      case 0x21: // implicit_const
        return constant;
      default:
        throw new Error(`DWARF: form 0x${form.toString(16)} at byte ${this.at} of .debug_info is unknown`);
    }
  }

  private skip(bytes: number): 0 {
    this.at += bytes;
    return 0;
  }

  private uint(bytes: 1 | 2 | 4 | 8): number {
    const at = this.at;
    this.at += bytes;
    if (bytes === 1) return this.view.getUint8(at);
    if (bytes === 2) return this.view.getUint16(at, true);
    if (bytes === 4) return this.view.getUint32(at, true);
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
  }

  private offset(): number {
    return this.uint(this.wide ? 8 : 4);
  }

  private leb(): number {
    const [value, at] = leb128(this.sections.info, this.at);
    this.at = at;
    return value;
  }

  private sleb(): number {
    while (this.view.getUint8(this.at++) >= 0x80);
    return 0;
  }
}

function readAbbreviations(bytes: Uint8Array, offset: number): Map<number, Abbreviation> {
  const table = new Map<number, Abbreviation>();
  let at = offset;
  const next = () => {
    const [value, end] = leb128(bytes, at);
    at = end;
    return value;
  };
  for (let code = next(); code !== 0; code = next()) {
    const tag = next();
    const children = bytes[at++] === 1;
    const attributes: Attribute[] = [];
    for (;;) {
      const [name, form] = [next(), next()];
      // implicit_const: the value stands here. Nothing that is kept is negative.
      const constant = form === 0x21 ? next() : 0;
      if (name === 0 && form === 0) break;
      attributes.push({ at: name, form, constant });
    }
    table.set(code, { tag, children, attributes });
  }
  return table;
}

function leb128(bytes: Uint8Array, offset: number): [number, number] {
  let [value, factor, at] = [0, 1, offset];
  for (;;) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, at];
    factor *= 128;
  }
}
