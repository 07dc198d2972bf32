/** What the rings of all tracers have in common: finished files, and what of them is kept. */
import { copyFile, link, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RingOptions } from '../recorder.js';
import { type Segment, prune } from './segments.js';

export interface StoreLimits {
  readonly seconds: number;
  readonly maxBytes: number;
  readonly log: RingOptions['log'];
}

/** Said this often at most that the window does not fit. */
const SAY_EVERY_SECONDS = 300;

export class SegmentStore {
  private segments: Segment[] = [];
  private saidAt = -Infinity;
  /** Snapshots that are being made, and files that go when they are. */
  private readers = 0;
  private readonly late: string[] = [];
  /** Of everything that was ever added. */
  lost = 0;

  constructor(private readonly limits: StoreLimits) {}

  get bytes(): number {
    return this.segments.reduce((sum, s) => sum + s.bytes, 0);
  }

  /** How far back it goes at `now`, s. */
  span(now: number): number {
    return Math.max(0, now - (this.segments[0]?.from ?? now));
  }

  all(): readonly Segment[] {
    return this.segments;
  }

  /** @param growing bytes of the file that is being written */
  async add(segment: Segment, growing: number): Promise<void> {
    this.segments.push(segment);
    this.lost += segment.lost;
    await this.tidy(segment.to, growing);
  }

  /** No file goes while `read` reads them. */
  async keeping<T>(read: () => Promise<T>): Promise<T> {
    this.readers++;
    try {
      return await read();
    } finally {
      if (--this.readers === 0) await Promise.all(this.late.splice(0).map((file) => rm(file, { force: true })));
    }
  }

  /** The same calls in another file. */
  async replace(old: Segment, by: Segment): Promise<void> {
    const at = this.segments.indexOf(old);
    if (at >= 0) this.segments[at] = by;
    await this.remove(at >= 0 ? old.path : by.path);
  }

  /** @param growing bytes of the file that is being written */
  async tidy(now: number, growing: number): Promise<void> {
    const { seconds, maxBytes, log } = this.limits;
    const { kept, dropped, forRoom } = prune(this.segments, now, { seconds, maxBytes, growing });
    this.segments = kept;
    await Promise.all(dropped.map((s) => this.remove(s.path)));
    if (!forRoom || now - this.saidAt < SAY_EVERY_SECONDS) return;
    this.saidAt = now;
    log('warn', `the ring is full: it holds ${this.span(now).toFixed(0)} s instead of ${seconds} s; give it more room`);
  }

  async clear(): Promise<void> {
    await Promise.all(this.segments.map((s) => rm(s.path, { force: true })));
    this.segments = [];
  }

  private async remove(file: string): Promise<void> {
    if (this.readers > 0) this.late.push(file);
    else await rm(file, { force: true });
  }
}

/** Puts files into `folder` under names in order, without copying where one disk holds both. */
export async function placeAll(segments: readonly Segment[], folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const [i, segment] of segments.entries()) {
    const name = path.basename(segment.path).replace(/^[^.]*\.\d*/, '');
    const to = path.join(folder, `${String(i + 1).padStart(4, '0')}${name}`);
    await link(segment.path, to).catch(() => copyFile(segment.path, to));
    paths.push(to);
  }
  return paths;
}
