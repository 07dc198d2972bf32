/** Event attributes: what the samples of an event hold, and where. Format: struct perf_event_attr of include/uapi/linux/perf_event.h. */
import { Fields } from './fields.js';
import { FLAG_SAMPLE_ID_ALL, READ, SAMPLE, TYPE_TRACEPOINT } from './layout.js';

export interface EventAttribute {
  /** Number of its tracepoint; -1 for other events. */
  readonly tracepoint: number;
  readonly ids: readonly number[];
  readonly sampleType: number;
  readonly readFormat: number;
  /** Where a sample's fields stand, in words of 32 bits from the record's begin; -1 for what it has not. */
  readonly identifierAt: number;
  readonly tidAt: number;
  readonly timeAt: number;
  readonly cpuAt: number;
  /** Where what has no fixed size begins. */
  readonly fixedEnd: number;
  /** Words at the end of other records (sample_id_all), and how far from the record's end their time and their processor stand; 0 for none. */
  readonly trailer: number;
  readonly trailerTime: number;
  readonly trailerCpu: number;
}

/** struct perf_event_attr up to the flags. */
const SHORTEST_ATTRIBUTE = 48;
/** PERF_ATTR_SIZE_VER0; and one that no kernel will have. */
const [SMALLEST, LARGEST] = [64, 4096];
/** CPUs of the largest machines. */
const MOST_IDS = 2 ** 16;

/** Reads the attribute at `fields.at`; null where its bytes are no attribute. */
export function readAttribute(fields: Fields, ids: readonly number[], end: number): EventAttribute | null {
  const begin = fields.at;
  if (end - begin < SHORTEST_ATTRIBUTE) return null;
  const type = fields.u32();
  const size = fields.u32();
  if (size !== 0 && (size < SMALLEST || size > LARGEST)) return null;
  const config = fields.u64();
  fields.u64();
  const [low, high] = words(fields);
  const readFormat = words(fields)[0];
  const flag = (bit: number) => {
    const byte = fields.bytes[begin + 40 + (bit >> 3)]!;
    return ((byte >> (fields.little ? bit & 7 : 7 - (bit & 7))) & 1) === 1;
  };
  if (high !== 0) return null;
  const tracepoint = type === TYPE_TRACEPOINT ? config : -1;
  return { tracepoint, ids, sampleType: low, readFormat, ...sampleLayout(low, flag(FLAG_SAMPLE_ID_ALL)) };
}

/** Bytes that the attribute at `fields.at` takes. */
export function attributeSize(fields: Fields): number {
  const [at, view] = [fields.at, fields];
  view.at = at + 4;
  const size = view.u32();
  view.at = at;
  return size === 0 ? SMALLEST : size;
}

export function readIds(fields: Fields, count: number): number[] {
  if (count > MOST_IDS) throw new RangeError('more ids than there are processors');
  return Array.from({ length: count }, () => fields.u64());
}

function words(fields: Fields): [number, number] {
  const [a, b] = [fields.u32(), fields.u32()];
  return fields.little ? [a, b] : [b, a];
}

/** The order of fields: PERF_RECORD_SAMPLE and struct sample_id in perf_event.h. */
function sampleLayout(type: number, sampleIdAll: boolean) {
  let at = 2;
  const field = (bit: number): number => {
    if ((type & bit) === 0) return -1;
    at += 2;
    return at - 2;
  };
  const identifier = field(SAMPLE.IDENTIFIER);
  field(SAMPLE.IP);
  const tidAt = field(SAMPLE.TID);
  const timeAt = field(SAMPLE.TIME);
  field(SAMPLE.ADDR);
  const id = field(SAMPLE.ID);
  field(SAMPLE.STREAM_ID);
  const cpuAt = field(SAMPLE.CPU);
  field(SAMPLE.PERIOD);
  const count = (...bits: number[]) => bits.filter((bit) => (type & bit) !== 0).length * 2;
  const behindTime = count(SAMPLE.TIME, SAMPLE.ID, SAMPLE.STREAM_ID, SAMPLE.CPU, SAMPLE.IDENTIFIER);
  return {
    identifierAt: identifier >= 0 ? identifier : id,
    tidAt,
    timeAt,
    cpuAt,
    fixedEnd: at,
    trailer: sampleIdAll ? behindTime + count(SAMPLE.TID) : 0,
    trailerTime: sampleIdAll && timeAt >= 0 ? behindTime : 0,
    trailerCpu: sampleIdAll && cpuAt >= 0 ? count(SAMPLE.CPU, SAMPLE.IDENTIFIER) : 0,
  };
}

/** Words of a READ whose words begin at `at`; Infinity where they make none. */
export function readWords(w: Int32Array, at: number, low: number, format: number): number {
  const times = ((format & READ.ENABLED) !== 0 ? 2 : 0) + ((format & READ.RUNNING) !== 0 ? 2 : 0);
  const each = 2 + ((format & READ.ID) !== 0 ? 2 : 0) + ((format & READ.LOST) !== 0 ? 2 : 0);
  if ((format & READ.GROUP) === 0) return times + each;
  const count = w[at + low];
  return count < 0 || count > MOST_IDS ? Infinity : 2 + times + count * each;
}
