/** A folder written by `strace -ff -o PREFIX`: one file a thread, named PREFIX.TID (strace(1), option -ff). */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PerfscopeError } from '../errors.js';
import { fileError } from './file-error.js';
import { type Source, openFile } from './source.js';

/** `trace.4711`, also when each file was compressed afterwards: `trace.4711.gz`. */
const THREAD_FILE = /^(.+)\.(\d+)(\.(?:gz|zst|xz))?$/;

/** What mail programs and trackers make of the names; incidents with numbers may be named so as well. */
const RENAMED = /\.\d+\.(?:txt|log|out|strace|trace)$/;

/** What stands beside traces and is none. */
const BESIDE = /^readme|\.(?:md|json|html|pdf|png)$/i;

/** The thread that a file of `strace -ff` belongs to, 0 when the name is not of that kind. */
export function tidOfName(name: string): number {
  const match = THREAD_FILE.exec(name);
  const tid = match === null ? 0 : Number(match[2]);
  // The kernel's own limit of PIDs: PID_MAX_LIMIT, 2^22 (proc(5), pid_max).
  return tid > 0 && tid <= 4194304 ? tid : 0;
}

/** Sources of a folder, in order of tid. Throws when the folder is not one of `strace -ff`. */
export async function openFolder(path: string, signal?: AbortSignal): Promise<Source[]> {
  let entries;
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    throw fileError(error, path);
  }
  const files = entries.filter((e) => (e.isFile() || e.isSymbolicLink()) && !e.name.startsWith('.')).map((e) => e.name);
  if (files.length === 0) {
    const why = entries.length === 0 ? 'is an empty directory' : 'is a directory without files';
    const inner = entries.find((e) => e.isDirectory());
    const advice =
      inner === undefined
        ? 'Give a trace, or the folder of strace -ff.'
        : `Give the folder of strace -ff itself, for example ${join(path, inner.name)}.`;
    throw new PerfscopeError('input-is-directory', `${path} ${why}`, { path }, advice);
  }
  if (files.includes('data') && files.some((name) => /^data\.\d+$/.test(name)))
    throw new PerfscopeError(
      'input-is-directory',
      `${path} is a recording of perf record --threads, in a file a thread of perf`,
      { path },
      `Give its text: perf script --ns -F comm,pid,tid,cpu,time,event,trace -i ${path} > trace.perf.txt; or record without --threads.`,
    );
  const threads = files.flatMap((name) => {
    const tid = tidOfName(name);
    return tid === 0 ? [] : [{ name, tid, prefix: THREAD_FILE.exec(name)![1]! }];
  });
  if (threads.length === 0) {
    throw new PerfscopeError(
      'input-is-directory',
      `${path} is a directory, and none of its ${files.length} files is named PREFIX.TID as strace -ff does`,
      { path },
      files.every((name) => RENAMED.test(name))
        ? `If they are files of strace -ff, each of them a thread, take the ends off their names: cd ${path} && for f in *; do mv "$f" "\${f%.*}"; done`
        : `Give the trace itself${example(path, files)}; for a folder of incidents use "perfscope batch".`,
    );
  }
  const prefixes = [...new Set(threads.map((t) => t.prefix))].sort();
  if (prefixes.length > 1) {
    throw new PerfscopeError(
      'input-is-directory',
      `${path} holds files of several recordings: ${prefixes.slice(0, 5).join(', ')}`,
      { path },
      `Give the files of one of them: ${join(path, prefixes[0]!)}.*`,
    );
  }
  threads.sort((a, b) => a.tid - b.tid);
  const sources: Source[] = [];
  // One by one: a server of 10,000 threads would use up the file descriptors.
  for (const { name, tid } of threads) sources.push(await openFile(join(path, name), tid, signal));
  return sources;
}

/** Which file is meant, perhaps; '' where none looks like it. */
function example(folder: string, files: readonly string[]): string {
  const file = files.find((name) => !BESIDE.test(name));
  return file === undefined ? '' : `, for example ${join(folder, file)}`;
}
