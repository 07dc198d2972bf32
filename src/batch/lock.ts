/**
 * One run at a time on a results folder: a lock file that names the process that holds it. The lock of a process that is
 * no more (killed, or before a reboot) is taken over.
 */
import { link, lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type { RunOptions } from '../coordinator/run.js';
import { PerfscopeError } from '../errors.js';
import { outputError } from '../lib/atomic.js';
import { printable } from './printable.js';
import { readSmall } from './small-file.js';

export const LOCK_FILE = '.lock';

const LARGEST = 4096;

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Of the machine's boot, and of the process in ticks since then (proc(5)): a number of a process is used again. */
  readonly boot: string;
  readonly started: string;
}

let drafts = 0;

export interface Lock {
  release(): Promise<void>;
}

export async function takeLock(folder: string, onLog?: RunOptions['onLog']): Promise<Lock> {
  const file = path.join(folder, LOCK_FILE);
  const mine = JSON.stringify(await holderOf(process.pid));
  // Written beside and linked: a lock is never seen half written, and link(2) fails where there is one.
  const draft = `${file}.${process.pid}.${drafts++}`;
  try {
    await writeFile(draft, mine, { flag: 'wx' });
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await linked(draft, file)) return { release: () => release(file, mine) };
      const stats = await lstat(file).catch(() => null);
      if (stats === null) continue;
      const found = stats.isFile() ? await readSmall(file, LARGEST).catch(() => null) : null;
      const holder = found === null ? null : (await import('./schema.js')).parseHolder(found);
      if (holder !== null && (await alive(holder))) throw busy(folder, holder);
      // A lock comes into being whole, so what is none was never one.
      if (holder === null) onLog?.('warn', { code: 'lock-damaged', args: { path: file } });
      if (found === null) await rename(file, `${file}.aside.${process.pid}`).catch(() => undefined);
      else await removeStale(file, found);
    }
    throw busy(folder, null);
  } catch (error) {
    throw outputError(error, file);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two runs may find the same stale lock: the slower one moves the lock of the faster one away, sees it, puts it back. */
async function removeStale(file: string, stale: string): Promise<void> {
  const aside = `${file}.stale.${process.pid}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) !== stale) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(file: string, mine: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => null)) === mine) await rm(file, { force: true });
}

async function alive(holder: Holder): Promise<boolean> {
  // Of another machine's processes nothing can be known.
  if (holder.host !== hostname()) return true;
  const now = await holderOf(holder.pid);
  return now !== null && now.boot === holder.boot && now.started === holder.started;
}

/** Null when there is no such process. */
async function holderOf(pid: number): Promise<Holder | null> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
  }
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Field 22, counted after the name, which is in brackets and may hold anything (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Dead, and its parent has not asked yet.
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  const started = fields[19] ?? '';
  return { pid, host: hostname(), boot: boot.trim(), started };
}

function busy(folder: string, holder: Holder | null): PerfscopeError {
  let advice = 'Wait until it is done, or choose another folder with -o.';
  if (holder !== null && holder.host !== hostname())
    advice += ` If that machine is gone, delete ${path.join(folder, LOCK_FILE)}.`;
  // Without holder the lock changed hands while it was looked at.
  const who = holder === null ? 'another run' : `process ${holder.pid} on ${printable(holder.host)}`;
  return new PerfscopeError('output', `${who} is at work in this folder`, { path: folder }, advice);
}
