/**
 * Scan primitives that the text formats share: numbers, words and lines are read in place from a Uint8Array, so that a
 * line costs no string and no object. All of them expect the stretch to end with a line feed (see `endedByNewline`):
 * it is the sentinel that stops every loop, which saves a bounds check a byte.
 */
export const LF = 10;
export const CR = 13;
export const SPACE = 32;

/** The same bytes as a plain Uint8Array: a Buffer among them would make every access in the hot loops look at the type. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** True for the bytes 0-9. */
export function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Position of the first line feed at or after `from`; there must be one. */
export function lineEnd(bytes: Uint8Array, from: number): number {
  let p = from;
  while (bytes[p] !== LF) p++;
  return p;
}

/**
 * Finds line feeds four bytes at a time: aligned words of the underlying buffer, tested for a byte equal to LF with the
 * usual carry trick (x - 0x01010101 & ~x & 0x80808080 is not 0 exactly where x has a zero byte). Twice as fast as byte by
 * byte, and most bytes of a trace are arguments that nobody reads.
 */
export class LineScanner {
  /** For reading four bytes at any position at once. */
  readonly view: DataView;
  private readonly words: Int32Array;
  /** Offset of bytes[0] behind words[0]. */
  private readonly shift: number;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.shift = bytes.byteOffset & 3;
    const start = bytes.byteOffset - this.shift;
    this.words = new Int32Array(bytes.buffer, start, (bytes.byteOffset + bytes.length - start) >> 2);
  }

  /** Position of the first line feed at or after `from`; there must be one. */
  lineEnd(from: number): number {
    const { bytes, words } = this;
    let p = from;
    while (((p + this.shift) & 3) !== 0) {
      if (bytes[p] === LF) return p;
      p++;
    }
    const count = words.length;
    let w = (p + this.shift) >> 2;
    while (w < count) {
      const x = words[w] ^ 0x0a0a0a0a;
      if (((x - 0x01010101) & ~x & 0x80808080) !== 0) break;
      w++;
    }
    p = (w << 2) - this.shift;
    while (bytes[p] !== LF) p++;
    return p;
  }
}

/**
 * The six decimal digits at `p` (microseconds, everywhere) as a number, -1 when one of them is none. Two loads, and the digits
 * put together pairwise: b0 * 10 + b1 in every byte of a word at once.
 */
export function sixDigits(view: DataView, p: number): number {
  const four = (view.getInt32(p, true) - 0x30303030) | 0;
  const two = view.getUint16(p + 4, true) - 0x3030;
  // A byte above 9 gets its high bit by the addition, a byte below 0 has it from the subtraction.
  if (((((four + 0x76767676) | four) & 0x80808080) | (((two + 0x7676) | two) & 0x8080)) !== 0) return -1;
  const pairs = (Math.imul(four, 10) + (four >>> 8)) & 0x00ff00ff;
  return ((pairs & 0xff) * 100 + (pairs >>> 16)) * 100 + (two & 0xff) * 10 + (two >>> 8);
}

/** Position after the last line feed, 0 when there is none. */
export function lastLineStart(bytes: Uint8Array): number {
  return bytes.lastIndexOf(LF) + 1;
}

/** A copy of `bytes` that ends with a line feed. */
export function endedByNewline(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1);
  out.set(bytes);
  out[bytes.length] = LF;
  return out;
}

/** True when the bytes at `at` are those of `word` (ASCII). Stops at the first difference, so a sentinel is enough. */
export function startsWith(bytes: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

/** True when the bytes before `end` are those of `word`, none of them before `start`. */
export function endsWith(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  return end - start >= word.length && startsWith(bytes, end - word.length, word);
}

const decoder = new TextDecoder();
/** Text of a byte range; damaged UTF-8 becomes U+FFFD. For names on first sight and messages, never once a line. */
export function text(bytes: Uint8Array, start: number, end: number): string {
  // TextDecoder refuses views of a SharedArrayBuffer, a copy does not.
  return decoder.decode(bytes.slice(start, end));
}

/** FNV-1a over a byte range, folded to 32 bits. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_SEED;
  for (let p = start; p < end; p++) hash = hashStep(hash, bytes[p]);
  return hash;
}
export const HASH_SEED = 0x811c9dc5 | 0;
/** One step of the hash that `ByteInterner.intern` expects; for callers that hash while they scan. */
export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** Numbers byte strings in order of first sight: open addressing, bytes compared in full, a JS string made only once. */
export class ByteInterner {
  readonly strings: string[] = [];
  private slots = new Int32Array(256);
  private hashes = new Int32Array(128);
  private offsets = new Int32Array(129);
  private pool = new Uint8Array(2048);

  get size(): number {
    return this.strings.length;
  }

  /** Number of bytes[start, end), whose `hash` was made with hashStep. */
  intern(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = this.slots[slot] - 1;
      if (id < 0) return this.add(bytes, start, end, hash, slot);
      if (this.hashes[id] === hash && this.same(id, bytes, start, end)) return id;
      slot = (slot + 1) & mask;
    }
  }

  /** Number of a string, for what was not read from bytes. */
  internString(string: string): number {
    const bytes = new TextEncoder().encode(string);
    return this.intern(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
  }

  private same(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    let q = this.offsets[id];
    if (this.offsets[id + 1] - q !== end - start) return false;
    const pool = this.pool;
    for (let p = start; p < end; p++, q++) if (bytes[p] !== pool[q]) return false;
    return true;
  }

  private add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const id = this.strings.push(text(bytes, start, end)) - 1;
    if (id === this.hashes.length) {
      this.hashes = grown(this.hashes, id * 2);
      this.offsets = grown(this.offsets, id * 2 + 1);
    }
    const offset = this.offsets[id];
    if (offset + end - start > this.pool.length) {
      this.pool = grown(this.pool, (offset + end - start) * 2);
    }
    this.pool.set(bytes.subarray(start, end), offset);
    this.hashes[id] = hash;
    this.offsets[id + 1] = offset + end - start;
    this.slots[slot] = id + 1;
    if (this.strings.length * 2 > this.slots.length) this.rehash();
    return id;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 4);
    const mask = slots.length - 1;
    for (let id = 0; id < this.strings.length; id++) {
      const hash = this.hashes[id];
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.slots = slots;
  }
}

/** Maps 32-bit integers (thread ids) to small numbers: open addressing, -1 for what is not there. */
export class IntMap {
  private keys = new Int32Array(64);
  private values = new Int32Array(64);
  private used = 0;

  get(key: number): number {
    const mask = this.keys.length - 1;
    let slot = (Math.imul(key, 0x9e3779b1) >>> 8) & mask;
    while (this.values[slot] !== 0) {
      if (this.keys[slot] === key) return this.values[slot] - 2;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /** `value` >= 0; -1 forgets the key (its slot stays, so that the chain behind it is found). */
  set(key: number, value: number): void {
    const mask = this.keys.length - 1;
    let slot = (Math.imul(key, 0x9e3779b1) >>> 8) & mask;
    while (this.values[slot] !== 0 && this.keys[slot] !== key) slot = (slot + 1) & mask;
    if (this.values[slot] === 0) this.used++;
    this.keys[slot] = key;
    this.values[slot] = value + 2;
    if (this.used * 2 > this.keys.length) this.grow();
  }

  clear(): void {
    this.values.fill(0);
    this.used = 0;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(keys.length * 2);
    this.values = new Int32Array(keys.length * 2);
    this.used = 0;
    for (let i = 0; i < keys.length; i++) if (values[i] !== 0) this.set(keys[i], values[i] - 2);
  }
}

/** A copy of a typed array with room for `length` elements. */
export function grown<T extends Uint8Array | Int32Array | Uint16Array | Uint32Array | Float64Array>(
  array: T,
  length: number,
): T {
  const out = new (array.constructor as new (length: number) => T)(length);
  out.set(array);
  return out;
}
