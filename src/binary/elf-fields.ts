/** Fields of an ELF file: numbers of its width and byte order, strings, stretches. A RangeError: beyond its end. */
import { PerfscopeError } from '../errors.js';

export class ElfFields {
  readonly wide: boolean;
  readonly little: boolean;
  private readonly view: DataView;
  private readonly buffer: Buffer;

  constructor(readonly bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.view = new DataView(buffer, byteOffset, byteLength);
    this.buffer = Buffer.from(buffer, byteOffset, byteLength);
    this.wide = bytes[4] === 2;
    this.little = bytes[5] !== 2;
  }

  slice(offset: number, size: number): Uint8Array {
    if (offset + size > this.bytes.length) throw new RangeError('section beyond the end');
    return this.bytes.subarray(offset, offset + size);
  }

  text(offset: number): string {
    const end = this.bytes.indexOf(0, offset);
    if (end < 0) throw new RangeError('string beyond the end');
    return this.buffer.toString('latin1', offset, end);
  }

  byte(at: number): number {
    return this.view.getUint8(at);
  }

  half(at: number): number {
    return this.view.getUint16(at, this.little);
  }

  int(at: number): number {
    return this.view.getUint32(at, this.little);
  }

  /** An address or size; beyond 2^53 it loses bits, which no file has. */
  word(at: number): number {
    if (!this.wide) return this.int(at);
    const [low, high] = this.little ? [this.int(at), this.int(at + 4)] : [this.int(at + 4), this.int(at)];
    return high * 0x100000000 + low;
  }
}

/** What `read` gives. Throws `input-format` where the file is no ELF binary, `input-damaged` where it is cut. */
export function guarded<T>(bytes: Uint8Array, path: string, read: () => T): T {
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
    throw new PerfscopeError(
      'input-format',
      'the file is no ELF binary',
      { path },
      "Give the program's own executable file.",
    );
  }
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PerfscopeError(
      'input-damaged',
      'the ELF file is cut off or damaged: its tables point beyond its end',
      { path },
      "Copy the program's executable file again.",
    );
  }
}
