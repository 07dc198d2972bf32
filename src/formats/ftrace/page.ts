/**
 * Pages of ftrace's ring, as trace_pipe_raw gives them: a time, how much of the page is used, then events, each a word of type and time since
 * the one before, and data. Format: include/linux/ring_buffer.h of Linux (enum ring_buffer_type), events/header_page.
 */

/** Where the parts of a page's head stand, bytes. */
export interface PageLayout {
  readonly committed: number;
  readonly data: number;
}

const FIELD = /field:[^;]*?(\w+);\s*offset:(\d+);/g;

/** Of the text of events/header_page; null where it is none. */
export function pageLayout(text: string): PageLayout | null {
  const offsets = new Map([...text.matchAll(FIELD)].map((m) => [m[1]!, Number(m[2])]));
  const [committed, data] = [offsets.get('commit'), offsets.get('data')];
  if (offsets.get('timestamp') !== 0 || committed === undefined || data === undefined) return null;
  return committed % 4 === 0 && data % 4 === 0 && committed + 4 <= data ? { committed, data } : null;
}

/** Bits of the committed length that say that events are missing before the page, and whether their number stands behind the data. */
const LENGTH_BITS = 0x3fffffff;

const EVENTS_MISSING = 0x80000000;

/** Whether events before the page were overwritten, of the page that words begin with. */
export function isBehindGap(words: Int32Array, { committed }: PageLayout): boolean {
  return (words[committed >> 2]! & EVENTS_MISSING) !== 0;
}

/** ns of the ring's clock from `base` to when the page begins. */
export function pageBegin(words: Int32Array, base: bigint): number {
  return Number(beginOf(words) - base);
}

function beginOf(words: Int32Array): bigint {
  return (BigInt(words[1]! >>> 0) << 32n) | BigInt(words[0]! >>> 0);
}

/** Bytes of the page that hold something. */
export function usedBytes(page: Buffer, { committed, data }: PageLayout): number {
  return Math.min(page.length, data + (page.readUInt32LE(committed) & LENGTH_BITS));
}

const [DATA_LONG, PADDING, TIME_EXTEND, TIME_STAMP] = [0, 29, 30, 31];
const TIME_BITS = 27;

export interface EventSink {
  /** The data of an event: words[at] up to words[at + length]; `time`: ns since the clock's base. */
  event(words: Int32Array, at: number, length: number, time: number): void;
}

/**
 * Tells the events of the page that words begin with, in their order.
 *
 * @param base ns of the ring's clock that times count from
 * @returns whether the page made sense to its end
 */
export function readPage(words: Int32Array, bytes: number, layout: PageLayout, base: bigint, sink: EventSink): boolean {
  if (bytes < layout.data) return false;
  const used = (words[layout.committed >> 2]! & LENGTH_BITS) >>> 0;
  const end = (layout.data + used) >> 2;
  if (used > bytes - layout.data) return false;
  const begin = beginOf(words);
  let time = Number(begin - base);
  for (let p = layout.data >> 2; p < end;) {
    const head = words[p]!;
    const kind = head & 31;
    const delta = head >>> 5;
    switch (kind) {
      case PADDING: {
        // The rest of the page is empty.
        if (delta === 0) return true;
        const length = words[p + 1]!;
        if (p + 2 > end || length < 4 || length > (end - p) * 4) return false;
        time += delta;
        p += 1 + ((length + 3) >> 2);
        break;
      }
      case TIME_EXTEND:
        if (p + 2 > end) return false;
        time += delta + (words[p + 1]! >>> 0) * 2 ** TIME_BITS;
        p += 2;
        break;
      case TIME_STAMP: {
        if (p + 2 > end) return false;
        // It has 59 bits; those above are of the page's time.
        const low = (BigInt(words[p + 1]! >>> 0) << BigInt(TIME_BITS)) | BigInt(delta);
        time = Number(((begin >> 59n) << 59n) + low - base);
        p += 2;
        break;
      }
      default: {
        const isLong = kind === DATA_LONG;
        const at = isLong ? p + 2 : p + 1;
        const length = isLong ? (words[p + 1]! - 4 + 3) >> 2 : kind;
        if (at > end || length < 0 || length > end - at) return false;
        time += delta;
        sink.event(words, at, length, time);
        p = at + length;
      }
    }
  }
  return true;
}
