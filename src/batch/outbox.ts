/**
 * A place that machines share, where workers put result documents and from where the one who asked for them takes them:
 * a folder, or `s3://BUCKET/PREFIX`. A document that is there is whole, and stays there until it was taken.
 */
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { threadId } from 'node:worker_threads';
import { syncFolder, writeAtomic } from '../lib/atomic.js';
import { MAX_RESULT, readSmall } from './small-file.js';

const isStore = (place: string) => place.startsWith('s3://');

/** @throws PerfscopeError 'output' */
export async function putResult(place: string, name: string, text: string): Promise<void> {
  if (isStore(place)) {
    const { putObject } = await import('./s3.js');
    await putObject(`${place}/${name}.json`, text);
    return;
  }
  // A worker that was believed dead may write the same document at the same time.
  const writer = `.${hostname()}.${process.pid}.${threadId}`;
  await writeAtomic(path.join(place, `${name}.json`), text, true, writer);
  await syncFolder(place);
}

/** Null when it is not there. */
export async function getResult(place: string, name: string, signal?: AbortSignal): Promise<string | null> {
  if (isStore(place)) {
    const { fetchObject } = await import('./s3.js');
    const bytes = await fetchObject(`${place}/${name}.json`, MAX_RESULT, signal).catch(() => null);
    return bytes === null ? null : Buffer.from(bytes).toString('utf8');
  }
  return readSmall(path.join(place, `${name}.json`), MAX_RESULT).catch(() => null);
}

/** After it was taken. Objects of a store stay: they may be wanted there. */
export async function dropResult(place: string, name: string): Promise<void> {
  if (!isStore(place)) await rm(path.join(place, `${name}.json`), { force: true });
}
