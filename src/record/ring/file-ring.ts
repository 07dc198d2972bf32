/** The tracer (ftrace's recorder, perf) writes one file after the other; SIGUSR2 makes it begin the next. */
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError } from '../../errors.js';
import { steadySeconds } from '../../lib/steady.js';
import type { RingOptions, Ring, Snapshot } from '../recorder.js';
import { type Tracer, sizeOf } from '../tracer.js';
import { PackLine, type Packer, pack } from './pack.js';
import { type Segment, lastSeconds, segmentBytes, segmentSeconds, spanOf } from './segments.js';
import { SegmentStore, placeAll } from './store.js';
import { whyEnded } from './why.js';

/** What the tracers differ in. */
export interface FileKind {
  readonly backend: 'ftrace' | 'perf';
  /** As in Snapshot. */
  readonly format: string;
  readonly extension: string;
  /** Events that it says were lost. */
  lost(file: string): Promise<number>;
}

/** What the file that is being written is named; something is added when it is done. */
export const GROWING = 'ring';
const CHATTER = /^\[ (?:perf record|ftrace):/;
const DUMPED = /^\[ (?:perf record|ftrace): Dump (.*) \]$/;
/** A tracer has much to write where it was not given a processor for a while. */
const SWITCH_PATIENCE_MS = 10_000;
const LOOK_MS = 250;

export class FileRing implements Ring {
  readonly backend: string;
  readonly commands: readonly (readonly string[])[];
  readonly ended: Promise<string>;
  private readonly store: SegmentStore;
  private readonly timers: NodeJS.Timeout[];
  /** Switches go one after the other; one that has not begun yet will do for whoever asks meanwhile. */
  private turn: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | null = null;
  private switching = false;
  /** Files that are whole and were not taken over yet; one may come long after it was asked for. */
  private readonly dumped: string[] = [];
  private heard: () => void = () => undefined;
  private readonly packing = new PackLine();
  private begun = steadySeconds();
  private growing = 0;
  private count = 0;
  private stopped = false;

  constructor(
    private readonly kind: FileKind,
    private readonly tracer: Tracer,
    argv: readonly string[],
    private readonly options: RingOptions,
    private readonly packer: Packer | null,
  ) {
    this.backend = kind.backend;
    this.commands = [argv, ...(packer === null ? [] : [packer.command])];
    this.store = new SegmentStore(options);
    tracer.onLine((line) => {
      const name = DUMPED.exec(line)?.[1];
      if (name === undefined) return;
      this.dumped.push(name);
      this.heard();
    });
    this.ended = tracer.ended.then(({ signal }) =>
      this.stopped ? 'stopped' : whyEnded(kind.backend, signal, tracer.said(), CHATTER),
    );
    this.timers = [
      setInterval(
        () => void this.switchFiles().catch((e: Error) => options.log('warn', e.message)),
        segmentSeconds(options.seconds) * 1000,
      ),
      setInterval(() => void this.look(), LOOK_MS),
    ];
    void this.ended.then(() => this.timers.forEach(clearInterval));
  }

  async snapshot(folder: string, span: number, signal?: AbortSignal): Promise<Snapshot> {
    signal?.throwIfAborted();
    await this.switchFiles();
    signal?.throwIfAborted();
    const { taken, paths } = await this.store.keeping(async () => {
      const last = lastSeconds(this.store.all(), steadySeconds(), span);
      return { taken: last, paths: await placeAll(last, folder) };
    });
    return {
      paths,
      format: this.kind.format,
      bytes: taken.reduce((sum, s) => sum + s.bytes, 0),
      lost: taken.reduce((sum, s) => sum + s.lost, 0),
      ...spanOf(taken),
    };
  }

  status() {
    const span = Math.max(this.store.span(steadySeconds()), steadySeconds() - this.begun);
    return { bytes: this.store.bytes + this.growing, seconds: span, lost: this.store.lost };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timers.forEach(clearInterval);
    await this.tracer.stop();
    await this.turn;
    await this.packing.done;
    await this.store.clear();
    const { folder } = this.options;
    const rest = (await readdir(folder)).filter((name) => name === GROWING || name.startsWith(`${GROWING}.`));
    await Promise.all(rest.map((name) => rm(path.join(folder, name), { force: true })));
  }

  private async look(): Promise<void> {
    const { folder, maxBytes, log } = this.options;
    try {
      this.growing = await sizeOf(path.join(folder, GROWING));
      const isLarge = this.growing > segmentBytes(maxBytes);
      if (isLarge && !this.switching) await this.switchFiles();
      else if (this.store.bytes + this.growing > maxBytes) await this.store.tidy(steadySeconds(), this.growing);
    } catch (error) {
      log('warn', (error as Error).message);
    }
  }

  /** Ends the file that is being written, and waits until it is whole. */
  private switchFiles(): Promise<void> {
    this.waiting ??= this.turn.then(async () => {
      this.waiting = null;
      this.switching = true;
      await this.switchNow().finally(() => (this.switching = false));
    });
    this.turn = this.waiting.catch(() => undefined);
    return this.waiting;
  }

  private async switchNow(): Promise<void> {
    const isThere = this.tracer.hasEnded() || (await this.nextFile());
    await this.takeDumped();
    if (!isThere)
      throw new PerfscopeError(
        'record',
        `${this.backend} has not ended its file within ${SWITCH_PATIENCE_MS / 1000} s`,
      );
  }

  /** Whether a file came, or the tracer ended with the last one, in time. */
  private nextFile(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SWITCH_PATIENCE_MS, false);
      this.heard = () => {
        clearTimeout(timer);
        resolve(true);
      };
      void this.tracer.ended.then(() => this.heard());
      this.tracer.signal('SIGUSR2');
    });
  }

  private async takeDumped(): Promise<void> {
    for (let file = this.dumped.shift(); file !== undefined; file = this.dumped.shift()) await this.take(file);
  }

  private async take(file: string): Promise<void> {
    const now = steadySeconds();
    // The name that perf gives has the time in it, which need not grow.
    const { extension, lost } = this.kind;
    const own = path.join(this.options.folder, `segment.${String(++this.count).padStart(8, '0')}.${extension}`);
    await rename(file, own);
    const segment = { path: own, from: this.begun, to: now, bytes: await sizeOf(own), lost: await lost(own) };
    this.begun = now;
    this.growing = 0;
    await this.store.add(segment, await sizeOf(path.join(this.options.folder, GROWING)));
    if (this.packer !== null) {
      const packOne = (niceness: number) => this.packOne(segment, niceness);
      this.packing.add((niceness) => packOne(niceness).catch((e: Error) => this.options.log('warn', e.message)));
    }
  }

  private async packOne(segment: Segment, niceness: number): Promise<void> {
    if (this.stopped || !this.store.all().includes(segment)) return;
    const packed = await pack(this.packer!, segment.path, niceness);
    if (packed === null) await rm(`${segment.path}${this.packer!.extension}`, { force: true });
    else await this.store.replace(segment, { ...segment, path: packed, bytes: await sizeOf(packed) });
  }
}
