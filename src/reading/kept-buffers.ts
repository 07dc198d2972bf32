/** None that is larger is kept. */
const MOST_BYTES = 2 ** 23;

/**
 * Shared memory that a thread fills again with the next small file. V8 does not count it, so what nobody needs any more would lie about
 * until it collects garbage for other reasons: in an archive of small incidents, a hundred megabytes.
 */
export class KeptBuffers {
  private kept: SharedArrayBuffer | null = null;

  /** One of `least` bytes at least, with anything in it, and of `most` bytes at most. */
  take(least: number, most: number): SharedArrayBuffer {
    const { kept } = this;
    if (kept === null || kept.byteLength < least || kept.byteLength > most) return new SharedArrayBuffer(least);
    this.kept = null;
    return kept;
  }

  /** Nobody needs it from now on. */
  give(buffer: SharedArrayBuffer): void {
    if (buffer.byteLength <= MOST_BYTES && buffer.byteLength >= (this.kept?.byteLength ?? 0)) this.kept = buffer;
  }
}
