/** Whether work is worth the start of a thread. */
import type { Pool } from './pool.js';

/**
 * Fewer rows than this are analysed sooner than a thread has started and loaded its code: a tenth of a CPU-second, an eighth of what all of
 * such an incident takes (docs/performance.md). The calling thread hears of nothing else meanwhile, for less than half a second.
 */
export const SMALL_ROWS = 300_000;

/** Whether work on so many rows is done sooner by the calling thread: it is little, and no thread has been started for anything else. */
export const isDoneSoonerHere = (pool: Pool, rows: number): boolean => pool.threads === 0 && rows < SMALL_ROWS;
