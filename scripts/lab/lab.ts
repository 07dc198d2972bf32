/** Where the lab works: one folder, in which a matrix can be gone on with after it was stopped. */
import { execFile } from 'node:child_process';
import { mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type FaultLibrary, readFaultLibrary } from './target/patch.js';

export interface Lab {
  readonly folder: string;
  readonly library: FaultLibrary;
  /** First of the ports that instances take. */
  readonly firstPort: number;
  /** What is to be stopped when the lab is. */
  readonly running: Set<{ stop(): Promise<void> }>;
  log(text: string): void;
}

export interface Folders {
  readonly source: string;
  readonly prefix: string;
  /** What was found out about the server: surveys, screenings, oracles. */
  readonly work: string;
  /** Of running instances. */
  readonly run: string;
  readonly cases: string;
}

export function foldersOf(lab: Lab, server: string): Folders {
  const at = (name: string) => path.join(lab.folder, name);
  return {
    source: path.join(at('source'), server),
    prefix: path.join(at('build'), server),
    work: path.join(at('work'), server),
    run: path.join(at('run'), server),
    cases: at('cases'),
  };
}

/** What is not compiled to JavaScript: from dist/scripts/lab back to the sources. */
export function sourceFile(name: string): string {
  return fileURLToPath(new URL(`../../../scripts/lab/${name}`, import.meta.url));
}

/** Makes the folder and the library with which servers are preloaded. */
export async function openLab(folder: string, firstPort: number, log: (text: string) => void): Promise<Lab> {
  const whole = path.resolve(folder);
  await Promise.all(
    ['source', 'build', 'work', 'run', 'cases'].map((name) => mkdir(path.join(whole, name), { recursive: true })),
  );
  const library = path.join(whole, 'build', 'libfaults.so');
  const source = sourceFile('native/faults.c');
  const [of, built] = await Promise.all([stat(source), stat(library).catch(() => null)]);
  if (built === null || built.mtimeMs < of.mtimeMs) await compileFaults(source, library);
  // As the kernel names it in /proc/PID/maps.
  return {
    folder: whole,
    library: await readFaultLibrary(await realpath(library)),
    firstPort,
    running: new Set(),
    log,
  };
}

/** initial-exec: thread-local variables of a preloaded library that are there without a call. */
export async function compileFaults(source: string, library: string): Promise<void> {
  const flags = ['-O2', '-Wall', '-Werror', '-fPIC', '-shared', '-fvisibility=hidden', '-ftls-model=initial-exec'];
  await promisify(execFile)('cc', [...flags, '-o', library, source]);
}
