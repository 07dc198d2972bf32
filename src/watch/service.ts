/** `perfscope watch` as a whole: what it is made of is put together, started, and ended in order. */
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputError, removeTemporaries } from '../lib/atomic.js';
import { makeFolder } from '../lib/make-folder.js';
import { takeLock } from '../batch/lock.js';
import { within } from '../pool/waiting.js';
import { PerfscopeError } from '../errors.js';
import { findPids } from '../record/processes.js';
import type { RingOptions, Target, startRing } from '../record/recorder.js';
import { analyse } from './analysis.js';
import { Asked } from './asked.js';
import { COURIER, Courier } from './deliveries/courier.js';
import type { Delivery } from './deliveries/delivery.js';
import type { Rules } from './desk.js';
import { type Address, isLoopback } from './face/address.js';
import { type Trust, createFace } from './face/face.js';
import { type Listening, listenAt, listenOn } from './face/listen.js';
import { Keeper } from './keeper.js';
import { type Say, reasonOf } from './say.js';
import { Store } from './store.js';
import type { Figure } from './triggers/figures.js';
import { FileTrigger } from './triggers/file.js';
import type { Trigger } from './triggers/trigger.js';
import { FigureWatcher } from './triggers/watcher.js';
import { Watch } from './watch.js';

export interface ServiceOptions {
  readonly target: Target;
  /** All that it keeps is below it. */
  readonly folder: string;
  readonly socket: string;
  /** Seconds that the ring holds at least, and that are analysed. */
  readonly window: number;
  /** Bytes of the ring at most. */
  readonly maxRing: number;
  readonly backend?: string | undefined;
  readonly rules: Rules;
  /** Bytes of all incidents. */
  readonly quota: number;
  readonly analysis: {
    readonly nice: number;
    readonly hurryAfter: number | null;
    /** ms */
    readonly limit: number;
    readonly more: readonly string[];
    readonly command?: readonly string[] | undefined;
  };
  readonly deliveries: readonly Delivery[];
  /** Null: no HTTP face. */
  readonly listen: Address | null;
  readonly token: string | null;
  /** Where the HTTP face is reached from, for links in messages. */
  readonly publicUrl: string | null;
  readonly triggerFile: string | null;
  readonly detect: readonly Figure[];
  /** ms between two looks of the detector. */
  readonly detectEvery: number;
  /** ms between tries of what failed and may do better; default: 10 s. */
  readonly retry?: number | undefined;
  /** ms between tries to start recording at most; default: 30 s. */
  readonly patience?: number | undefined;
  readonly say: Say;
  readonly signal: AbortSignal;
  /** Makes the ring. */
  readonly start: typeof startRing;
  /** Called once when it is ready, with what pulls its trigger. */
  readonly onReady?: ((ready: Ready) => void) | undefined;
}

export interface Ready {
  readonly watch: Watch;
  /** Address of the HTTP face; null without. */
  readonly address: string | null;
  pull(trigger: Trigger): void;
}

const [RETRY_MS, PATIENCE_MS] = [10_000, 30_000];
/** ms between two looks at the trigger's file, and at whether the processes are there; for what is under way when it ends. */
const [FILE_MS, PROCESSES_MS, FAREWELL_MS] = [500, 2000, 25_000];

/**
 * Works until it is told to end, or there is nothing left to record. Gives the reason.
 *
 * @throws PerfscopeError 'usage' (rights, addresses), 'output' (its folder), and what recording fails with at the very beginning
 */
export async function runWatch(options: ServiceOptions): Promise<string> {
  const { folder, listen, token, say } = options;
  if (listen !== null && token === null && !isLoopback(listen.host))
    throw new PerfscopeError(
      'usage',
      `--listen ${listen.host}:${listen.port} can be reached from other machines, and there is no token`,
      {},
      'Set PERFSCOPE_TOKEN or --token-file, or listen on 127.0.0.1.',
    );
  try {
    await makeFolder(folder, 0o700);
  } catch (error) {
    throw outputError(error, folder);
  }
  const lock = await takeLock(folder, say);
  try {
    await removeTemporaries(folder);
    return await new Service(options, await Store.open(folder, say)).run();
  } finally {
    await lock.release();
  }
}

class Service {
  /** Ends analyses, deliveries and all that looks for triggers. */
  private readonly work = new AbortController();
  private readonly asked: Asked;
  private readonly keeper: Keeper;
  private readonly watch: Watch;
  private readonly courier: Courier;
  private readonly listening: Listening[] = [];
  private readonly host = hostname();

  constructor(
    private readonly options: ServiceOptions,
    private readonly store: Store,
  ) {
    const { say, target, window, rules, quota, analysis, deliveries, publicUrl } = options;
    this.asked = new Asked(target, say);
    this.keeper = new Keeper({
      folder: path.join(options.folder, 'ring'),
      returns: target.kind === 'comm' || target.kind === 'cgroup',
      absent: async () => (await this.pidsNow()).length === 0,
      patience: options.patience ?? PATIENCE_MS,
      start: (at) => options.start(this.ringOptions(at)),
      say,
    });
    this.courier = new Courier(
      deliveries,
      { ...COURIER, say, onEnd: (...end) => this.noteDelivery(...end) },
      this.work.signal,
    );
    this.watch = new Watch(
      {
        store,
        courier: this.courier,
        say,
        host: this.host,
        base: publicUrl,
        snapshot: (at, seconds) => this.keeper.snapshot(at, seconds),
        expected: () => this.keeper.status()?.bytes ?? 0,
        analyse: (at, traces, signal) => analyse(at, traces, { window, ...analysis }, signal),
      },
      { rules, window, quota, retry: options.retry ?? RETRY_MS },
      this.work.signal,
    );
  }

  async run(): Promise<string> {
    const { signal, say } = this.options;
    try {
      const address = await this.listen();
      const recording = this.keeper.run(signal, () =>
        signal.aborted ? this.watch.lastSnapshot() : this.watch.flush(),
      );
      // Nothing is taken up before it is clear that recording works at all.
      await Promise.race([recording, this.keeper.started]);
      this.watch.resume();
      this.lookForTriggers();
      this.options.onReady?.({ watch: this.watch, address, pull: (trigger) => void this.watch.trigger(trigger) });
      const reason = await recording;
      await this.watch.lastSnapshot();
      // Told to end, what is under way stays work to be done; else it is finished first.
      if (signal.aborted) this.work.abort();
      signal.addEventListener('abort', () => this.work.abort(), { once: true });
      await this.watch.settled();
      return reason;
    } finally {
      this.work.abort();
      await within(FAREWELL_MS, this.watch.settled());
      await Promise.all(this.listening.map((l) => l.close()));
      say('info', { code: 'watch-over', args: {} });
    }
  }

  /** The address of the HTTP face; null without. */
  private async listen(): Promise<string | null> {
    const { socket, listen, token, say } = this.options;
    const { watch, store, host } = this;
    const face = (trust: Trust) => createFace({ watch, store, host, say, standing: () => this.standing() }, trust);
    this.listening.push(await listenOn(socket, face({ kind: 'socket' })));
    if (listen === null) return null;
    const trust: Trust =
      token === null || isLoopback(listen.host) ? { kind: 'loopback', token } : { kind: 'network', token };
    const listening = await listenAt(listen, face(trust));
    this.listening.push(listening);
    say('info', { code: 'watch-listening', args: { where: listening.where } });
    return listening.where;
  }

  private lookForTriggers(): void {
    const { triggerFile, detect, detectEvery, say } = this.options;
    const { asked } = this;
    if (asked.areMany) void this.every(PROCESSES_MS, () => (asked.left(), Promise.resolve([])));
    if (triggerFile !== null) {
      const file = new FileTrigger(triggerFile, say);
      void this.every(FILE_MS, async () => [await file.look()].filter((t) => t !== null));
    }
    if (detect.length > 0) {
      const watcher = new FigureWatcher(detect, () => this.pidsNow());
      void this.every(detectEvery, () => watcher.look());
    }
  }

  private async every(ms: number, look: () => Promise<Trigger[]>): Promise<void> {
    const { signal } = this.work;
    while (!signal.aborted) {
      try {
        for (const trigger of await look()) this.watch.trigger(trigger);
      } catch (error) {
        this.options.say('warn', { code: 'watch-blind', args: { reason: reasonOf(error) } });
      }
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  private standing() {
    const { keeper, store, courier } = this;
    const incidents = store.count;
    return {
      ring: keeper.status(),
      starts: keeper.starts,
      incidents,
      bytes: store.bytes,
      undelivered: courier.waiting,
    };
  }

  private async noteDelivery(id: string, delivery: string, end: 'done' | 'given-up'): Promise<void> {
    // By its kind: an address is not for everyone who may read the figures.
    this.watch.counters.add('deliveries', { delivery: delivery.split(':')[0]!, end });
    const incident = this.store.get(id);
    if (incident === undefined) return;
    await this.store.save({ ...incident, delivered: { ...incident.delivered, [delivery]: end } });
  }

  private ringOptions(folder: string): RingOptions {
    const { window, maxRing, backend, say, signal } = this.options;
    const log: RingOptions['log'] = (level, line) => say(level, { code: 'watch-recorder', args: { line } });
    const target = this.asked.left();
    const ring = { target, seconds: window, folder, maxBytes: maxRing, log, signal };
    return backend === undefined ? ring : { ...ring, backend };
  }

  /** None where there is no such process at the moment. */
  private pidsNow(): Promise<number[]> {
    return findPids(this.asked.left()).catch(() => []);
  }
}
