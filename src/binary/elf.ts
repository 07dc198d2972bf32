/**
 * Functions and machine code of an ELF file, 32 and 64 bit, either byte order, from its bytes alone.
 * Format: System V ABI, chapters 4 "Object Files" and 5; elf(5).
 */
import { normaliseName } from '../signatures/names.js';
import { guarded } from './elf-fields.js';
import {
  type ElfSegment,
  ElfTables,
  type Extent,
  type ProgramHeader,
  type Section,
  SHF_EXECINSTR,
  SHT_DYNSYM,
  SHT_NOBITS,
  SHT_NOTE,
  SHT_REL,
  SHT_RELA,
  SHT_SYMTAB,
} from './elf-tables.js';

/** Machines whose direct calls call-graph.ts can read (e_machine). */
export const EM_386 = 3;
export const EM_X86_64 = 62;
export const EM_AARCH64 = 183;

/** Program headers: what is loaded, and where the table of the unwinder lies (LSB, "Program Header"). */
const [PT_LOAD, PT_INTERP, PT_NOTE, PT_GNU_EH_FRAME] = [1, 3, 4, 0x6474e550];
/** e_type: not yet linked; a program at fixed addresses. */
const [ET_REL, ET_EXEC] = [1, 2];
const NT_GNU_BUILD_ID = 3;
const [STT_FUNC, STT_GNU_IFUNC] = [2, 10];

export interface ElfFunction {
  /** As in the symbol table (mangled, with clone suffixes). */
  readonly name: string;
  /** Virtual address in the file (before the loader moves it). */
  readonly address: number;
  /** Bytes; 0 where the table does not say. */
  readonly size: number;
}

export interface ElfCode {
  readonly section: string;
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Bytes of a section, and where the loader puts them. */
export interface ElfPart {
  readonly address: number;
  /** Where they stand in the file, for messages. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Name of a separate file of symbols (`.gnu_debuglink`) and its CRC-32. */
export interface DebugLink {
  readonly name: string;
  readonly crc: number;
}

export interface ElfFile {
  readonly machine: number;
  /** Not yet linked (ET_REL): its addresses mean nothing. */
  readonly relocatable: boolean;
  /** Where the execution of a program begins (`_start`), 0 for a library. */
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  /** Hexadecimal, '' where the file has none. The same in a binary and in the file of its symbols. */
  readonly buildId: string;
  readonly debugLink: DebugLink | null;
  /** `.eh_frame`, `.eh_frame_hdr`: what unwinders read (eh-frame.ts). */
  readonly ehFrame: ElfPart | null;
  readonly ehFrameHeader: ElfPart | null;
  /** The segments with their bytes, where the file has no section headers and nothing else tells what is where; else empty. */
  readonly loaded: readonly ElfPart[];
  /** `.gnu_debugdata`: an ELF file with a symbol table, packed with xz. */
  readonly miniDebugInfo: Uint8Array | null;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** Defined functions, by address; several names may share one. */
  readonly functions: readonly ElfFunction[];
  /** Sections that hold machine code, by address. */
  readonly code: readonly ElfCode[];
  /** Slots of the global offset table that the linker fills with a function of this very file: slot -> name of the function. */
  readonly slots: ReadonlyMap<number, string>;
  /** Slots that it fills with functions of libraries: slot -> name. */
  readonly imports: ReadonlyMap<number, string>;
  /** False: stripped, only exported names are left. */
  readonly hasSymbolTable: boolean;
}

interface ElfSymbol extends ElfFunction {
  readonly section: number;
}

/** Reads an ELF file; `path` is for messages. Throws `input-format` when it is none, `input-damaged` when it is cut. */
export function readElf(bytes: Uint8Array, path = ''): ElfFile {
  return guarded(bytes, path, () => new ElfReader(bytes).read());
}

/**
 * What `readElf` looks at, for a file that is too large to be read as a whole: first the tables of headers, then the parts that these name.
 * Before it is asked for the next step, `bytes` must hold what the last one named, and its first 64 bytes at the beginning. Throws as `readElf`.
 */
export function* neededParts(bytes: Uint8Array, path = ''): Generator<readonly Extent[]> {
  const reader = guarded(bytes, path, () => new ElfTables(bytes));
  yield guarded(bytes, path, () => reader.headerTables());
  yield guarded(bytes, path, () => reader.sectionNames());
  yield guarded(bytes, path, () => reader.usedParts());
}

/** Distinct names of the functions, as `normaliseName` makes them, without what compiler and linker add around the program. */
export function functionNames(elf: ElfFile): string[] {
  const added =
    /^(?:_start|_init|_fini|frame_dummy|(?:de)?register_tm_clones|__do_global_[cd]tors_aux|_dl_relocate_static_pie)$/;
  const names = new Set(
    elf.functions.map((f) => normaliseName(f.name)).filter((name) => name !== '' && !added.test(name)),
  );
  return [...names].sort();
}

/** Without its version. */
export function bareName(name: string): string {
  const at = name.indexOf('@');
  return at < 0 ? name : name.slice(0, at);
}

/** By address and name. Of those at one address whose names differ in their versions only, the first. */
function distinct(functions: ElfFunction[]): ElfFunction[] {
  functions.sort((a, b) => a.address - b.address);
  const found: ElfFunction[] = [];
  for (let from = 0, to: number; from < functions.length; from = to) {
    const { address } = functions[from]!;
    for (to = from + 1; functions[to]?.address === address;) to++;
    if (to === from + 1) {
      found.push(functions[from]!);
      continue;
    }
    const byName = new Map<string, ElfFunction>();
    for (const f of functions.slice(from, to)) if (!byName.has(bareName(f.name))) byName.set(bareName(f.name), f);
    found.push(...[...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }
  return found;
}

class ElfReader extends ElfTables {
  read(): ElfFile {
    const headers = this.programHeaders();
    const segments = headers.filter((h) => h.type === PT_LOAD);
    const sections = this.sections();
    const tables = sections.filter((s) => s.type === SHT_SYMTAB || s.type === SHT_DYNSYM);
    const functions: ElfFunction[] = [];
    for (const table of tables) {
      for (let index = 0; index < this.symbolCount(table); index++) {
        if (!this.isFunction(table, index)) continue;
        const { name, address, size, section } = this.symbol(table, index, sections);
        if (section !== 0 && name !== '') functions.push({ name, address, size });
      }
    }
    const code = sections
      .filter((s) => (s.flags & SHF_EXECINSTR) !== 0 && s.type !== SHT_NOBITS && s.size > 0)
      .map((s) => ({ section: s.name, address: s.address, bytes: this.slice(s.offset, s.size) }));
    return {
      machine: this.half(18),
      bits: this.wide ? 64 : 32,
      littleEndian: this.little,
      functions: distinct(functions),
      code: code.sort((a, b) => a.address - b.address),
      ...this.slots(sections),
      relocatable: this.half(16) === ET_REL,
      entry: this.half(16) === ET_EXEC || headers.some((h) => h.type === PT_INTERP) ? this.word(24) : 0,
      segments,
      buildId: this.buildId(sections, headers),
      debugLink: this.debugLink(sections),
      ehFrame: this.part(sections, '.eh_frame'),
      // A file of symbols keeps the program headers of the binary, whose bytes it has not.
      ehFrameHeader:
        sections.length > 0
          ? this.part(sections, '.eh_frame_hdr')
          : this.mapped(headers.find((h) => h.type === PT_GNU_EH_FRAME)),
      loaded: sections.length > 0 ? [] : segments.map((s) => this.mapped(s)!),
      miniDebugInfo: this.part(sections, '.gnu_debugdata')?.bytes ?? null,
      hasSymbolTable: sections.some((s) => s.type === SHT_SYMTAB),
    };
  }

  /** A section by its name; null where it is missing, or only its place is left (in a file of symbols). */
  private part(sections: readonly Section[], name: string): ElfPart | null {
    const section = sections.find((s) => s.name === name);
    return section === undefined || section.type === SHT_NOBITS || section.size === 0 ? null : this.mapped(section);
  }

  private mapped(from: { offset: number; address: number; size: number } | undefined): ElfPart | null {
    if (from === undefined) return null;
    return { address: from.address, offset: from.offset, bytes: this.slice(from.offset, from.size) };
  }

  private buildId(sections: readonly Section[], headers: readonly ProgramHeader[]): string {
    const notes = [
      ...sections.filter((s) => s.type === SHT_NOTE && s.size > 0),
      ...headers.filter((h) => h.type === PT_NOTE && sections.length === 0),
    ];
    for (const { offset, size } of notes) {
      // A note: lengths of name and content, type, both padded to four bytes.
      for (let at = offset; at + 12 <= offset + size;) {
        const [nameSize, length] = [this.int(at), this.int(at + 4)];
        const content = at + 12 + ((nameSize + 3) & ~3);
        if (this.int(at + 8) === NT_GNU_BUILD_ID && nameSize === 4 && this.text(at + 12) === 'GNU')
          return Buffer.from(this.slice(content, length)).toString('hex');
        at = content + ((length + 3) & ~3);
        if (at <= offset) throw new RangeError('note beyond the end');
      }
    }
    return '';
  }

  private debugLink(sections: readonly Section[]): DebugLink | null {
    const part = this.part(sections, '.gnu_debuglink');
    if (part === null || part.bytes.length < 8) return null;
    return { name: this.text(part.offset), crc: this.int(part.offset + part.bytes.length - 4) };
  }

  private symbolCount(table: Section): number {
    return Math.floor(table.size / this.symbolSize(table));
  }

  private symbolSize(table: Section): number {
    return table.entrySize || (this.wide ? 24 : 16);
  }

  private typeOf(table: Section, index: number): number {
    return this.byte(table.offset + index * this.symbolSize(table) + (this.wide ? 4 : 12)) & 15;
  }

  private isFunction(table: Section, index: number): boolean {
    const type = this.typeOf(table, index);
    return type === STT_FUNC || type === STT_GNU_IFUNC;
  }

  private symbol(table: Section, index: number, sections: readonly Section[]): ElfSymbol {
    const at = table.offset + index * this.symbolSize(table);
    return {
      name: this.text((sections[table.link]?.offset ?? 0) + this.int(at)),
      section: this.half(at + (this.wide ? 6 : 14)),
      address: this.word(at + (this.wide ? 8 : 4)),
      size: this.word(at + (this.wide ? 16 : 8)),
    };
  }

  /** Relocations with a function as their symbol (those of the linkage table, and of -fno-plt), defined here or elsewhere. */
  private slots(sections: readonly Section[]): Pick<ElfFile, 'slots' | 'imports'> {
    const slots = new Map<number, string>();
    const imports = new Map<number, string>();
    for (const table of sections) {
      if (table.type !== SHT_RELA && table.type !== SHT_REL) continue;
      const symbolTable = sections[table.link];
      if (symbolTable === undefined || symbolTable.type !== SHT_DYNSYM) continue;
      const symbols = this.symbolCount(symbolTable);
      const entrySize = table.entrySize || (table.type === SHT_RELA ? 3 : 2) * (this.wide ? 8 : 4);
      for (let at = table.offset; at + entrySize <= table.offset + table.size; at += entrySize) {
        // r_info: symbol in the upper half (64 bit) or above the low byte (32 bit).
        const index = this.wide ? this.int(at + (this.little ? 12 : 8)) : this.int(at + 4) >>> 8;
        if (index >= symbols || this.typeOf(symbolTable, index) !== STT_FUNC) continue;
        const { section, name } = this.symbol(symbolTable, index, sections);
        (section === 0 ? imports : slots).set(this.word(at), name);
      }
    }
    return { slots, imports };
  }
}
