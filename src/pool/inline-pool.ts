/** A pool without threads: for code that runs in a worker already, and whose siblings keep the other processors busy. */
import type { MapOptions, Pool, RunOptions } from './pool.js';
import { type Stage, throwIfCancelled } from './stage.js';

export const inlinePool: Pool = {
  jobs: 1,
  threads: 0,
  isBusy: false,
  warm: () => undefined,
  async run<Args, Result>(stage: Stage<Args, Result>, args: Args, options: RunOptions = {}): Promise<Result> {
    throwIfCancelled(options.signal);
    const result = await stage.run(args, {
      signal: options.signal ?? new AbortController().signal,
      progress: (done) => options.onProgress?.(done),
      log: (level, message) => options.onLog?.(level, message),
    });
    throwIfCancelled(options.signal);
    return result;
  },
  async *map<Args, Result>(
    stage: Stage<Args, Result>,
    items: Iterable<Args> | AsyncIterable<Args>,
    options: MapOptions = {},
  ): AsyncGenerator<Result, void, undefined> {
    for await (const item of items) yield await inlinePool.run(stage, item, options);
  },
  close: () => Promise.resolve(),
};
