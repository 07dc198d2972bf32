/** Memory that the pieces of one set go round in: buffers for their text, rooms for their rows. */
import type { TraceBuilder } from '../trace/builder.js';
import { sharedBytes } from './chunk-packing.js';
import { smallBuffers } from './pieces.js';

/** Where the rows of a piece are written. */
export interface Room {
  readonly bytes: Uint8Array;
  /** Lies in the memory of the builder. */
  readonly inMemory: boolean;
}

export class MemoryRounds {
  /** For text, of `chunkBytes` each. */
  readonly free: SharedArrayBuffer[] = [];
  /** Smaller ones, for who reads next. */
  private readonly spare: SharedArrayBuffer[] = [];
  private readonly inMemory = new Map<TraceBuilder, Uint8Array[]>();
  private readonly others: Uint8Array[] = [];

  constructor(private readonly chunkBytes: number) {}

  /** For the rows of so much text: in the builder's memory, while there is room. */
  takeRoom(builder: TraceBuilder, textBytes: number): Room {
    const near = this.inMemory.get(builder)?.pop() ?? builder.room(this.chunkBytes);
    if (near !== null) return { bytes: near, inMemory: true };
    return { bytes: this.others.pop() ?? sharedBytes(Math.min(this.chunkBytes, textBytes)), inMemory: false };
  }

  giveRoom(builder: TraceBuilder, { bytes, inMemory }: Room): void {
    if (!inMemory) return void this.others.push(bytes);
    const rooms = this.inMemory.get(builder);
    if (rooms === undefined) this.inMemory.set(builder, [bytes]);
    else rooms.push(bytes);
  }

  giveBuffer(buffer: SharedArrayBuffer): void {
    (buffer.byteLength === this.chunkBytes ? this.free : this.spare).push(buffer);
  }

  /** When nothing is on its way any more. */
  end(): void {
    for (const buffer of [...this.free, ...this.spare]) smallBuffers.give(buffer);
  }
}
