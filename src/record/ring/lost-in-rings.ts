/** How many events were lost by what a recording of ftrace's rings says in its last frame. */
import { open } from 'node:fs/promises';
import { FRAME, FrameReader, type RecordingEnd } from '../../formats/ftrace/frames.js';

/** The last frame is shorter. */
const TAIL = 256;

export async function lostInRings(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    // Frames begin at multiples of 8.
    const from = Math.max(0, size - TAIL) & ~7;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL + 8), 0, TAIL + 8, from);
    let lost = 0;
    const frame = (kind: number, content: Uint8Array) => {
      if (kind === FRAME.END) lost = (JSON.parse(Buffer.from(content).toString('utf8')) as RecordingEnd).lost;
    };
    new FrameReader({ frame, lost: () => undefined }, from).push(buffer.subarray(0, bytesRead));
    return lost;
  } finally {
    await file.close();
  }
}
