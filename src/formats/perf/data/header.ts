/**
 * The header of a perf.data file: attributes of events before the records, sections of features behind them.
 * Format: tools/perf/Documentation/perf.data-file-format.txt of Linux.
 */
import { type EventAttribute, attributeSize, readAttribute, readIds } from './attributes.js';
import { Fields } from './fields.js';
import { FEATURE, FEATURE_COMPRESSED } from './layout.js';
import { type Tracepoint, readTracingData } from './tracing-data.js';

/** `PERFILE2`, and the same of a machine of the other byte order. */
const [LITTLE, BIG] = [Buffer.from('PERFILE2'), Buffer.from('2ELIFREP')];
const MAGIC_BYTES = 8;
/** The size that the header of a file has, and that of a stream. */
const FILE_HEADER = 104;
const STREAM_HEADER = 16;
const FEATURES_AT = 72;
const MOST_FEATURES = 256;
const MOST_BUILDS = 2 ** 16;

export interface FileLayout {
  readonly little: boolean;
  /** The records lie from `begin` on. */
  readonly begin: number;
  /** Where they end, and the table of features begins; null: with the file (a stream, or a recording that was never ended). */
  readonly end: number | null;
  /** Written to a pipe: attributes and features stand between the records. */
  readonly stream: boolean;
  /** Records are compressed (`perf record -z`). A stream does not say so at its beginning. */
  readonly packed: boolean;
}

export function isPerfData(head: Uint8Array): boolean {
  const magic = Buffer.from(head.subarray(0, MAGIC_BYTES));
  return magic.equals(LITTLE) || magic.equals(BIG);
}

/** Null where the header is cut off, or contradicts itself. */
export function fileLayout(head: Uint8Array): FileLayout | null {
  const little = head[0] === LITTLE[0];
  if (head.length < STREAM_HEADER) return null;
  const fields = new Fields(head, little);
  fields.at = MAGIC_BYTES;
  const size = fields.u64();
  if (size === STREAM_HEADER) return { little, begin: STREAM_HEADER, end: null, stream: true, packed: false };
  if (head.length < FILE_HEADER || size < FILE_HEADER || size > 2 ** 16) return null;
  fields.at = 40;
  const [begin, length] = [fields.u64(), fields.u64()];
  if (begin < FILE_HEADER || begin > Number.MAX_SAFE_INTEGER / 2 || length > Number.MAX_SAFE_INTEGER / 2) return null;
  const packed = hasFeature(head, FEATURE_COMPRESSED, little);
  return { little, begin, end: length === 0 ? null : begin + length, stream: false, packed };
}

export interface Features {
  /** Texts by number of the feature. */
  readonly texts: Map<number, string>;
  tracepoints: Map<number, Tracepoint>;
  /** Names of events by id. */
  readonly names: Map<number, string>;
  readonly builds: Map<string, string>;
  /** First and last moment of all samples, ns; null where nothing says. */
  times: { readonly first: number; readonly last: number } | null;
  /** What could not be read, and where it stands. */
  readonly faults: { readonly what: string; readonly offset: number }[];
}

export function noFeatures(): Features {
  return { texts: new Map(), tracepoints: new Map(), names: new Map(), builds: new Map(), times: null, faults: [] };
}

/** `front`: the file up to its records. Attributes that cannot be read are faults. */
export function fileAttributes(front: Uint8Array, little: boolean, faults: Features['faults']): EventAttribute[] {
  const fields = new Fields(front, little);
  fields.at = 16;
  const [entry, offset, size] = [fields.u64(), fields.u64(), fields.u64()];
  const found: EventAttribute[] = [];
  try {
    if (entry < 64 || entry > 4096) throw new RangeError('no size of attributes');
    for (let at = offset; at + entry <= offset + size; at += entry) {
      fields.at = at + entry - 16;
      const [idsAt, idsSize] = [fields.u64(), fields.u64()];
      fields.at = idsAt;
      const ids = idsSize === 0 ? [] : readIds(fields, idsSize / 8);
      fields.at = at;
      const attribute = readAttribute(fields, ids, at + entry - 16);
      if (attribute === null) faults.push({ what: 'an event attribute', offset: at });
      else found.push(attribute);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    faults.push({ what: 'the event attributes', offset });
  }
  return found;
}

/** A record HEADER_ATTR: an attribute and its ids. */
export function streamAttribute(bytes: Uint8Array, little: boolean): EventAttribute | null {
  const fields = new Fields(bytes, little);
  try {
    fields.at = 8;
    const size = attributeSize(fields);
    fields.at = 8 + size;
    const ids = readIds(fields, (bytes.length - fields.at) >> 3);
    fields.at = 8;
    return readAttribute(fields, ids, 8 + size);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function hasFeature(front: Uint8Array, bit: number, little: boolean): boolean {
  const byte = front[FEATURES_AT + (little ? bit >> 3 : (bit >> 3) ^ 7)]!;
  return ((byte >> (bit & 7)) & 1) !== 0;
}

/** Reads the sections that the header names: `back` begins where the records end, `end` of the file. */
export function fileFeatures(front: Uint8Array, back: Uint8Array, end: number, little: boolean): Features {
  const features = noFeatures();
  const table = new Fields(back, little);
  for (let bit = 0; bit < MOST_FEATURES; bit++) {
    if (!hasFeature(front, bit, little)) continue;
    let offset = end;
    try {
      [offset] = [table.u64()];
      const size = table.u64();
      if (offset < end) throw new RangeError('a section before the end of the records');
      const section = new Fields(back, little);
      section.at = offset - end;
      addFeature(features, bit, section.take(size), little);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (USED.has(bit)) features.faults.push({ what: `the section ${USED.get(bit)}`, offset });
    }
  }
  return features;
}

const USED = new Map(Object.entries(FEATURE).map(([name, bit]): [number, string] => [bit, name]));

/** Throws a RangeError where the bytes are not what they should be. */
export function addFeature(features: Features, bit: number, bytes: Uint8Array, little: boolean): void {
  const fields = new Fields(bytes, little);
  switch (bit) {
    case FEATURE.HOSTNAME:
    case FEATURE.OSRELEASE:
    case FEATURE.ARCH:
      features.texts.set(bit, fields.sizedText());
      break;
    case FEATURE.CMDLINE: {
      const words: string[] = [];
      for (let left = fields.u32(); left > 0; left--) words.push(fields.sizedText());
      features.texts.set(bit, words.join(' '));
      break;
    }
    case FEATURE.TRACING_DATA:
      features.tracepoints = readTracingData(fields);
      break;
    case FEATURE.BUILD_ID:
      readBuildIds(fields, features.builds);
      break;
    case FEATURE.EVENT_DESC:
      readDescriptions(fields, features.names);
      break;
    case FEATURE.SAMPLE_TIME:
      features.times = { first: fields.u64(), last: fields.u64() };
  }
}

function readDescriptions(fields: Fields, names: Map<number, string>): void {
  let events = fields.u32();
  const attribute = fields.u32();
  for (; events > 0; events--) {
    fields.take(attribute);
    const count = fields.u32();
    const name = fields.sizedText();
    for (const id of readIds(fields, count)) names.set(id, name);
  }
}

/** misc of build_id_event: the build id tells its own length. */
const MISC_SIZE = 1 << 15;
const LONGEST_BUILD = 20;

function readBuildIds(fields: Fields, builds: Map<string, string>): void {
  while (fields.at + 36 < fields.bytes.length && builds.size < MOST_BUILDS) {
    const begin = fields.at;
    fields.u32();
    const misc = fields.u16();
    const size = fields.u16();
    if (size < 36) throw new RangeError('no size of a build id');
    fields.u32();
    const build = fields.take(24);
    const length = (misc & MISC_SIZE) !== 0 ? Math.min(build[20]!, LONGEST_BUILD) : LONGEST_BUILD;
    const path = new Fields(fields.take(size - 36), fields.little).text();
    if (path.startsWith('/')) builds.set(path, Buffer.from(build.subarray(0, length)).toString('hex'));
    fields.at = begin + size;
  }
}

/** A record HEADER_BUILD_ID of a stream. */
export function addBuildId(bytes: Uint8Array, little: boolean, builds: Map<string, string>): void {
  try {
    readBuildIds(new Fields(bytes, little), builds);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}
