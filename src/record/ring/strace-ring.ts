/** strace writes into a pipe; what comes out is laid into files of some seconds each, cut between two lines. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { steadySeconds } from '../../lib/steady.js';
import type { Ring, RingOptions, Snapshot } from '../recorder.js';
import type { Tracer } from '../tracer.js';
import { type Segment, lastSeconds, segmentBytes, segmentSeconds, spanOf } from './segments.js';
import { SegmentStore } from './store.js';
import { whyEnded } from './why.js';

const CHATTER = /attached|detached/;
const LF = 10;
/** Between two tries to write where the disk takes nothing. */
const AGAIN_SECONDS = 0.25;

export class StraceRing implements Ring {
  readonly backend = 'strace';
  readonly commands: readonly (readonly string[])[];
  readonly ended: Promise<string>;
  private readonly store: SegmentStore;
  private current: { readonly file: FileHandle; readonly path: string; readonly from: number; bytes: number } | null =
    null;
  /** Writes and switches go one after the other. */
  private turn: Promise<void> = Promise.resolve();
  private count = 0;
  private stopped = false;
  /** Since when the disk takes nothing, of late; lines that were dropped for that and are not told with a file yet. */
  private failedAt: number | null = null;
  private dropped = 0;

  constructor(
    private readonly tracer: Tracer,
    argv: readonly string[],
    private readonly options: RingOptions,
    pipe: AsyncIterable<Buffer>,
  ) {
    this.commands = [argv];
    this.store = new SegmentStore(options);
    const read = this.readAll(pipe).catch((e: Error) =>
      options.log('warn', `the ring cannot be written: ${e.message}`),
    );
    // strace dies of what a program died of that it had started.
    const starts = options.target.kind === 'command';
    this.ended = Promise.all([tracer.ended, read]).then(([{ signal }]) =>
      this.stopped ? 'stopped' : whyEnded(this.backend, starts ? null : signal, tracer.said(), CHATTER),
    );
  }

  async snapshot(folder: string, span: number, signal?: AbortSignal): Promise<Snapshot> {
    signal?.throwIfAborted();
    await this.inTurn(() => this.endFile());
    const to = path.join(folder, 'trace.strace');
    const { taken, bytes } = await this.store.keeping(async () => {
      const last = lastSeconds(this.store.all(), steadySeconds(), span);
      return { taken: last, bytes: await joined(last, to, signal) };
    });
    const lost = taken.reduce((sum, s) => sum + s.lost, 0);
    return { paths: bytes === 0 ? [] : [to], format: 'strace', bytes, lost, ...spanOf(taken) };
  }

  status() {
    const { bytes, from } = this.current ?? { bytes: 0, from: steadySeconds() };
    const span = Math.max(this.store.span(steadySeconds()), steadySeconds() - from);
    return { bytes: this.store.bytes + bytes, seconds: span, lost: this.store.lost + this.dropped };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.tracer.stop();
    await this.ended;
    await this.inTurn(() => this.endFile());
    await this.store.clear();
  }

  /** strace waits while the pipe is full, and the program with it: what comes is written without delay, or dropped, but always taken. */
  private async readAll(pipe: AsyncIterable<Buffer>): Promise<void> {
    let rest = Buffer.alloc(0);
    for await (const chunk of pipe) {
      const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = all.lastIndexOf(LF) + 1;
      rest = Buffer.from(all.subarray(end));
      if (end > 0) await this.inTurn(() => this.write(all.subarray(0, end)));
    }
    if (rest.length > 0) await this.inTurn(() => this.write(rest));
  }

  private async write(lines: Buffer): Promise<void> {
    if (this.failedAt !== null && steadySeconds() - this.failedAt < AGAIN_SECONDS) return this.drop(lines);
    try {
      await this.append(lines);
      this.failedAt = null;
    } catch (error) {
      if (this.failedAt === null) this.options.log('warn', `the ring cannot be written: ${(error as Error).message}`);
      this.failedAt = steadySeconds();
      this.drop(lines);
      // A part of the lines may be there; what comes later begins another file.
      await this.current?.file.truncate(this.current.bytes).catch(() => undefined);
      await this.endFile().catch(() => undefined);
    }
  }

  private drop(lines: Buffer): void {
    for (let at = lines.indexOf(LF); at >= 0; at = lines.indexOf(LF, at + 1)) this.dropped++;
  }

  private async append(lines: Buffer): Promise<void> {
    const { seconds, maxBytes } = this.options;
    const { current } = this;
    const over =
      current !== null &&
      (steadySeconds() - current.from >= segmentSeconds(seconds) || current.bytes > segmentBytes(maxBytes));
    if (over) await this.endFile();
    this.current ??= await this.beginFile();
    await this.current.file.writeFile(lines);
    this.current.bytes += lines.length;
    if (this.store.bytes + this.current.bytes > maxBytes) await this.store.tidy(steadySeconds(), this.current.bytes);
  }

  private async beginFile() {
    const name = path.join(this.options.folder, `segment.${String(++this.count).padStart(8, '0')}.strace`);
    return { file: await open(name, 'wx'), path: name, from: steadySeconds(), bytes: 0 };
  }

  private async endFile(): Promise<void> {
    const { current } = this;
    if (current === null) return;
    this.current = null;
    await current.file.close();
    if (current.bytes === 0) return rm(current.path, { force: true });
    const lost = this.dropped;
    this.dropped = 0;
    await this.store.add(
      { path: current.path, from: current.from, to: steadySeconds(), bytes: current.bytes, lost },
      0,
    );
  }

  private inTurn(act: () => Promise<void>): Promise<void> {
    const next = this.turn.then(act);
    this.turn = next.catch(() => undefined);
    return next;
  }
}

/** Writes one file of all; gives its bytes. */
async function joined(segments: readonly Segment[], to: string, signal: AbortSignal | undefined): Promise<number> {
  const out = await open(to, 'wx');
  let bytes = 0;
  try {
    for (const segment of segments) {
      const part = await open(segment.path, 'r');
      for await (const chunk of part.createReadStream()) {
        signal?.throwIfAborted();
        await out.writeFile(chunk as Buffer);
        bytes += (chunk as Buffer).length;
      }
    }
  } finally {
    await out.close();
  }
  return bytes;
}
