import { describe, expect, it } from 'vitest';
import { packChunk } from '../../src/reading/chunk-packing.js';
import type { TraceChunk } from '../../src/trace/chunk.js';

/** Two rows in arrays that have room for four. */
const chunk = {
  rows: 2,
  columns: {
    start: Float64Array.of(0.5, 1.5, 9, 9),
    duration: Float64Array.of(NaN, 2, 9, 9),
    call: Uint16Array.of(1, 2, 9, 9),
    thread: Uint32Array.of(3, 4, 9, 9),
    errno: Uint8Array.of(5, 6, 9, 9),
    kind: Uint8Array.of(7, 8, 9, 9),
    variant: Uint8Array.of(1, 0, 9, 9),
    flags: Uint8Array.of(0, 1, 9, 9),
    descriptor: Int32Array.of(-1, 3, 9, 9),
    result: Int32Array.of(-2, 2, 9, 9),
    cpu: Uint16Array.of(0xffff, 1, 9, 9),
    stack: null,
  },
  calls: ['read'],
  threads: [],
  switches: {
    length: 1,
    time: Float64Array.of(7, 9),
    cpu: Uint16Array.of(1, 9),
    previousTid: Int32Array.of(10, 9),
    previousState: Uint8Array.of(82, 9),
    nextTid: Int32Array.of(11, 9),
    nextName: Uint16Array.of(0, 9),
    nextNames: ['idle'],
  },
} as unknown as TraceChunk;

describe('packChunk', () => {
  it.each([0, 1024])('puts the rows in use, and nothing else, into shared memory (room of %i)', (bytes) => {
    const room = new Uint8Array(new SharedArrayBuffer(bytes));
    const { chunk: packed, memory } = packChunk(chunk, room);
    expect(memory === room).toBe(bytes > 0);
    for (const array of Object.values(packed.columns)) if (array !== null) expect(array.buffer).toBe(memory.buffer);
    // The rows' memory is used again while the builder still needs the scheduler events.
    expect(packed.switches!.time.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(packed.switches!.time.buffer).not.toBe(memory.buffer);
    expect([...packed.columns.start]).toEqual([0.5, 1.5]);
    expect([...packed.columns.duration]).toEqual([NaN, 2]);
    expect([...packed.columns.call]).toEqual([1, 2]);
    expect([...packed.columns.errno]).toEqual([5, 6]);
    expect([...packed.columns.descriptor]).toEqual([-1, 3]);
    expect([...packed.columns.cpu!]).toEqual([0xffff, 1]);
    expect(packed.columns.stack).toBeNull();
    expect([...packed.switches!.time]).toEqual([7]);
    expect([...packed.switches!.previousState]).toEqual([82]);
    expect(packed.switches!.nextNames).toEqual(['idle']);
    expect(packed.calls).toEqual(['read']);
  });

  it('leaves the chunk that it was given as it was', () => {
    packChunk(chunk, new Uint8Array(new SharedArrayBuffer(1024)));
    expect(chunk.columns.start).toHaveLength(4);
  });
});
