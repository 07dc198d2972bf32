/**
 * One stretch of CSV to a TraceChunk. Text is scanned as bytes, in place, quoted fields too as long as they are as RFC 4180
 * has them; from the first record on in which they are not, the rest goes through csv-parse.
 */
import { parse } from './library.js';
import type { TraceChunk } from '../../trace/chunk.js';
import { ChunkWriter } from '../../trace/chunk-writer.js';
import { LF, SPACE, endedByNewline, lineEnd, text } from '../../lib/bytes.js';
import { FastRecords } from './fast.js';
import { CPU, type CsvLayout, isRemark } from './layout.js';
import { CsvRow } from './row.js';

/** A short record, for the first estimate of rows. */
const SHORT_RECORD = 40;
const QUOTE = 34;
const HASH = 35;
/** What a drawn line of a table begins with: + - | */
const RULES = new Set([43, 45, 124]);
const CR = 13;
/** Times above are of the wall clock. */
const EPOCH_SECONDS = 1e9;

export class CsvParser {
  private readonly writer: ChunkWriter;
  private readonly row: CsvRow;
  private readonly columns: Int8Array;
  /** The field being read, where it does not stand in the text as it is. */
  private scratch = new Uint8Array(256);
  private readonly bytes: Uint8Array;
  /** null: without it. */
  private readonly fast: FastRecords | null;

  constructor(
    private readonly given: Uint8Array,
    private readonly layout: CsvLayout,
    tid: number,
    fast = FastRecords.ofThread(),
  ) {
    this.fast = FastRecords.reads(layout) ? fast : null;
    this.writer = new ChunkWriter(Math.ceil(given.length / SHORT_RECORD), this.fast?.room(given.length));
    this.writer.hasCpus = layout.columns.includes(CPU);
    this.row = new CsvRow(this.writer, layout, tid);
    this.columns = Int8Array.from(layout.columns);
    this.bytes = given.at(-1) === LF || given.length === 0 ? given : endedByNewline(given);
    this.fast?.begin(this.writer, this.row, this.bytes, layout, tid);
  }

  parse(): TraceChunk {
    const { bytes } = this;
    const from = this.afterHeader(bytes);
    // As a Buffer: its search is five times as fast as that of a Uint8Array.
    const quotes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(QUOTE, from);
    const odd = this.scan(bytes, from, quotes);
    if (odd >= 0) this.relaxed(bytes, odd);
    const { baseSeconds, lastNs } = this.row;
    const clock = baseSeconds < 0 ? 'none' : baseSeconds > EPOCH_SECONDS ? 'epoch' : 'boot';
    return this.writer.finish({ clock, baseSeconds: Math.max(0, baseSeconds), advanceNs: lastNs }, this.given.length);
  }

  /**
   * Reads the records from `from` on. Gives where the first begins whose quotes are odd, -1 when none are; without
   * `quotes` they are letters like others.
   */
  private scan(bytes: Uint8Array, from: number, quotes: boolean): number {
    const { writer, row, columns, fast } = this;
    const { delimiter } = this.layout;
    let p = from;
    while (p < bytes.length) {
      if (fast !== null) p = fast.read(p);
      if (p === bytes.length) break;
      const start = p;
      row.clear();
      let field = 0;
      for (;;) {
        const meaning = field < columns.length ? columns[field]! : -1;
        const open = quotes ? this.quoteAt(bytes, p) : -1;
        if (open >= 0) {
          p = this.quotedField(bytes, open, meaning);
          if (p < 0) return start;
        } else {
          const end = meaning >= 0 ? row.scan(meaning, bytes, p, delimiter) : -1;
          if (end < 0) {
            const first = p;
            while (bytes[p] !== delimiter && bytes[p] !== LF) p++;
            if (meaning >= 0) row.set(meaning, bytes, first, bytes[p] === LF && bytes[p - 1] === CR ? p - 1 : p);
          } else p = end;
        }
        field++;
        if (bytes[p] === LF) break;
        p++;
      }
      writer.lines++;
      this.store(bytes, start, p, field);
      p++;
    }
    return -1;
  }

  /** The quote that the field at `p` begins with, behind blanks too, as RFC 4180 has it not and many programs do; -1 for none. */
  private quoteAt(bytes: Uint8Array, p: number): number {
    let at = p;
    while (bytes[at] === SPACE && this.layout.delimiter !== SPACE) at++;
    return bytes[at] === QUOTE ? at : -1;
  }

  /** Reads the field whose first quote is at `open`. Gives the position behind the field, -1 when it does not end there. */
  private quotedField(bytes: Uint8Array, open: number, meaning: number): number {
    const from = open + 1;
    let p = from;
    let doubled = 0;
    for (; ; p += 2) {
      while (bytes[p] !== QUOTE) if (++p >= bytes.length) return -1;
      if (bytes[p + 1] !== QUOTE) break;
      doubled++;
    }
    let behind = p + 1;
    while (bytes[behind] === SPACE && this.layout.delimiter !== SPACE) behind++;
    if (bytes[behind] === CR && bytes[behind + 1] === LF) behind++;
    if (bytes[behind] !== this.layout.delimiter && bytes[behind] !== LF) return -1;
    if (meaning >= 0 && doubled === 0) this.row.set(meaning, bytes, from, p);
    else if (meaning >= 0) {
      const scratch = this.room(p - from);
      let length = 0;
      for (let q = from; q < p; q++) {
        scratch[length++] = bytes[q]!;
        if (bytes[q] === QUOTE) q++;
      }
      this.row.set(meaning, scratch, 0, length);
    }
    return behind;
  }

  /** Bytes to put a field together in. */
  private room(length: number): Uint8Array {
    if (length > this.scratch.length) this.scratch = new Uint8Array(2 * length);
    return this.scratch;
  }

  /** Takes the record that `row` holds, of bytes[start, end). */
  private store(bytes: Uint8Array, start: number, end: number, fields: number): void {
    const reason = this.row.store();
    if (reason === '') {
      this.fast?.learn();
      return;
    }
    const first = bytes[start];
    if (fields === 1 && (first === LF || first === CR || start === end)) return;
    if (first === HASH || ((fields <= 2 || RULES.has(first)) && isRemark(text(bytes, start, end).trimEnd())))
      this.writer.notices++;
    else this.writer.skip(bytes, start, end, reason);
  }

  /** The header only stands in the first stretch; other programs begin with a byte order mark. */
  private afterHeader(bytes: Uint8Array): number {
    const { header } = this.layout;
    const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    if (header === '' || bytes.length === 0) return start;
    // Remarks may stand before it.
    for (let p = start; p < bytes.length; p = lineEnd(bytes, p) + 1) {
      const end = lineEnd(bytes, p);
      const line = text(bytes, p, end).trimEnd();
      if (isRemark(line)) continue;
      if (line !== header) return start;
      this.writer.notices += count(bytes, start, end);
      this.writer.lines += count(bytes, start, end);
      return end + 1;
    }
    return start;
  }

  /** The records from `from` on, with quotes wherever they stand. */
  private relaxed(bytes: Uint8Array, from: number): void {
    let start = from;
    try {
      parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, bytes.length - from), {
        delimiter: String.fromCharCode(this.layout.delimiter),
        // A character a byte: fields are read as bytes again, whatever their encoding.
        encoding: 'latin1',
        // Told, for it would take the first that it sees for all.
        record_delimiter: ['\r\n', '\n'],
        relax_quotes: true,
        relax_column_count: true,
        // Not `trim`: with it a quote where none belongs is an error.
        ltrim: true,
        skip_empty_lines: true,
        on_record: (record: string[], info) => {
          const end = from + info.bytes;
          this.record(bytes, start, Math.max(start, end - 1), record);
          start = end;
          return null;
        },
      });
    } catch {
      // A quote that is never closed: line by line, what can be saved of the rest.
      this.scan(bytes, start, false);
    }
  }

  /** A record of bytes[start, end), taken apart. */
  private record(bytes: Uint8Array, start: number, end: number, fields: readonly string[]): void {
    const { row, columns } = this;
    this.writer.lines++;
    row.clear();
    for (let i = 0; i < fields.length && i < columns.length; i++) {
      if (columns[i]! < 0) continue;
      const field = unquoted(fields[i]!);
      const scratch = this.room(field.length);
      for (let k = 0; k < field.length; k++) scratch[k] = field.charCodeAt(k);
      row.set(columns[i]!, scratch, 0, field.length);
    }
    this.store(bytes, start, end, fields.length);
  }
}

/** The field without the quotes that stand round it where blanks follow them, which csv-parse then leaves. */
function unquoted(field: string): string {
  const inner = /^"((?:[^"]|"")*)" +$/.exec(field)?.[1];
  return inner === undefined ? field : inner.replaceAll('""', '"');
}

/** Line feeds in bytes[start, end], the last included. */
function count(bytes: Uint8Array, start: number, end: number): number {
  let lines = 0;
  for (let p = start; p <= end; p++) if (bytes[p] === LF) lines++;
  return lines;
}
