/**
 * Where functions begin and end, from what unwinders read: `.eh_frame` holds an entry (FDE) for each piece of machine code that the
 * compiler made, and `strip` leaves it alone. It has no names.
 * Format: LSB Core, "Exception Frames"; DWARF 4, 6.4.1; pointer encodings: LSB Core, 10.5.
 */
import { PerfscopeError } from '../errors.js';
import type { ElfFile, ElfPart } from './elf.js';

export interface CodeRange {
  /** Virtual address in the file. */
  readonly start: number;
  /** Of the first byte behind it. */
  readonly end: number;
}

/** DW_EH_PE_*: form of a pointer in the low half, what it is relative to in the high one. */
const [ABSOLUTE, ULEB, SLEB, OMIT, INDIRECT] = [0x00, 0x01, 0x09, 0xff, 0x80];
const [PC_RELATIVE, DATA_RELATIVE] = [0x10, 0x30];
/** A length of so many bits set says that the true one follows in 8 bytes. */
const LONG = 0xffffffff;

/**
 * The ranges of `elf`, by their starts, each once; none for a file that is not linked. They may be parts of functions: compilers put
 * code that is rarely run apart. Throws `input-damaged` with the offset in the file. O(bytes of the section).
 */
export function codeRanges(elf: ElfFile, path = ''): CodeRange[] {
  if (elf.relocatable) return [];
  const ranges = new EhFrameReader(elf, path).read().filter(({ start, end }) => start > 0 && end > start);
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  return ranges.filter((range, i) => i === 0 || range.start !== ranges[i - 1]!.start);
}

class EhFrameReader {
  private view: DataView = new DataView(new ArrayBuffer(0));
  private part: ElfPart = { address: 0, offset: 0, bytes: new Uint8Array(0) };
  private at = 0;
  /** By the place of a CIE in the section: how its FDEs write pointers. */
  private readonly encodings = new Map<number, number>();

  constructor(
    private readonly elf: ElfFile,
    private readonly path: string,
  ) {}

  read(): CodeRange[] {
    const { ehFrame, ehFrameHeader } = this.elf;
    try {
      if (ehFrame !== null) return this.all(ehFrame);
      return ehFrameHeader === null ? [] : this.listed(ehFrameHeader);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.damaged('it is cut off');
    }
  }

  /** One entry after the other, up to the one of length 0. */
  private all(part: ElfPart): CodeRange[] {
    this.use(part, 0);
    const ranges: CodeRange[] = [];
    while (this.at + 4 <= part.bytes.length) {
      const entry = this.entry();
      if (entry === null) break;
      if (entry.range !== null) ranges.push(entry.range);
      this.at = entry.end;
    }
    return ranges;
  }

  /** The entries that the unwinder's table lists: a file without section headers has nothing else. */
  private listed(header: ElfPart): CodeRange[] {
    this.use(header, 0);
    const version = this.byte();
    if (version !== 1) throw this.damaged(`.eh_frame_hdr has version ${version}, not 1`);
    const [frame, count, table] = [this.byte(), this.byte(), this.byte()];
    this.pointer(frame);
    if (count === OMIT || table === OMIT) return [];
    const entries = this.pointer(count);
    const places: number[] = [];
    for (let i = 0; i < entries; i++) {
      this.pointer(table, header.address);
      places.push(this.pointer(table, header.address));
    }
    const ranges: CodeRange[] = [];
    for (const place of places) {
      const segment = this.elf.segments.find((s) => place >= s.address && place < s.address + s.size);
      const part = segment === undefined ? null : this.segmentAt(segment.address);
      if (part === null) throw this.damaged('.eh_frame_hdr lists an entry outside of the file');
      this.use(part, place - part.address);
      const range = this.entry()?.range;
      if (range != null) ranges.push(range);
    }
    return ranges;
  }

  private segmentAt(address: number): ElfPart | null {
    return this.elf.loaded.find((part) => part.address === address) ?? null;
  }

  /** The entry at `at`: its range, null for a CIE; null for the end of the section. */
  private entry(): { range: CodeRange | null; end: number } | null {
    let length = this.int();
    if (length === 0) return null;
    if (length === LONG) length = this.long();
    const idAt = this.at;
    const end = idAt + length;
    if (end > this.view.byteLength) {
      this.at = idAt;
      throw this.damaged('an entry reaches beyond the end of its section');
    }
    const id = this.int();
    if (id === 0) {
      if (!this.encodings.has(idAt)) this.encodings.set(idAt, this.cie());
      return { range: null, end };
    }
    // The distance to the CIE, from this field back to the beginning of its entry.
    const encoding = this.encodingAt(idAt - id);
    const start = this.pointer(encoding);
    const size = this.pointer(encoding & 0x0f);
    return { range: { start, end: start + size }, end };
  }

  /** How the FDEs of the CIE write pointers whose entry begins at `entryAt`. */
  private encodingAt(entryAt: number): number {
    const back = this.at;
    this.at = entryAt;
    if (entryAt < 0 || entryAt + 8 > this.view.byteLength) {
      this.at = back;
      throw this.damaged('an entry names a CIE outside of its section');
    }
    if (this.int() === LONG) this.long();
    const idAt = this.at;
    let encoding = this.encodings.get(idAt);
    if (encoding === undefined) {
      if (this.int() !== 0) throw this.damaged('an entry names a CIE where none is');
      this.encodings.set(idAt, (encoding = this.cie()));
    }
    this.at = back;
    return encoding;
  }

  /** Reads a CIE behind its id; gives the encoding of its FDEs' pointers. */
  private cie(): number {
    const version = this.byte();
    if (version !== 1 && version !== 3 && version !== 4)
      throw this.damaged(`a CIE has version ${version}, not 1, 3 or 4`);
    let augmentation = '';
    for (let c = this.byte(); c !== 0; c = this.byte()) augmentation += String.fromCharCode(c);
    if (version === 4) this.at += 2;
    // GCC before 3.0: a pointer to its own table.
    if (augmentation.startsWith('eh')) this.at += this.elf.bits / 8;
    this.leb();
    this.leb();
    if (version === 1) this.byte();
    else this.leb();
    if (!augmentation.startsWith('z')) return ABSOLUTE;
    this.leb();
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') return this.byte();
      if (letter === 'P') this.pointer(this.byte() & ~INDIRECT);
      else if (letter === 'L') this.byte();
      // S: a signal's frame, B and G: protection of arm64. None has data.
      else if (!'SBG'.includes(letter)) throw this.damaged(`a CIE has the unknown augmentation "${augmentation}"`);
    }
    return ABSOLUTE;
  }

  /** A pointer at `at`; `data`: what DW_EH_PE_datarel is relative to. */
  private pointer(encoding: number, data = 0): number {
    const here = this.part.address + this.at;
    const value = this.encoded(encoding & 0x0f);
    const relative = encoding & 0x70;
    if (relative === 0) return value;
    if (relative === PC_RELATIVE) return this.wrapped(here + value);
    if (relative === DATA_RELATIVE) return this.wrapped(data + value);
    throw this.damaged(`a pointer has the unknown encoding 0x${encoding.toString(16)}`);
  }

  private encoded(form: number): number {
    const little = this.elf.littleEndian;
    const from = this.at;
    switch (form) {
      case ABSOLUTE:
        return this.elf.bits === 64 ? this.long() : this.int();
      case ULEB:
        return this.leb();
      case SLEB:
        return this.leb(true);
      case 0x02:
        this.at += 2;
        return this.view.getUint16(from, little);
      case 0x0a:
        this.at += 2;
        return this.view.getInt16(from, little);
      case 0x03:
        return this.int();
      case 0x0b:
        this.at += 4;
        return this.view.getInt32(from, little);
      case 0x04:
        return this.long();
      case 0x0c:
        return this.long(true);
      default:
        throw this.damaged(`a pointer has the unknown form 0x${form.toString(16)}`);
    }
  }

  private wrapped(address: number): number {
    return this.elf.bits === 64 ? address : address >>> 0;
  }

  private use(part: ElfPart, at: number): void {
    if (part !== this.part) {
      this.part = part;
      this.view = new DataView(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength);
      this.encodings.clear();
    }
    this.at = at;
  }

  private byte(): number {
    return this.view.getUint8(this.at++);
  }

  private int(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, this.elf.littleEndian);
  }

  private long(signed = false): number {
    this.at += 8;
    const little = this.elf.littleEndian;
    const value = signed ? this.view.getBigInt64(this.at - 8, little) : this.view.getBigUint64(this.at - 8, little);
    return Number(value);
  }

  private leb(signed = false): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return signed && (byte & 0x40) !== 0 ? value - scale : value;
    }
  }

  private damaged(what: string): PerfscopeError {
    return new PerfscopeError(
      'input-damaged',
      `the table of the unwinder (.eh_frame) cannot be read: ${what}`,
      { path: this.path, offset: this.part.offset + this.at },
      "Copy the program's executable file again.",
    );
  }
}
