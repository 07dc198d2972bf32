/**
 * The pool of worker threads: Piscina runs the tasks, Comlink carries progress, log lines and cancellation. Threads
 * start with the first task, so that a small run never waits for them.
 *
 * To add a stage: write it (stage.ts), add `workers/<name>.ts` with `export default serve(stage)`, call `pool.run`.
 */
import { expose } from 'comlink/dist/esm/comlink.mjs';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { PerfscopeError, fromPlainError } from '../errors.js';
import type { Message } from '../result.js';
import { entryPoint } from './entry-point.js';
import { abortsWith, onAbort } from './on-abort.js';
import { type Reply, type Supervisor, type TaskEnvelope, WARM_UP } from './serve.js';
import { Slots } from './slots.js';
import { type LogLevel, type Stage, cancellation, throwIfCancelled } from './stage.js';
import { v8Flags } from './v8-flags.js';

export interface PoolOptions {
  /** Tasks at a time; at least 1. */
  readonly jobs: number;
  /**
   * The calling thread takes tasks of `map`, too, while all others have enough to do: then there is one thread less to start, which
   * takes a third of a CPU-second with its code, and none is waited for. For short tasks: meanwhile nothing else is heard.
   */
  readonly helping?: boolean | undefined;
  /** Heap of each worker, MB; a task that needs more fails alone. Default: Node's own limit. */
  readonly maxHeapMb?: number;
  /**
   * What the heap of a worker may hold before its garbage is collected for the first time, MB; default: V8's own, a few. For threads that
   * run one task after the other: V8 collects it in each otherwise, and forgets what code it had compiled for the last one.
   */
  readonly startHeapMb?: number | undefined;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Run in the calling thread: for work that is smaller than the start of a thread. */
  readonly inline?: boolean | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly onLog?: ((level: LogLevel, message: Message) => void) | undefined;
}

export interface MapOptions extends RunOptions {
  /** Tasks begun and not yet taken over by the consumer, at most. Default: one more than `jobs`, or twice as many where the calling thread helps. */
  readonly inFlight?: number;
}

export interface Pool {
  readonly jobs: number;
  /** Worker threads that are alive. */
  readonly threads: number;
  /** The calling thread helps, and all others have enough to do. */
  readonly isBusy: boolean;
  /** Has all threads start and load the stage, and does not wait for it: for who knows that work will come. */
  warm(stage: Pick<Stage<never, unknown>, 'name' | 'entryPoint'>): void;
  /** Runs one task. More calls than threads wait outside the pool, so that arguments are not all copied at once. */
  run<Args, Result>(stage: Stage<Args, Result>, args: Args, options?: RunOptions): Promise<Result>;
  /**
   * Runs a task for each item and gives the results in the order of the items. An item is asked for only when there is
   * room for its task: `inFlight` bounds the memory that items and results take.
   */
  map<Args, Result>(
    stage: Stage<Args, Result>,
    items: Iterable<Args> | AsyncIterable<Args>,
    options?: MapOptions,
  ): AsyncGenerator<Result, void, undefined>;
  /** Ends all threads; tasks still running fail with 'interrupted'. */
  close(): Promise<void>;
}

/** How long a cancelled task may take to stop by itself before its thread is ended, ms. Longer than one chunk takes. */
const GRACE_MS = 150;
/**
 * Threads import their modules. Piscina would require them, and a thread that is ended while Node (20) requires a module takes the process
 * along: `v8::Module::IsGraphAsync must be used on an instantiated module`.
 */
const IMPORTS = '--no-experimental-require-module';
/** A thread that has had nothing to do for this long is ended, ms. */
const IDLE_MS = 30_000;

export function createPool(options: PoolOptions): Pool {
  for (const flag of v8Flags(options.startHeapMb, process.versions.v8)) setFlagsFromString(flag);
  return new PiscinaPool(Math.max(1, Math.floor(options.jobs)), options.maxHeapMb, options.helping ?? false);
}

class PiscinaPool implements Pool {
  private piscina: Piscina | null = null;
  private closed = false;
  private readonly slots: Slots;
  private readonly helping: boolean;
  private readonly mostThreads: number;

  constructor(
    readonly jobs: number,
    private readonly maxHeapMb: number | undefined,
    helping: boolean,
  ) {
    this.helping = helping && jobs > 1;
    this.mostThreads = this.helping ? jobs - 1 : jobs;
    // One more than there are threads: one that has finished is given its next task at once. While the calling thread helps it
    // gives nothing, so then each thread has its next task with it.
    this.slots = new Slots(this.helping ? 2 * this.mostThreads : this.mostThreads + 1);
  }

  get isBusy(): boolean {
    return this.helping && this.slots.areTaken;
  }

  get threads(): number {
    return this.piscina?.threads.length ?? 0;
  }

  warm(stage: Pick<Stage<never, unknown>, 'name' | 'entryPoint'>): void {
    if (this.closed || this.piscina !== null) return;
    const piscina = this.start();
    const filename = entryPointOf(stage);
    // A thread that cannot start fails the first task, too, where it is told of.
    for (let i = 0; i < this.mostThreads; i++) piscina.run(WARM_UP, { filename }).catch(() => undefined);
  }

  async run<Args, Result>(stage: Stage<Args, Result>, args: Args, options: RunOptions = {}): Promise<Result> {
    throwIfCancelled(options.signal);
    if (options.inline === true) return runInline(stage, args, options);
    await this.slots.take(options.signal, cancellation);
    try {
      if (this.closed) throw new PerfscopeError('interrupted', 'the pool is closed');
      return await this.dispatch(stage, args, options);
    } finally {
      this.slots.give();
    }
  }

  async *map<Args, Result>(
    stage: Stage<Args, Result>,
    items: Iterable<Args> | AsyncIterable<Args>,
    options: MapOptions = {},
  ): AsyncGenerator<Result, void, undefined> {
    const bound = options.inline === true ? 1 : (options.inFlight ?? (this.helping ? 2 * this.jobs : this.jobs + 1));
    // A failure in one task cancels its siblings.
    const { controller: siblings, letGo } = abortsWith(options.signal);
    const { signal } = siblings;
    const pending: Promise<Result>[] = [];
    let failed = false;
    try {
      for await (const item of items) {
        const helps = this.isBusy;
        const task = this.run<Args, Result>(stage, item, {
          ...options,
          signal,
          inline: options.inline === true || helps,
        });
        task.catch(() => {
          failed = true;
        });
        pending.push(task);
        // What the others had to say meanwhile.
        if (helps) await new Promise((resolve) => void setImmediate(resolve));
        if (pending.length >= bound) yield await pending.shift()!;
        if (failed) break;
      }
      while (pending.length > 0) yield await pending.shift()!;
    } finally {
      if (pending.length > 0) {
        siblings.abort();
        await Promise.allSettled(pending);
      }
      letGo();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.slots.refuseAll(new PerfscopeError('interrupted', 'the pool is closed'));
    await this.piscina?.destroy();
  }

  private start(): Piscina {
    if (this.piscina !== null) return this.piscina;
    // Imported, a CommonJS package is first searched for its exports, for as long as ten of our modules take to load.
    const { Piscina } = createRequire(import.meta.url)('piscina') as typeof import('piscina');
    this.piscina = new Piscina({
      minThreads: 0,
      maxThreads: this.mostThreads,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: this.helping ? 2 : 1,
      execArgv: [...process.execArgv, IMPORTS],
      ...(this.maxHeapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: this.maxHeapMb } }),
    });
    // A thread's death reaches the task that it ran; without a listener the event would end the process.
    this.piscina.on('error', () => undefined);
    return this.piscina;
  }

  private async dispatch<Args, Result>(stage: Stage<Args, Result>, args: Args, options: RunOptions): Promise<Result> {
    const piscina = this.start();
    const kill = new AbortController();
    // A line costs as much as parsing a thousand lines of text.
    const line = stage.brief === true ? null : openLine(options, () => kill.abort());
    const task: TaskEnvelope<Args> = { args, port: line?.port ?? null };
    try {
      const reply = (await piscina.run(task, {
        filename: entryPointOf(stage),
        ...(line === null ? {} : { signal: kill.signal, transferList: [line.port] }),
      })) as Reply<Result>;
      throwIfCancelled(options.signal);
      if (!reply.ok) throw fromPlainError(reply.error);
      return reply.value;
    } catch (error) {
      throwIfCancelled(options.signal);
      throw this.closed ? new PerfscopeError('interrupted', 'the pool was closed') : taskError(error, stage.name);
    } finally {
      line?.close();
    }
  }
}

function entryPointOf({ name, entryPoint: url }: Pick<Stage<never, unknown>, 'name' | 'entryPoint'>): string {
  return url === undefined ? entryPoint(name) : fileURLToPath(url);
}

async function runInline<Args, Result>(stage: Stage<Args, Result>, args: Args, options: RunOptions): Promise<Result> {
  const result = await stage.run(args, {
    signal: options.signal ?? new AbortController().signal,
    progress: (done) => options.onProgress?.(done),
    log: (level, message) => options.onLog?.(level, message),
  });
  throwIfCancelled(options.signal);
  return result;
}

/** The Comlink line to one task, or null when nobody listens. `kill` is called when a cancelled task does not stop. */
function openLine(options: RunOptions, kill: () => void): { port: MessagePort; close: () => void } | null {
  const { signal, onProgress, onLog } = options;
  if (signal === undefined && onProgress === undefined && onLog === undefined) return null;
  const { port1, port2 } = new MessageChannel();
  let timer: NodeJS.Timeout | undefined;
  let tellTask: () => void = () => undefined;
  const cancel = () => {
    tellTask();
    timer = setTimeout(kill, GRACE_MS);
  };
  const forget = signal === undefined ? undefined : onAbort(signal, cancel);
  const supervisor: Supervisor = {
    progress: (done) => onProgress?.(done),
    log: (level, message) => onLog?.(level, message),
    whenCancelled: () =>
      new Promise((resolve) => {
        tellTask = resolve;
        if (signal?.aborted === true) resolve();
      }),
  };
  expose(supervisor, nodeEndpoint(port1));
  return {
    port: port2,
    close: () => {
      clearTimeout(timer);
      forget?.();
      port1.close();
    },
  };
}

/** An error that a thread threw, or died of, loses its class on the way: what is left is put in words. */
function taskError(error: unknown, stage: string): PerfscopeError {
  if (error instanceof PerfscopeError) return error;
  const { code, message } = error as { code?: string; message?: string };
  const wrapped =
    code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? new PerfscopeError(
          'worker',
          `stage ${stage} ran out of memory`,
          {},
          'Raise --max-memory, lower --jobs or narrow the window.',
        )
      : new PerfscopeError(
          'worker',
          `stage ${stage} failed: ${message ?? String(error)}`,
          {},
          'This is a defect of perfscope; please report it.',
        );
  wrapped.cause = error;
  return wrapped;
}
