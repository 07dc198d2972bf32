/**
 * A recording of ftrace's rings on its way to pieces that can be read side by side: pages are decoded as they come, their events put into the order
 * of time as those of perf.data are, and written into the same pieces (../perf/data/events.ts).
 */
import type { Message } from '../../result.js';
import type { Arranged, Arranger, ParseOptions } from '../format.js';
import type { PerfDataLayout } from '../perf/data/arranger.js';
import * as e from '../perf/data/events.js';
import { Pending } from '../perf/data/pending.js';
import { PieceWriter } from '../perf/data/piece-writer.js';
import { type ProcessRecord, Processes } from '../perf/data/processes.js';
import { Samples, noSample } from '../perf/data/samples.js';
import type { RecordedGap } from '../../trace/gaps.js';
import { type Architecture, architectureOf, likelyArchitecture } from '../syscalls/index.js';
import { type RingEvent, type RingEvents, ringEvents } from './events.js';
import { FRAME, FrameReader, type FrameSink, PAGE_HEAD, type RecordingEnd } from './frames.js';
import { Gaps } from './gaps.js';
import { type EventSink, type PageLayout, isBehindGap, pageBegin, pageLayout, readPage } from './page.js';
import { type Preamble, readPreamble } from './preamble.js';

const CLONE_THREAD = 0x10000;
const NAME_BYTES = 16;
const LONGEST_PAGE = 2 ** 20;
/** No recording lasts longer, ns: what lies further off is damaged. */
const LONGEST_NS = 100 * 86400e9;

export class RingArranger implements Arranger, FrameSink, EventSink {
  private readonly pending = new Pending();
  private readonly samples = new Samples(this.pending, true);
  private readonly processes = new Processes(() => false);
  private readonly piece: PieceWriter;
  private readonly reader: FrameReader;
  private readonly words = new Int32Array(LONGEST_PAGE / 4);
  private readonly bytes = new Uint8Array(this.words.buffer);
  /** What tells of calls, of which no process is known. */
  private readonly sample = { ...noSample(), pid: -1, bytes: this.bytes };
  /** What follows from the first frame; null before it. */
  private known: {
    preamble: Preamble;
    page: PageLayout;
    events: RingEvents;
    base: bigint;
    shift: number;
    start: number;
  } | null = null;
  private readonly pidOf = new Map<number, number>();
  private readonly waiting = new Map<number, ProcessRecord>();
  private waited = 0;
  private cpu = -1;
  private pageOffset = 0;
  private notices = 0;
  private skipped = 0;
  private lostEvents = 0;
  private readonly missing = new Gaps();
  /** ns of the last event that was read. */
  private lastNs = 0;
  /** ns up to which it was recorded; NaN: not told. */
  private untilNs = NaN;
  private ended = false;
  private told = 0;
  private baseSeconds = 0;
  private readonly faults = new Map<string, { records: number; readonly offset: number }>();
  private layout: PerfDataLayout | null = null;
  private readonly emit = (at: number) => this.tell(at);

  constructor(
    private readonly begun: number,
    private readonly given: ParseOptions,
    room: { readonly pieceBytes: number; supply(): SharedArrayBuffer },
  ) {
    this.reader = new FrameReader(this, begun);
    this.piece = new PieceWriter(
      room.pieceBytes,
      () => room.supply(),
      (piece) => this.processes.tellAll(piece),
    );
  }

  push(bytes: Uint8Array): Arranged[] {
    this.reader.push(bytes);
    return this.arranged();
  }

  end(): Arranged[] {
    const left = this.reader.end();
    const at = this.reader.offset;
    if (this.known === null) this.fault('its first frame, which describes it, is cut off or damaged', this.begun, 0);
    if (left > 0) this.fault('a frame that is cut off', at, 1);
    if (!this.ended) this.fault('the end is missing: the recorder was killed, or the file is cut off', at + left, 0);
    this.pending.end(this.emit);
    this.counts();
    this.piece.finish();
    return this.arranged();
  }

  get messages(): readonly Message[] {
    const messages: Message[] = [];
    for (const [what, { records, offset }] of this.faults)
      messages.push({ code: 'perf-data-damaged', args: { what, records, offset } });
    if (this.lostEvents > 0)
      messages.push({ code: 'ftrace-lost-events', args: { events: this.lostEvents, ...this.missing.sum } });
    return messages;
  }

  get firstSeconds(): number {
    if (this.known === null) return NaN;
    const { start, shift } = this.known;
    return this.baseSeconds + (start + shift) / 1e9;
  }

  get lastSeconds(): number {
    if (this.known === null) return NaN;
    return this.baseSeconds + (this.untilNs + this.known.shift) / 1e9;
  }

  get gaps(): RecordedGap[] {
    const seconds = (ns: number) => this.baseSeconds + (ns + (this.known?.shift ?? 0)) / 1e9;
    return this.missing.found.map(({ cpu, from, to }) => ({ cpu, from: seconds(from), to: seconds(to) }));
  }

  get origin(): string {
    if (this.known === null) return '';
    const { host, kernel, command } = this.known.preamble;
    const parts = [host && `of ${host}`, kernel && `Linux ${kernel}`, command && `recorded with ${command}`];
    return parts.filter((part) => part !== '').join(', ');
  }

  get unknownMachine(): string {
    const machine = this.known?.preamble.machine ?? '';
    return this.samples.numbers.size > 0 && machine !== '' && architectureOf(machine) === null ? machine : '';
  }

  frame(kind: number, content: Uint8Array, offset: number): void {
    if (kind === FRAME.PREAMBLE) return this.begin(content, offset);
    // What is wrong with the first frame is told once.
    if (this.known === null) return;
    switch (kind) {
      case FRAME.PAGE:
        return this.page(content, offset);
      case FRAME.ROUND:
        this.pending.round(this.emit);
        return this.counts();
      case FRAME.THREADS:
        return this.threads(content, offset);
      case FRAME.END:
        this.ended = true;
        this.finish((json(content) ?? {}) as Partial<RecordingEnd>);
    }
  }

  private finish({ lost, at }: Partial<RecordingEnd>): void {
    this.lostEvents += lost ?? 0;
    if (typeof at !== 'string' || !/^\d{1,19}$/.test(at)) return;
    const ns = Number(BigInt(at) - this.known!.base);
    if (Math.abs(ns) < LONGEST_NS) this.untilNs = ns;
  }

  lost(offset: number, length: number): void {
    this.fault(`bytes that are no frame (${length} in the first place)`, offset, 1);
  }

  event(words: Int32Array, at: number, length: number, time: number): void {
    const { events, shift } = this.known!;
    if (length <= events.tidAt) return this.fault('events that are cut short', this.pageOffset, 1);
    const event = events.byNumber.get(words[at + events.typeAt]! & 0xffff);
    const tid = words[at + events.tidAt]!;
    const now = time + shift;
    if (event === undefined || tid < 0 || !(Math.abs(now) < LONGEST_NS))
      return this.fault(
        event === undefined ? 'events that nothing describes' : 'events of no time',
        this.pageOffset,
        1,
      );
    this.lastNs = time;
    if (event.what === 'call') {
      const { samples, sample } = this;
      sample.tid = tid;
      sample.cpu = this.cpu;
      sample.time = now;
      sample.layout = event.layout;
      sample.w = words;
      sample.raw = at;
      sample.rawBytes = length * 4;
      sample.rawAt = at * 4;
      if (samples.event(sample) !== '') this.fault('events that are cut short', this.pageOffset, 1);
    } else if (length < event.words) this.fault('events that are cut short', this.pageOffset, 1);
    else this.process(event, words, at, tid, now);
  }

  private begin(content: Uint8Array, offset: number): void {
    if (this.known !== null) return this.fault('a second description', offset, 1);
    const preamble = readPreamble(content);
    if (typeof preamble === 'string') return this.fault(preamble, offset, 0);
    const [page, events] = [pageLayout(preamble.page), ringEvents(preamble.formats)];
    if (page === null || events === null)
      return this.fault('its first frame does not describe pages and events', offset, 0);
    const base = BigInt(preamble.clockBase);
    const wall = base + BigInt(preamble.clockOffset);
    const seconds = wall / BILLION;
    this.baseSeconds = Math.max(0, Number(seconds));
    const start = Number(BigInt(preamble.fileBase) - base);
    this.known = { preamble, page, events, base, shift: Number(wall - seconds * BILLION), start };
  }

  private page(content: Uint8Array, offset: number): void {
    const { page, base, start } = this.known!;
    const length = content.length - PAGE_HEAD;
    if (length < 0 || length > LONGEST_PAGE) return this.fault('pages of no size', offset, 1);
    this.cpu = content[0]! | (content[1]! << 8) | (content[2]! << 16);
    this.pageOffset = offset;
    this.bytes.set(content.subarray(PAGE_HEAD));
    const begin = pageBegin(this.words, base);
    this.lastNs = begin;
    if (!readPage(this.words, length, page, base, this)) this.fault('pages that make no sense', offset, 1);
    const isSane = Math.abs(begin) < LONGEST_NS;
    if (isSane) this.missing.page(this.cpu, isBehindGap(this.words, page), begin, this.lastNs, start);
  }

  private process(event: Exclude<RingEvent, { what: 'call' }>, words: Int32Array, at: number, by: number, now: number) {
    const tid = words[at + event.tid]!;
    const from = (at + event.name) * 4;
    const end = this.bytes.indexOf(0, from);
    const name = Buffer.from(this.bytes.subarray(from, Math.min(end, from + NAME_BYTES))).toString('utf8');
    this.notices++;
    if (event.what === 'new') {
      const isThread = (words[at + event.flags]! & CLONE_THREAD) !== 0;
      // Until its turn comes only the parent's thread is known: its process may be told by an event of another CPU.
      this.wait({ what: 'fork', tid, pid: isThread ? -1 : tid, parentTid: by, parentPid: -1 }, now);
    }
    this.wait({ what: 'name', pid: -1, tid, name, executed: false }, now);
  }

  private wait(record: ProcessRecord, time: number): void {
    const at = this.pending.add(e.PROCESS, e.COUNT_WORDS, record.tid, -1, -1, time);
    this.pending.words[at + e.COUNT] = this.waited;
    this.waiting.set(this.waited++, record);
  }

  private threads(content: Uint8Array, offset: number): void {
    const list = json(content);
    if (!Array.isArray(list)) return this.fault('a list of threads that is none', offset, 1);
    for (const entry of list as unknown[]) {
      const [tid, pid, name] = Array.isArray(entry) ? (entry as unknown[]) : [];
      if (typeof tid !== 'number' || typeof pid !== 'number' || typeof name !== 'string') continue;
      this.pidOf.set(tid, pid);
      this.wait({ what: 'name', pid, tid, name, executed: false }, -Infinity);
    }
  }

  /** The event at pending.words[at] has its turn. */
  private tell(at: number): void {
    const w = this.pending.words;
    const kind = w[at]! & 0xff;
    if (kind === e.PROCESS) return this.hear(w[at + e.COUNT]!);
    const tid = w[at + 1]!;
    const pid = this.pidOf.get(tid) ?? -1;
    w[at + 2] = pid;
    if (kind !== e.SWITCH) this.processes.see(tid, pid, this.piece);
    this.piece.copy(w, at);
    if (kind === e.PROCESS_EXIT) this.processes.hear({ what: 'exit', pid, tid }, this.piece);
  }

  private hear(index: number): void {
    const record = this.waiting.get(index)!;
    this.waiting.delete(index);
    if (record.what !== 'fork') return this.processes.hear(record, this.piece);
    const { tid, parentTid } = record;
    const pid = record.pid < 0 ? this.pidOf.get(parentTid) : record.pid;
    if (pid === undefined) this.pidOf.delete(tid);
    else this.pidOf.set(tid, pid);
  }

  private fault(what: string, offset: number, records: number): void {
    this.skipped += records;
    const known = this.faults.get(what);
    if (known === undefined) this.faults.set(what, { records, offset });
    else known.records += records;
  }

  private counts(): void {
    if (this.known === null) return;
    if (this.notices > 0) this.piece.count(e.NOTICE, this.notices);
    if (this.skipped > 0) this.piece.count(e.SKIPPED, this.skipped);
    this.notices = this.skipped = 0;
  }

  private arranged(): Arranged[] {
    const { piece, given } = this;
    if (piece.filled.length === 0) return [];
    const { filled } = piece;
    piece.filled = [];
    const layout = (this.layout ??= this.common());
    const total = this.reader.offset - this.told;
    this.told = this.reader.offset;
    return filled.map(({ buffer, length }, i) => ({
      buffer,
      length,
      options: { ...given, perfData: { ...layout, bytes: i === 0 ? total : 0 } },
    }));
  }

  private common(): PerfDataLayout {
    const { preamble } = this.known!;
    const builds = new Map(Object.entries(preamble.builds));
    const architecture = this.given.architecture ?? this.architecture(preamble.machine);
    return { architecture, baseSeconds: this.baseSeconds, raw: true, exits: true, calls: [], builds, bytes: 0 };
  }

  /** Programs of 32 bits have numbers of their own, on machines of 64 bits too. */
  private architecture(name: string): Architecture {
    const { numbers } = this.samples;
    const machine = architectureOf(name);
    if (machine === null) return likelyArchitecture(numbers);
    const compat: Architecture = machine === 'x86-64' ? 'i386' : machine === 'arm64' ? 'arm' : machine;
    return likelyArchitecture(numbers, [machine, compat]);
  }
}

const BILLION = 1_000_000_000n;

function json(content: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString('utf8'));
  } catch {
    return null;
  }
}
