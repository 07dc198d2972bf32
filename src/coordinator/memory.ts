/** Amounts of memory: what there is, what a user allows, what the process holds. */
import os from 'node:os';
import { PerfscopeError } from '../errors.js';

export const MB = 1024 * 1024;

/** The program and a warm thread, before there is a trace, bytes: measured on Node 20. */
export const BASE = 120 * MB;
/** A trace takes at least this. */
export const LEAST = 40 * MB;

/** Three quarters of what this process may have (its control group's limit, or the machine's memory). */
export function defaultMemory(): number {
  const limit = (process as { constrainedMemory?: () => number }).constrainedMemory?.() ?? 0;
  return Math.floor(0.75 * (limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem()));
}

/** "2G", "500M", bytes. */
export function parseMemory(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(text.trim());
  const value = Number(match?.[1]) * 1024 ** ' kmgt'.indexOf((match?.[2] ?? '').toLowerCase() || ' ');
  const least = BASE + LEAST;
  if (match !== null && value >= least) return Math.floor(value);
  const why = match === null ? 'not an amount of memory' : `too little: it takes ${Math.ceil(least / MB)}M at least`;
  throw new PerfscopeError('usage', `--max-memory ${text}: ${why}`, {}, 'Write 500M or 4G.');
}

const LOOK_MS = 200;
/** After a task was stopped, its memory takes a moment to be free. */
const PATIENCE_MS = 2000;

/** Calls `exceeded` while the process holds more than `limit` bytes. */
export function watchMemory(limit: number, exceeded: () => void): { stop: () => void } {
  let quietUntil = 0;
  const timer = setInterval(() => {
    if (performance.now() < quietUntil || process.memoryUsage.rss() <= limit) return;
    quietUntil = performance.now() + PATIENCE_MS;
    exceeded();
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
