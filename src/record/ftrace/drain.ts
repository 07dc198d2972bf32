/** Takes what the rings hold into frames. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { FRAME, PAGE_HEAD, closeFrame, frame, FRAME_HEAD } from '../../formats/ftrace/frames.js';
import { type PageLayout, usedBytes } from '../../formats/ftrace/page.js';
import type { Instance } from './instance.js';

/** Of the largest pages that the kernel makes. */
const PAGE_ROOM = 2 ** 16;
const BATCH = 2 ** 20;

export class Drain {
  private readonly rings: readonly { readonly cpu: number; readonly fd: number }[];
  private readonly batch = Buffer.allocUnsafe(BATCH);
  private used = 0;
  /** Pages so far. */
  pages = 0;

  /** @param ringBytes of each processor: so much is taken at once at most, for it may fill as fast as we read */
  constructor(
    instance: Instance,
    private readonly layout: PageLayout,
    private readonly ringBytes: number,
  ) {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    this.rings = instance.cpus().map((cpu) => ({ cpu, fd: openSync(instance.pages(cpu), flags) }));
  }

  /** Takes all that is there. Gives how full the fullest ring was, of 1. */
  take(write: (bytes: Uint8Array) => void): number {
    let most = 0;
    for (const { cpu, fd } of this.rings) {
      let taken = 0;
      while (taken < this.ringBytes) {
        const bytes = this.page(cpu, fd);
        if (bytes === 0) break;
        taken += bytes;
        if (BATCH - this.used < PAGE_ROOM + FRAME_HEAD + PAGE_HEAD + 8) this.flush(write);
      }
      most = Math.max(most, taken);
    }
    if (most === 0) return 0;
    this.flush(write);
    write(frame(FRAME.ROUND));
    return most / this.ringBytes;
  }

  close(): void {
    for (const { fd } of this.rings) closeSync(fd);
  }

  /** Bytes of the next page, which is put into the batch as a frame; 0: there is none. */
  private page(cpu: number, fd: number): number {
    const { batch, layout } = this;
    const content = this.used + FRAME_HEAD;
    const from = content + PAGE_HEAD;
    const read = readNow(fd, batch, from);
    if (read < layout.data) return 0;
    const page = batch.subarray(from, from + read);
    const bytes = usedBytes(page, layout);
    if (bytes <= layout.data) return 0;
    batch.writeUInt32LE(cpu, content);
    batch.writeUInt32LE(0, content + 4);
    this.used = closeFrame(batch, this.used, FRAME.PAGE, PAGE_HEAD + bytes);
    this.pages++;
    return bytes;
  }

  private flush(write: (bytes: Uint8Array) => void): void {
    if (this.used > 0) write(this.batch.subarray(0, this.used));
    this.used = 0;
  }
}

/** A ring that is empty says so by an error. */
function readNow(fd: number, buffer: Buffer, at: number): number {
  try {
    return readSync(fd, buffer, at, PAGE_ROOM, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
