/** What every run of the library takes: threads, cancellation, progress and log lines. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import type { Message } from '../result.js';
import { type Pool, type PoolOptions, createPool } from '../pool/pool.js';
import type { LogLevel } from '../pool/stage.js';

export interface Progress {
  /** What is being done: 'read', 'learn', 'analyze', 'evaluate', ... */
  readonly stage: string;
  readonly done: number;
  /** Null when it cannot be told beforehand. */
  readonly total: number | null;
  /** More to say than a share, for who shows it. */
  readonly note?: string | undefined;
}

export interface RunOptions {
  /** Worker threads at most. Default: the processors that this process may use. */
  readonly jobs?: number | undefined;
  /** Cancels the run, which then fails with code 'interrupted' or 'time-limit'. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onLog?: ((level: LogLevel, message: Message) => void) | undefined;
  /** A pool to use; without one, a pool is made and closed. `jobs` is then the pool's. */
  readonly pool?: Pool | undefined;
}

/** Runs `body` with the caller's pool or with one of its own, `helping` if so asked, which is closed however `body` ends. */
export async function withPool<T>(
  options: RunOptions & Pick<PoolOptions, 'helping'>,
  body: (pool: Pool) => Promise<T>,
): Promise<T> {
  if (options.pool !== undefined) return body(options.pool);
  const pool = createPool({ jobs: options.jobs ?? availableParallelism(), helping: options.helping });
  try {
    return await body(pool);
  } finally {
    await pool.close();
  }
}

/** One path or several, as a list that is not empty and names nothing twice: each of its calls would be two. */
export function pathList(paths: string | readonly string[]): readonly string[] {
  const list = typeof paths === 'string' ? [paths] : paths;
  const places = new Set<string>();
  for (const one of list) {
    const place = path.resolve(one);
    if (places.has(place)) throw new PerfscopeError('usage', `${one} is named twice`, {}, 'Name each file once.');
    places.add(place);
  }
  if (list.length > 0) return list;
  throw new PerfscopeError('usage', 'no trace was named', {}, 'Name a file, a folder of strace -ff, or - for stdin.');
}

/** Wall seconds a stage, in the order in which the stages began. */
export class Timing {
  private readonly spent: Record<string, number> = {};

  async measure<T>(stage: string, body: () => T | Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await body();
    } finally {
      this.spent[stage] = (this.spent[stage] ?? 0) + (performance.now() - begun) / 1000;
    }
  }

  get seconds(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.entries(this.spent).map(([k, s]) => [k, Math.round(s * 1e4) / 1e4]));
  }
}

/** Largest resident memory of the process so far, bytes (getrusage(2) tells kilobytes). */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
