/** Programs that run while a test looks at them, and waiting for what they do. */
import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { afterEach } from 'vitest';
import { totalsOf } from '../../src/watch/triggers/figures.js';
import { type Ended, type Setting, perfscope } from '../cli/run.js';

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** What starts perfscope; what still runs at the end of a test of the file is killed. */
export function starter(): (args: readonly string[], setting?: Pick<Setting, 'env'>) => Started {
  const children = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });
  return (args, setting = {}) => {
    let child: ChildProcess | undefined;
    const ended = perfscope(args, { ...setting, started: (c) => (child = c) });
    children.add(child!);
    return { child: child!, ended };
  };
}

/** Looks often: what is waited for may last a moment only. */
export async function until(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
  for (const begun = Date.now(); !(await reached()); await new Promise((r) => setTimeout(r, 5)))
    if (Date.now() - begun > 60_000) throw new Error(`waited in vain for: ${what}`);
}

/** Waits until a process has had the processor for some time from now on: on a busy machine that is no matter of the clock. */
export async function worked(pid: number, seconds: number): Promise<void> {
  const cpu = async () => (await totalsOf(pid))?.cpu ?? 0;
  const before = await cpu();
  await until(`process ${pid} to work`, async () => (await cpu()) >= before + seconds);
}

/** Waits until nothing more is written to a file: threads that were held between two steps have their last word first. */
export async function silence(file: string): Promise<void> {
  await until(`silence in ${file}`, async () => {
    const { size } = statSync(file);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return statSync(file).size === size;
  });
}
