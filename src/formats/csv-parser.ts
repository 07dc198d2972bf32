/**
 * One stretch of CSV to a TraceChunk. Text without quotes is scanned as bytes, in place; text with quotes goes through
 * csv-parse, field by field into the same row.
 */
import { parse } from 'csv-parse/sync';
import type { TraceChunk } from '../trace/chunk.js';
import { ChunkWriter } from '../trace/chunk-writer.js';
import { LF, endedByNewline, lineEnd, text } from './bytes.js';
import type { CsvLayout } from './csv-layout.js';
import { CsvRow } from './csv-row.js';

/** A short record, for the first estimate of rows. */
const SHORT_RECORD = 40;
const QUOTE = 34;
const HASH = 35;
const CR = 13;
/** Times above are of the wall clock. */
const EPOCH_SECONDS = 1e9;

export class CsvParser {
  private readonly writer: ChunkWriter;
  private readonly row: CsvRow;
  private readonly columns: Int8Array;

  constructor(
    private readonly given: Uint8Array,
    private readonly layout: CsvLayout,
    tid: number,
  ) {
    this.writer = new ChunkWriter(Math.ceil(given.length / SHORT_RECORD));
    this.writer.hasCpus = true;
    this.row = new CsvRow(this.writer, layout, tid);
    this.columns = Int8Array.from(layout.columns);
  }

  parse(): TraceChunk {
    const bytes = this.given.at(-1) === LF || this.given.length === 0 ? this.given : endedByNewline(this.given);
    if (bytes.includes(QUOTE)) this.quoted(bytes);
    else this.plain(bytes);
    const { baseSeconds, lastNs } = this.row;
    const clock = baseSeconds < 0 ? 'none' : baseSeconds > EPOCH_SECONDS ? 'epoch' : 'boot';
    return this.writer.finish({ clock, baseSeconds: Math.max(0, baseSeconds), advanceNs: lastNs }, this.given.length);
  }

  private plain(bytes: Uint8Array): void {
    const { writer, row, columns } = this;
    const { delimiter } = this.layout;
    let p = this.afterHeader(bytes);
    while (p < bytes.length) {
      writer.lines++;
      const start = p;
      row.clear();
      let field = 0;
      for (;;) {
        const meaning = field < columns.length ? columns[field] : -1;
        const end = meaning >= 0 ? row.scan(meaning, bytes, p, delimiter) : -1;
        if (end < 0) {
          const from = p;
          while (bytes[p] !== delimiter && bytes[p] !== LF) p++;
          if (meaning >= 0) row.set(meaning, bytes, from, bytes[p] === LF && bytes[p - 1] === CR ? p - 1 : p);
        } else p = end;
        field++;
        if (bytes[p] === LF) break;
        p++;
      }
      this.store(bytes, start, p, field);
      p++;
    }
  }

  /** Takes the record that `row` holds, of bytes[start, end). */
  private store(bytes: Uint8Array, start: number, end: number, fields: number): void {
    const reason = this.row.store();
    if (reason === '') return;
    const first = bytes[start];
    if (fields === 1 && (first === LF || first === CR || start === end)) return;
    if (first === HASH) this.writer.notices++;
    else this.writer.skip(bytes, start, end, reason);
  }

  /** The header only stands in the first stretch; other programs begin with a byte order mark. */
  private afterHeader(bytes: Uint8Array): number {
    const { header } = this.layout;
    const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    if (header === '' || bytes.length === 0) return start;
    // Remarks may stand before it.
    for (let p = start; p < bytes.length; p = lineEnd(bytes, p) + 1) {
      if (bytes[p] === HASH) continue;
      const end = lineEnd(bytes, p);
      if (text(bytes, p, end).trimEnd() !== header) return start;
      this.writer.notices += count(bytes, start, end);
      this.writer.lines += count(bytes, start, end);
      return end + 1;
    }
    return start;
  }

  private quoted(bytes: Uint8Array): void {
    const { writer, row, columns, layout } = this;
    const from = this.afterHeader(bytes);
    const body = Buffer.from(bytes.buffer, bytes.byteOffset + from, bytes.length - from);
    let records: { record: Buffer[]; info: { bytes: number } }[];
    try {
      records = parse(body, {
        delimiter: Buffer.of(layout.delimiter),
        encoding: null,
        info: true,
        relax_quotes: true,
        relax_column_count: true,
        skip_empty_lines: true,
      }) as never;
    } catch {
      // A quote that is never closed: line by line, what can be saved.
      this.plain(bytes);
      return;
    }
    let start = from;
    for (const { record, info } of records) {
      writer.lines++;
      row.clear();
      record.forEach((field, i) => {
        if (i < columns.length && columns[i]! >= 0) row.set(columns[i]!, field, 0, field.length);
      });
      const end = from + info.bytes;
      this.store(bytes, start, Math.max(start, end - 1), record.length);
      start = end;
    }
  }
}

/** Line feeds in bytes[start, end], the last included. */
function count(bytes: Uint8Array, start: number, end: number): number {
  let lines = 0;
  for (let p = start; p <= end; p++) if (bytes[p] === LF) lines++;
  return lines;
}
