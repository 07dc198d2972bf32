/** From what the user names to the sources it stands for. */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { openFolder, tidOfName } from './folder.js';
import { fileError } from './file-error.js';
import { refuseParts } from './parts.js';
import { type Source, openFile, openStream } from './source.js';

export type { Source } from './source.js';

/** Sources that make up one trace. */
export interface SourceSet {
  readonly sources: readonly Source[];
  /** The sources are the threads of one recording of `strace -ff`: of one format, and an empty one is a silent thread. */
  readonly perThread: boolean;
}

/** Opens a path: a file gives one source, `-` standard input, a folder of `strace -ff` one source a thread. */
export async function openSource(path: string, signal?: AbortSignal): Promise<SourceSet> {
  if (path === '-') {
    const input = signal === undefined ? process.stdin : addAbortSignal(signal, process.stdin);
    const source = await openStream('-', '', null, input as AsyncIterable<Uint8Array>);
    return { sources: [source], perThread: false };
  }
  let stats;
  try {
    stats = await stat(path);
  } catch (error) {
    throw fileError(error, path);
  }
  if (stats.isDirectory()) return { sources: await openFolder(path, signal), perThread: true };
  return { sources: [await openFile(path, 0, signal)], perThread: false };
}

/**
 * Opens several paths as one trace. Files named on the command line as a shell expands `trace.*` are a recording of
 * `strace -ff` just as its folder is.
 */
export async function openSources(paths: readonly string[], signal?: AbortSignal): Promise<SourceSet[]> {
  refuseParts(paths);
  const prefixes = new Set(paths.map((p) => `${dirname(p)}/${basename(p).replace(/\.\d+(\.(?:gz|zst|xz))?$/, '')}`));
  if (paths.length > 1 && prefixes.size === 1 && paths.every((p) => tidOfName(basename(p)) > 0)) {
    const byTid = [...paths].sort((a, b) => tidOfName(basename(a)) - tidOfName(basename(b)));
    const sources: Source[] = [];
    for (const path of byTid) sources.push(await openFile(path, tidOfName(basename(path)), signal));
    return [{ sources, perThread: true }];
  }
  const sets: SourceSet[] = [];
  for (const path of paths) sets.push(await openSource(path, signal));
  return sets;
}
