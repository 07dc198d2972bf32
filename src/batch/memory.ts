/** How much memory incidents may take together: an estimate before they begin, and the truth while they run. */
import os from 'node:os';
import { PerfscopeError } from '../errors.js';
import { type IncidentJob, storedBytes } from './job.js';

const MB = 1024 * 1024;

/** The program and a warm thread, before there is an incident, bytes: measured on Node 20. */
const BASE = 120 * MB;
/** An incident takes at least this. */
const LEAST = 40 * MB;
/** Bytes of text for a byte as stored, and of memory for a byte of text: what the shipped cases take at most. */
const SWELL = 14;
const PER_TEXT_BYTE = 3;

/** What an incident is likely to need while it is analysed, bytes. */
export function memoryNeed(job: IncidentJob): number {
  const packed = job.inputs.some((i) => /\.(?:gz|zst|xz)$/.test(i.name));
  return LEAST + storedBytes(job) * (packed ? SWELL : 1) * PER_TEXT_BYTE;
}

/** Three quarters of what this process may have (its control group's limit, or the machine's memory). */
export function defaultMemory(): number {
  const limit = (process as { constrainedMemory?: () => number }).constrainedMemory?.() ?? 0;
  return Math.floor(0.75 * (limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem()));
}

/** What is left for incidents. */
export function forIncidents(maxMemory: number): number {
  return Math.max(LEAST, maxMemory - BASE);
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

export function tooLarge(job: IncidentJob, limit: number): PerfscopeError {
  const message = `needs more memory than the ${Math.floor(limit / MB)} MB that are allowed`;
  return new PerfscopeError('input-too-large', message, { path: job.name }, 'Raise --max-memory or narrow the window.');
}
