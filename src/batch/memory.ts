/** How much memory incidents may take together: an estimate before they begin. */
import { BASE, LEAST, MB } from '../coordinator/memory.js';
import { PerfscopeError } from '../errors.js';
import { type IncidentJob, storedBytes } from './job.js';

/** Bytes of text for a byte as stored, and of memory for a byte of text: what the shipped cases take at most. */
const SWELL = 14;
const PER_TEXT_BYTE = 3;

/** What an incident is likely to need while it is analysed, bytes. */
export function memoryNeed(job: IncidentJob): number {
  const packed = job.inputs.some((i) => /\.(?:gz|zst|xz)$/.test(i.name));
  return LEAST + storedBytes(job) * (packed ? SWELL : 1) * PER_TEXT_BYTE;
}

/** Plan, record and row of the summary of an incident, bytes: 3.5 KB of heap were measured, for long paths and many suspects. */
const KEPT_EACH = 4000;

/** What a batch holds of so many incidents from its beginning to its end, bytes. */
export function keptOf(incidents: number): number {
  return incidents * KEPT_EACH;
}

/** @throws PerfscopeError 'usage' when what is kept of the incidents leaves no room to analyse one */
export function requireRoom(incidents: number, maxMemory: number): void {
  const needed = BASE + LEAST + keptOf(incidents);
  if (needed <= maxMemory) return;
  const message = `${incidents} incidents take ${Math.ceil(needed / MB)} MB of memory at least; ${Math.floor(maxMemory / MB)} MB are allowed`;
  const advice = `Give --max-memory ${Math.ceil(needed / MB / 100) * 100 + 100}M, or take a folder of results for each part of the archive.`;
  throw new PerfscopeError('usage', message, {}, advice);
}

/** What is left for those under way. */
export function forIncidents(maxMemory: number, kept = 0): number {
  return Math.max(LEAST, maxMemory - BASE - kept);
}

/** More than so much is of no use, MB: a third of the processor time of an archive is saved by it, as by twice as much. */
const MOST_START_HEAP = 128;
/** Of what each of `jobs` threads may have, this part is its garbage's at most. */
const GARBAGE = 1 / 8;

/** PoolOptions.startHeapMb of threads that analyse incident after incident. */
export function startHeapMb(maxMemory: number, jobs: number): number {
  return Math.min(MOST_START_HEAP, Math.ceil((forIncidents(maxMemory) / jobs / MB) * GARBAGE));
}

export function tooLarge(job: IncidentJob, limit: number): PerfscopeError {
  const message = `needs more memory than the ${Math.floor(limit / MB)} MB that are allowed`;
  return new PerfscopeError('input-too-large', message, { path: job.name }, 'Raise --max-memory or narrow the window.');
}
