/** The tables of an ELF file's headers: its sections, and what the loader maps. Format: System V ABI, chapters 4 and 5; elf(5). */
import { ElfFields } from './elf-fields.js';

export const [SHT_SYMTAB, SHT_RELA, SHT_NOTE, SHT_NOBITS, SHT_REL, SHT_DYNSYM] = [2, 4, 7, 8, 9, 11];
export const SHF_EXECINSTR = 4;
const PF_X = 1;

/** A part of the file that the loader maps. */
export interface ElfSegment {
  readonly offset: number;
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
  readonly executable: boolean;
}

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
}

/** Any program header: a segment to map if its type says so. */
export type ProgramHeader = ElfSegment & { readonly type: number };

/** A stretch of the file. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

export class ElfTables extends ElfFields {
  headerTables(): Extent[] {
    const programs = {
      offset: this.word(this.wide ? 32 : 28),
      size: this.half(this.wide ? 54 : 42) * this.half(this.wide ? 56 : 44),
    };
    const entrySize = this.half(this.wide ? 58 : 46);
    // Without a number of sections here it stands in the first one; so many nobody has.
    const count = this.half(this.wide ? 60 : 48) || 2 ** 17;
    return [programs, { offset: this.word(this.wide ? 40 : 32), size: entrySize * count }];
  }

  sectionNames(): Extent[] {
    return this.rawSections().names;
  }

  usedParts(): Extent[] {
    const sections = this.sections();
    if (sections.length === 0) return [{ offset: 0, size: this.bytes.length }];
    const used = new Set<Section>();
    for (const s of sections) {
      const isUsed =
        [SHT_SYMTAB, SHT_DYNSYM, SHT_RELA, SHT_REL, SHT_NOTE].includes(s.type) ||
        (s.flags & SHF_EXECINSTR) !== 0 ||
        /^\.(?:eh_frame|eh_frame_hdr|gnu_debuglink|gnu_debugdata)$/.test(s.name);
      if (!isUsed || s.type === SHT_NOBITS) continue;
      used.add(s);
      const strings = sections[s.link];
      if ((s.type === SHT_SYMTAB || s.type === SHT_DYNSYM) && strings !== undefined) used.add(strings);
    }
    return [...used];
  }

  sections(): Section[] {
    const { raw, names } = this.rawSections();
    return raw.map((s) => ({ ...s, name: names.length === 0 ? '' : this.text(names[0]!.offset + s.nameOffset) }));
  }

  /** Without their names, and the section that holds these. */
  private rawSections(): { raw: (Section & { nameOffset: number })[]; names: Section[] } {
    const table = this.word(this.wide ? 40 : 32);
    const entrySize = this.half(this.wide ? 58 : 46);
    if (table === 0) return { raw: [], names: [] };
    // Counts that do not fit their 16 bits stand in the first section's header instead.
    const first = this.section(table);
    const count = this.half(this.wide ? 60 : 48) || first.size;
    const namesIndex = this.half(this.wide ? 62 : 50);
    const raw = Array.from({ length: count }, (_, i) => this.section(table + i * entrySize));
    const names = raw[namesIndex === 0xffff ? first.link : namesIndex];
    return { raw, names: names === undefined ? [] : [names] };
  }

  private section(at: number): Section & { nameOffset: number } {
    const [flags, address, offset, size, link, entrySize] = this.wide
      ? [8, 16, 24, 32, 40, 56]
      : [8, 12, 16, 20, 24, 36];
    return {
      name: '',
      nameOffset: this.int(at),
      type: this.int(at + 4),
      flags: this.word(at + flags!),
      address: this.word(at + address!),
      offset: this.word(at + offset!),
      size: this.word(at + size!),
      link: this.int(at + link!),
      entrySize: this.word(at + entrySize!),
    };
  }

  programHeaders(): ProgramHeader[] {
    const table = this.word(this.wide ? 32 : 28);
    const entrySize = this.half(this.wide ? 54 : 42);
    const count = table === 0 ? 0 : this.half(this.wide ? 56 : 44);
    return Array.from({ length: count }, (_, i) => {
      const at = table + i * entrySize;
      return {
        type: this.int(at),
        offset: this.word(at + (this.wide ? 8 : 4)),
        address: this.word(at + (this.wide ? 16 : 8)),
        size: this.word(at + (this.wide ? 32 : 16)),
        executable: (this.int(at + (this.wide ? 4 : 24)) & PF_X) !== 0,
      };
    });
  }
}
