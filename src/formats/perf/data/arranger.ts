/**
 * A perf.data file on its way to pieces that can be read side by side: records are decoded as they come, put into the order of time as perf
 * script does it, and written into pieces as events.ts says. What cannot be used is counted.
 */
import type { Message } from '../../../result.js';
import type { Arranged, Arranger, ParseOptions } from '../../format.js';
import type { RecordedGap } from '../../../trace/gaps.js';
import { type Architecture, architectureOf, likelyArchitecture } from '../../syscalls/index.js';
import type { EventAttribute } from './attributes.js';
import * as e from './events.js';
import { EventTable } from './event-table.js';
import { type Features, addBuildId, addFeature, streamAttribute } from './header.js';
import { Inflater } from './inflate.js';
import { FastPending } from './fast-pending.js';
import { FEATURE, RECORD } from './layout.js';
import { Pending, type Waiting } from './pending.js';
import { PieceWriter } from './piece-writer.js';
import { processRecord } from './process-records.js';
import { type ProcessRecord, Processes } from './processes.js';
import { RecordReader, type RecordSink } from './records.js';
import { type Fault, Samples, hasChains } from './samples.js';
import { NAMED_ENTER, NAMED_EXIT, RAW_ENTER, RAW_EXIT } from './kinds.js';

export interface Opened {
  readonly little: boolean;
  /** Where the records begin in the file, and where they should end; null where nothing says. */
  readonly begin: number;
  readonly end: number | null;
  readonly attributes: readonly EventAttribute[];
  readonly features: Features;
  readonly stream: boolean;
}

/** What the pieces of a recording have in common; plain data. */
export interface PerfDataLayout {
  readonly architecture: Architecture;
  readonly baseSeconds: number;
  /** As in PerfLayout. */
  readonly raw: boolean;
  readonly exits: boolean;
  /** By index of the event: the call that a tracepoint's name tells, '' for others. */
  readonly calls: readonly string[];
  readonly builds: ReadonlyMap<string, string>;
  /** Of the recording, that the piece stands for. */
  readonly bytes: number;
}

/** Its header says that there are no records: perf writes their length at the end. */
const NOT_ENDED = 'perf was ended before it could describe the events, which are known by the sizes of their data';
const CALL_NAME = /^syscalls:sys_(?:enter|exit)_(.+)$/;

export class PerfDataArranger implements Arranger, RecordSink {
  private fast: FastPending | null;
  private readonly pending: Waiting;
  private readonly samples: Samples;
  private readonly processes: Processes;
  private readonly piece: PieceWriter;
  private readonly reader: RecordReader;
  private readonly attributes: EventAttribute[];
  private readonly features: Features;
  private inner: { readonly inflater: Inflater; readonly reader: RecordReader } | null = null;
  /** Of the compressed record whose content is being read. */
  private outerOffset = 0;
  private chains = false;
  private based = false;
  private readonly waiting = new Map<number, ProcessRecord>();
  private waited = 0;
  private following = 0;
  private lostEvents = 0;
  readonly gaps: RecordedGap[] = [];
  private notices = 0;
  private skipped = 0;
  private readonly faults = new Map<string, { records: number; readonly offset: number }>();
  private layout: PerfDataLayout | null = null;
  /** Bytes that pieces stand for so far. */
  private told = 0;
  private readonly emit = (at: number) => this.tell(at);
  private readonly emitAll = (from: number, to: number) => this.piece.copyAll(this.pending.words, from, to);

  constructor(
    private readonly opened: Opened,
    private readonly given: ParseOptions,
    room: { readonly pieceBytes: number; supply(): SharedArrayBuffer },
    /** null: without it. It knows the byte order of this machine only. */
    fast: FastPending | null = opened.little ? FastPending.make() : null,
  ) {
    this.fast = fast;
    this.pending = fast ?? new Pending();
    this.processes = new Processes(() => this.chains, fast);
    const { little, features, attributes, begin } = opened;
    this.features = features;
    this.attributes = [...attributes];
    this.samples = new Samples(this.pending, little);
    this.piece = new PieceWriter(
      room.pieceBytes,
      () => room.supply(),
      (piece) => this.processes.tellAll(piece),
    );
    this.reader = new RecordReader(this, little, begin, fast?.window(false));
    this.settle();
    for (const { what, offset } of features.faults) this.fault(`${what} cannot be read`, offset, 0);
  }

  push(bytes: Uint8Array): Arranged[] {
    this.reader.push(bytes);
    return this.arranged();
  }

  end(missing: number): Arranged[] {
    const inner = this.inner?.reader.end() ?? 0;
    this.inner?.inflater.end();
    const left = this.reader.end();
    if (left > 0 || inner > 0) this.fault('a record that is cut off', this.reader.offset, 1);
    if (missing > 0) this.fault('the end is missing', this.reader.offset + left, 0);
    if (!this.opened.stream && this.opened.end === null) this.fault(NOT_ENDED, this.opened.begin, 0);
    // Behind its end it tells nothing any more.
    const { earliest, numbers } = this.surveyed();
    this.samples.earliest = earliest;
    numbers.forEach((count, number) => this.samples.numbers.set(number, count));
    this.pending.end(this.emit, this.emitAll);
    this.fast = null;
    this.counts();
    this.piece.finish();
    return this.arranged();
  }

  get messages(): readonly Message[] {
    const { samples, lostEvents } = this;
    const messages: Message[] = [];
    for (const [what, { records, offset }] of this.faults)
      messages.push({ code: 'perf-data-damaged', args: { what, records, offset } });
    if (lostEvents > 0) messages.push({ code: 'perf-lost-events', args: { events: lostEvents } });
    if (samples.stackCopies > 0) messages.push({ code: 'perf-stack-copies', args: { samples: samples.stackCopies } });
    return messages;
  }

  /** perf tells of events alone. */
  readonly lastSeconds = NaN;

  get firstSeconds(): number {
    const { baseSeconds } = this.samples;
    const { earliest } = this.surveyed();
    return baseSeconds < 0 || earliest === Infinity ? NaN : baseSeconds + earliest / 1e9;
  }

  get origin(): string {
    const { texts } = this.features;
    const host = texts.get(FEATURE.HOSTNAME) ?? '';
    const kernel = texts.get(FEATURE.OSRELEASE) ?? '';
    const command = texts.get(FEATURE.CMDLINE) ?? '';
    const parts = [host && `of ${host}`, kernel && `Linux ${kernel}`, command && `recorded with ${command}`];
    return parts.filter((part) => part !== '').join(', ');
  }

  /** What the samples of calls say of the machine, where its name is none that has a table: the recording is of another kind of machine. */
  get unknownMachine(): string {
    const machine = this.features.texts.get(FEATURE.ARCH) ?? '';
    const numbered = this.samples.numbers.size > 0;
    return numbered && machine !== '' && architectureOf(machine) === null ? machine : '';
  }

  record(
    type: number,
    misc: number,
    w: Int32Array,
    at: number,
    length: number,
    bytes: Uint8Array,
    byteAt: number,
    offset: number,
  ): number {
    const words = length >> 2;
    if (type === RECORD.SAMPLE) {
      const fault = this.samples.read(w, at, words, bytes, byteAt);
      if (fault !== '') this.unusable(fault, offset);
      if (this.fast !== null) this.teach(this.fast);
      return 0;
    }
    switch (type) {
      case RECORD.FINISHED_ROUND:
        this.pending.round(this.emit, this.emitAll);
        return 0;
      case RECORD.LOST:
        if (words >= 6) this.lostEvents += this.number(w, at + 4);
        this.lostBefore(w, at, words);
        break;
      case RECORD.LOST_SAMPLES:
        if (words >= 4) this.lostEvents += this.number(w, at + 2);
        break;
      case RECORD.HEADER_ATTR: {
        const attribute = streamAttribute(bytes.subarray(byteAt, byteAt + length), this.opened.little);
        if (attribute === null) this.fault('an event attribute cannot be read', offset, 1);
        else if (this.opened.stream) {
          this.attributes.push(attribute);
          this.settle();
        }
        break;
      }
      case RECORD.HEADER_FEATURE:
        if (words >= 4) this.feature(this.number(w, at + 2), bytes.subarray(byteAt + 16, byteAt + length), offset);
        break;
      case RECORD.HEADER_BUILD_ID:
        addBuildId(bytes.subarray(byteAt, byteAt + length), this.opened.little, this.features.builds);
        break;
      case RECORD.HEADER_TRACING_DATA:
        this.following = RECORD.HEADER_TRACING_DATA;
        return words >= 3 ? (((w[at + 2] >>> 0) + 7) & ~7) >>> 0 : 0;
      case RECORD.AUXTRACE:
        this.following = RECORD.AUXTRACE;
        return words >= 4 ? this.number(w, at + 2) : 0;
      case RECORD.COMPRESSED:
        this.unpack(bytes.subarray(byteAt + 8, byteAt + length), offset);
        break;
      case RECORD.COMPRESSED2:
        if (words >= 4) {
          const size = Math.min(this.number(w, at + 2), length - 16);
          this.unpack(bytes.subarray(byteAt + 16, byteAt + 16 + size), offset);
        }
        break;
      default:
        this.process(type, misc, w, at, words, bytes, byteAt);
    }
    this.notices++;
    return 0;
  }

  follow(bytes: Uint8Array, offset: number): void {
    if (this.following === RECORD.HEADER_TRACING_DATA) this.feature(FEATURE.TRACING_DATA, bytes, offset);
  }

  lost(offset: number, length: number): void {
    this.fault('bytes that are no records', this.inner === null ? offset : this.outerOffset, 1);
    this.notices += length > 0 ? 0 : 1;
  }

  /** The event at pending.words[at] has its turn. */
  private tell(at: number): void {
    const w = this.pending.words;
    if ((w[at] & 0xff) === e.PROCESS) {
      const index = w[at + e.COUNT];
      this.processes.hear(this.waiting.get(index)!, this.piece);
      this.waiting.delete(index);
      return;
    }
    const kind = w[at] & 0xff;
    if (kind <= NAMED_EXIT || kind === e.PROCESS_EXEC) this.processes.see(w[at + 1], w[at + 2], this.piece);
    this.piece.copy(w, at);
  }

  private process(
    type: number,
    misc: number,
    w: Int32Array,
    at: number,
    words: number,
    bytes: Uint8Array,
    byteAt: number,
  ): void {
    const { little } = this.opened;
    const record = processRecord(type, misc, w, at, words, bytes, byteAt, little, this.features.builds);
    if (record === null) return;
    // What was there before the recording has no time.
    const found = this.trailerTime(w, at, words);
    const time = found > -1e9 ? found : -Infinity;
    const event = this.pending.add(e.PROCESS, e.COUNT_WORDS, record.tid, record.pid, -1, time);
    this.pending.words[event + e.COUNT] = this.waited;
    this.waiting.set(this.waited++, record);
  }

  /** ns at which a record that is no sample was made; NaN where it does not tell. */
  private trailerTime(w: Int32Array, at: number, words: number): number {
    const trailer = this.attributes[0]?.trailerTime ?? 0;
    return trailer > 0 && words > trailer + 2 ? this.samples.time(w, at + words - trailer) : NaN;
  }

  /** The kernel writes such a record before the first event that has room again. */
  private lostBefore(w: Int32Array, at: number, words: number): void {
    const trailer = this.attributes[0]?.trailerCpu ?? 0;
    const ns = this.trailerTime(w, at, words);
    if (trailer === 0 || !(ns > -1e9)) return;
    this.gaps.push({ cpu: w[at + words - trailer], from: -Infinity, to: this.samples.baseSeconds + ns / 1e9 });
  }

  /** What is known of calls and times so far. */
  private surveyed(): { numbers: Map<number, number>; earliest: number } {
    const numbers = new Map(this.samples.numbers);
    const earliest = this.fast?.survey(numbers) ?? Infinity;
    return { numbers, earliest: Math.min(earliest, this.samples.earliest) };
  }

  /** JavaScript has read a sample: what it learnt of those that follow. */
  private teach(fast: FastPending): void {
    const { samples } = this;
    if (!this.based && samples.baseSeconds >= 0) {
      this.based = true;
      fast.begins(BigInt(samples.baseSeconds) * 1_000_000_000n);
    }
    if (!samples.guessed) return;
    samples.guessed = false;
    fast.learn(samples.table);
  }

  private feature(bit: number, bytes: Uint8Array, offset: number): void {
    try {
      addFeature(this.features, bit, bytes, this.opened.little);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.fault('a description in the stream cannot be read', offset, 1);
    }
    this.settle();
  }

  private unpack(bytes: Uint8Array, offset: number): void {
    if (this.inner === null) {
      const reader = new RecordReader(this, this.opened.little, offset, this.fast?.window(true));
      this.inner = { inflater: new Inflater((block) => reader.push(block)), reader };
    }
    const { inflater, reader } = this.inner;
    this.outerOffset = offset;
    reader.offset = offset;
    if (inflater.fault === '') inflater.push(bytes);
    if (inflater.fault !== '') this.fault(`what is compressed cannot be unpacked: ${inflater.fault}`, offset, 1);
  }

  /** A number of 64 bits. */
  private number(w: Int32Array, at: number): number {
    const { little } = this.opened;
    return (w[little ? at + 1 : at] >>> 0) * 0x100000000 + (w[little ? at : at + 1] >>> 0);
  }

  private unusable(fault: Fault, offset: number): void {
    this.fault(`samples of ${fault}`, offset, 1);
  }

  private fault(what: string, offset: number, records: number): void {
    this.skipped += records;
    const known = this.faults.get(what);
    if (known === undefined) this.faults.set(what, { records, offset });
    else known.records += records;
  }

  private settle(): void {
    const { tracepoints, names } = this.features;
    this.samples.table = new EventTable(this.attributes, tracepoints, names);
    this.chains = hasChains(this.samples.table.events);
    this.fast?.learn(this.samples.table);
    this.fast?.setMappings(this.chains);
  }

  private counts(): void {
    if (this.notices > 0) this.piece.count(e.NOTICE, this.notices);
    if (this.skipped > 0) this.piece.count(e.SKIPPED, this.skipped);
    this.notices = this.skipped = 0;
  }

  private arranged(): Arranged[] {
    const { piece } = this;
    if (piece.filled.length === 0) return [];
    const { filled } = piece;
    piece.filled = [];
    const layout = (this.layout ??= this.common());
    const { given } = this;
    const total = this.reader.offset - this.told;
    this.told = this.reader.offset;
    return filled.map(({ buffer, length }, i) => {
      const perfData = { ...layout, bytes: i === 0 ? total : 0 };
      return { buffer, length, options: { ...given, perfData } };
    });
  }

  /** What all pieces need, from the events that were read before the first was full. */
  private common(): PerfDataLayout {
    const { samples, features, given } = this;
    const { events } = samples.table;
    const has = (...kinds: number[]) => events.some(({ layout }) => kinds.includes(layout.kind));
    const calls = events.map(({ layout }) => CALL_NAME.exec(layout.name)?.[1] ?? '');
    return {
      architecture: given.architecture ?? this.architecture(),
      baseSeconds: Math.max(0, samples.baseSeconds),
      raw: has(RAW_ENTER, RAW_EXIT),
      exits: has(RAW_EXIT, NAMED_EXIT) || !has(RAW_ENTER, NAMED_ENTER),
      calls,
      builds: features.builds,
      bytes: 0,
    };
  }

  /** Programs of 32 bits have numbers of their own, on machines of 64 bits too. */
  private architecture(): Architecture {
    const { numbers } = this.surveyed();
    const machine = architectureOf(this.features.texts.get(FEATURE.ARCH) ?? '');
    if (machine === null) return likelyArchitecture(numbers);
    const compat: Architecture = machine === 'x86-64' ? 'i386' : machine === 'arm64' ? 'arm' : machine;
    return likelyArchitecture(numbers, [machine, compat]);
  }
}
