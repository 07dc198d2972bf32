/** Samples of a recording to events (events.ts): fields are looked for once an event, and found at once in each of its samples. */
import { readWords } from './attributes.js';
import * as e from './events.js';
import type { EventTable, KnownEvent } from './event-table.js';
import * as kinds from './kinds.js';
import { ARGUMENTS, type EventLayout, guessedLayout, layoutOf } from './kinds.js';
import { CONTEXT, SAMPLE } from './layout.js';
import type { Waiting } from './pending.js';

/** Why a sample cannot be used; '' where it can. */
export type Fault = '' | 'an unknown event' | 'no thread' | 'no time' | 'cut short' | 'a time far from the others';

/** The kernel's own limit is 2^22. */
const MOST_TID = 2 ** 22;
/** No recording lasts longer, ns: what lies further off is damaged. */
const LONGEST_NS = 100 * 86400e9;
const MOST_FRAMES = 2 ** 12;

/** A sample whose fields were found; one object serves one after the other, so that nothing is allocated for each. */
export interface Sample {
  tid: number;
  pid: number;
  cpu: number;
  time: number;
  /** Of its event. */
  index: number;
  layout: EventLayout;
  /** Its raw data: `rawBytes` of them from w[raw] on, which stand at bytes[rawAt] as they are in the file. */
  w: Int32Array;
  raw: number;
  rawBytes: number;
  bytes: Uint8Array;
  rawAt: number;
  /** Its call chain: so many entries from w[chain] on. */
  frames: number;
  chain: number;
}

/** To be filled; without a call chain. */
export function noSample(): Sample {
  const [w, bytes] = [new Int32Array(0), new Uint8Array(0)];
  const where = { w, raw: 0, rawBytes: 0, bytes, rawAt: 0, frames: 0, chain: 0 };
  return { tid: 0, pid: 0, cpu: 0, time: 0, index: 0, layout: layoutOf('', null), ...where };
}

export class Samples {
  table!: EventTable;
  private readonly sample = noSample();
  /** Whole seconds of the clock that times count from; -1 before the first. */
  baseSeconds = -1;
  /** How the samples of an event are made was found out by looking at one. */
  guessed = false;
  /** Of the first sample in time, ns since that. */
  earliest = Infinity;
  /** Samples with a copy of the program's stack, which only an unwinder can read. */
  stackCopies = 0;
  /** Of calls. */
  entries = 0;
  exits = 0;
  /** Numbers of calls, and how often, until they are enough to tell whose numbers they are. */
  readonly numbers = new Map<number, number>();
  private baseLow = 0;
  private baseHigh = 0;
  private readonly low: 0 | 1;
  private readonly high: 0 | 1;

  constructor(
    private readonly pending: Waiting,
    little: boolean,
  ) {
    this.low = little ? 0 : 1;
    this.high = little ? 1 : 0;
  }

  /** ns since `baseSeconds` of the 64 bits at w[at]; exact. NaN where it is none. */
  time(w: Int32Array, at: number): number {
    const low = w[at + this.low] >>> 0;
    const high = w[at + this.high] >>> 0;
    if (this.baseSeconds < 0) {
      if (high === 0 && low === 0) return NaN;
      const seconds = ((BigInt(high) << 32n) | BigInt(low)) / 1_000_000_000n;
      const base = seconds * 1_000_000_000n;
      this.baseSeconds = Number(seconds);
      this.baseLow = Number(base & 0xffffffffn);
      this.baseHigh = Number(base >> 32n);
    }
    return (high - this.baseHigh) * 0x100000000 + (low - this.baseLow);
  }

  /** Adds the event of the sample at w[at], `words` long, whose bytes stand at bytes[byteAt]. */
  read(w: Int32Array, at: number, words: number, bytes: Uint8Array, byteAt: number): Fault {
    const { low, table } = this;
    const index = table.find(w, at, low);
    if (index < 0) return 'an unknown event';
    const event = table.events[index];
    const { attribute } = event;
    const { sampleType, tidAt, timeAt, cpuAt } = attribute;
    const end = at + words;
    let p = at + attribute.fixedEnd;
    if (p > end) return 'cut short';
    if (tidAt < 0) return 'no thread';
    if (timeAt < 0) return 'no time';
    const tid = w[at + tidAt + 1];
    if (tid < 0 || tid > MOST_TID) return 'no thread';
    const time = this.time(w, at + timeAt);
    if (!(Math.abs(time) < LONGEST_NS)) return 'a time far from the others';
    if (time < this.earliest) this.earliest = time;
    if ((sampleType & SAMPLE.READ) !== 0) p += readWords(w, p, low, attribute.readFormat);
    let chain = p;
    let frames = 0;
    if ((sampleType & SAMPLE.CALLCHAIN) !== 0) {
      if (!(p + 2 <= end)) return 'cut short';
      frames = w[p + low];
      chain = p + 2;
      if (frames < 0 || frames > (end - chain) >> 1) return 'cut short';
      p = chain + frames * 2;
    }
    if ((sampleType & SAMPLE.RAW) === 0 || !(p < end)) return (sampleType & SAMPLE.RAW) === 0 ? '' : 'cut short';
    const rawBytes = w[p];
    const raw = p + 1;
    if (rawBytes < 0 || rawBytes > (end - raw) * 4) return 'cut short';
    if (event.layout.name === '' && attribute.tracepoint >= 0) {
      event.layout = guessedLayout(w, raw, rawBytes >> 2, low);
      this.guessed = true;
    }
    const { sample } = this;
    const { layout } = event;
    const copied = (sampleType & SAMPLE.STACK_USER) !== 0;
    if (copied && (layout.kind === kinds.RAW_ENTER || layout.kind === kinds.NAMED_ENTER)) this.stackCopies++;
    sample.tid = tid;
    sample.pid = w[at + tidAt];
    sample.cpu = cpuAt < 0 ? -1 : w[at + cpuAt];
    sample.time = time;
    sample.index = index;
    sample.layout = layout;
    sample.w = w;
    sample.raw = raw;
    sample.rawBytes = rawBytes;
    sample.bytes = bytes;
    sample.rawAt = byteAt + (raw - at) * 4;
    sample.frames = frames;
    sample.chain = chain;
    return this.event(sample);
  }

  /** Adds the event of a sample by its raw data. */
  event(sample: Sample): Fault {
    const { layout } = sample;
    if (layout.words * 4 > sample.rawBytes) return 'cut short';
    switch (layout.kind) {
      case kinds.OTHER:
        return '';
      case kinds.RAW_ENTER:
      case kinds.NAMED_ENTER:
        this.enter(sample);
        return '';
      case kinds.RAW_EXIT:
      case kinds.NAMED_EXIT:
        this.exit(sample);
        return '';
      case kinds.SWITCH:
        this.switches(sample);
        return '';
      case kinds.PROCESS_EXIT:
        this.add(e.PROCESS_EXIT, e.HEAD_WORDS, sample);
        return '';
      default:
        return this.executes(sample);
    }
  }

  private add(kind: number, words: number, { tid, pid, cpu, time }: Sample): number {
    return this.pending.add(kind, words, tid, pid, cpu, time);
  }

  private enter(sample: Sample): void {
    const { pending, low } = this;
    const { w, raw, layout, frames } = sample;
    const at = this.add(layout.kind, e.ENTER_WORDS + 2 * Math.min(frames, MOST_FRAMES), sample);
    const out = pending.words;
    const offset = layout.wide ? low : 0;
    this.entries++;
    if (layout.kind === kinds.RAW_ENTER) {
      const number = w[raw + layout.first + offset];
      out[at + e.CALL] = number;
      if (this.entries < ENOUGH) this.numbers.set(number, (this.numbers.get(number) ?? 0) + 1);
    } else out[at + e.CALL] = sample.index;
    const { args } = layout;
    for (let i = 0; i < ARGUMENTS; i++) out[at + e.ARGS + i] = i < args.length ? w[raw + args[i] + offset] : 0;
    out[at + e.CHAIN] = this.callers(sample, out, at + e.ENTER_WORDS);
  }

  private exit(sample: Sample): void {
    const { pending, low, high } = this;
    const { w, raw, layout, frames } = sample;
    const at = this.add(layout.kind, e.EXIT_WORDS + 2 * Math.min(frames, MOST_FRAMES), sample);
    const out = pending.words;
    this.exits++;
    out[at + e.CALL] = layout.kind === e.RAW_EXIT ? w[raw + layout.first + (layout.wide ? low : 0)] : sample.index;
    const result = raw + layout.second;
    pending.doubles[(at + e.RETURNED) >> 1] = layout.wide
      ? w[result + high] * 0x100000000 + (w[result + low] >>> 0)
      : w[result];
    out[at + e.CHAIN] = this.callers(sample, out, at + e.EXIT_WORDS);
  }

  /** The program's own frames of a chain; how many there are. */
  private callers({ w, chain, frames }: Sample, out: Int32Array, to: number): number {
    const { low, high } = this;
    let own = false;
    let count = 0;
    for (let i = 0, p = chain; i < frames && count < MOST_FRAMES; i++, p += 2) {
      const address = w[p + low];
      const upper = w[p + high];
      if (upper === -1 && address >= CONTEXT.MAX && address < 0) own = address === CONTEXT.USER;
      else if (own) {
        out[to + 2 * count] = address;
        out[to + 2 * count + 1] = upper;
        count++;
      }
    }
    return count;
  }

  private switches(sample: Sample): void {
    const { pending, low } = this;
    const { w, raw, layout, bytes } = sample;
    const at = this.add(e.SWITCH, e.SWITCH_WORDS, sample);
    const out = pending.words;
    out[at + e.PREVIOUS] = w[raw + layout.first];
    out[at + e.NEXT] = w[raw + layout.second];
    out[at + e.STATE] = stateOf(w[raw + layout.args[0] + (layout.wide ? low : 0)], layout.states);
    const from = sample.rawAt + layout.third * 4;
    const to = (at + e.NEXT_NAME) * 4;
    for (let i = 0; i < e.NAME_BYTES; i++) pending.bytes[to + i] = bytes[from + i];
  }

  /** `__data_loc`: where the text stands in the raw data, and its length. */
  private executes(sample: Sample): Fault {
    const { w, raw, rawBytes, layout, bytes, rawAt } = sample;
    const place = w[raw + layout.first];
    const from = place & 0xffff;
    let length = place >>> 16;
    if (from + length > rawBytes) return 'cut short';
    while (length > 0 && bytes[rawAt + from + length - 1] === 0) length--;
    const { pending } = this;
    const at = this.add(e.PROCESS_EXEC, e.TEXT + e.even((length + 3) >> 2), sample);
    pending.words[at + e.TEXT_BYTES] = length;
    pending.bytes.set(bytes.subarray(rawAt + from, rawAt + from + length), (at + e.TEXT) * 4);
    return '';
  }
}

/** As many numbers tell whose they are as 64 kB of text would. */
const ENOUGH = 1000;
const RUNNING = 82; /* R */

/** The letter that perf prints first: of the lowest bit. */
function stateOf(state: number, states: string): number {
  for (let bit = 0; bit < states.length; bit++) if ((state >> bit) & 1) return states.charCodeAt(bit);
  return RUNNING;
}

/** Whether samples of any event hold call chains. */
export function hasChains(events: readonly KnownEvent[]): boolean {
  return events.some(
    ({ attribute, layout }) => layout.kind !== kinds.OTHER && (attribute.sampleType & SAMPLE.CALLCHAIN) !== 0,
  );
}
