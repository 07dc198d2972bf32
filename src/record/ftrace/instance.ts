/**
 * An instance of ftrace of our own (Documentation/trace/ftrace.rst of Linux): rings and settings that nobody else uses, and that hold nothing but
 * the processes that are recorded. Everything here is a file of tracefs; errors are those of the file system.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { beganAt } from '../life.js';

const ROOTS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

export const CALLS = ['raw_syscalls:sys_enter', 'raw_syscalls:sys_exit'];
/** Which threads there are, whose, and of what name. */
export const LIVES = ['task:task_newtask', 'task:task_rename', 'sched:sched_process_exec', 'sched:sched_process_exit'];
export const SWITCHES = ['sched:sched_switch'];

const PREFIX = 'perfscope-';

/** Where tracefs is mounted; null where it is not. */
export function tracefsRoot(): string | null {
  return ROOTS.find((root) => existsSync(path.join(root, 'instances'))) ?? null;
}

/** Of the process that records, the name of its instance. */
const nameOf = (pid: number) => `${PREFIX}${pid}-${beganAt(pid)}`;

/** Removes what recorders that were killed left behind: it records until somebody does. Gives how many. */
export function removeAbandoned(root: string): number {
  const abandoned = readdirSync(path.join(root, 'instances')).filter((name) => {
    const pid = Number(/^perfscope-(\d+)-\d+$/.exec(name)?.[1]);
    return pid > 0 && nameOf(pid) !== name;
  });
  for (const name of abandoned) removeInstance(path.join(root, 'instances', name));
  return abandoned.length;
}

function removeInstance(folder: string): void {
  try {
    writeFileSync(path.join(folder, 'events/enable'), '0');
    rmdirSync(folder);
  } catch {
    // Somebody looks at it, or has removed it.
  }
}

export class Instance {
  private readonly folder: string;
  private readonly guard: number;

  /** @param kilobytes of the ring of each processor */
  constructor(
    private readonly root: string,
    kilobytes: number,
  ) {
    this.folder = path.join(root, 'instances', nameOf(process.pid));
    mkdirSync(this.folder);
    try {
      this.set('trace_clock', 'mono');
      // Larger pages are fewer reads; kernels before 6.8 have them of one size.
      if (existsSync(this.at('buffer_subbuf_size_kb'))) this.set('buffer_subbuf_size_kb', PAGE_KB);
      this.set('buffer_size_kb', kilobytes);
      // Threads and children that come later are recorded as well.
      this.set('options/event-fork', 1);
      // Should we be killed, the kernel closes this, and stops recording.
      if (existsSync(this.at('options/disable_on_free'))) this.set('options/disable_on_free', 1);
      this.guard = openSync(this.at('free_buffer'), 'w');
    } catch (error) {
      removeInstance(this.folder);
      throw error;
    }
  }

  /** Adds threads to those that are recorded. None would stand for all of the machine. */
  follow(tids: readonly number[]): void {
    if (tids.length > 0) appendFileSync(this.at('set_event_pid'), `${tids.join(' ')}\n`);
  }

  /** Threads that are recorded at the moment. */
  followed(): number[] {
    return readFileSync(this.at('set_event_pid'), 'utf8')
      .split('\n')
      .filter((line) => /^\d+$/.test(line))
      .map(Number);
  }

  /** Switches events on; those that this kernel has not are left. Gives the descriptions of the others. */
  enable(events: readonly string[]): Record<string, string> {
    const formats: Record<string, string> = {};
    for (const event of events) {
      const folder = path.join('events', ...event.split(':'));
      if (!existsSync(this.at(folder))) continue;
      formats[event] = readFileSync(this.at(path.join(folder, 'format')), 'utf8');
      this.set(path.join(folder, 'enable'), 1);
    }
    return formats;
  }

  pageHeader(): string {
    return readFileSync(path.join(this.root, 'events/header_page'), 'utf8');
  }

  /** Numbers of processors that have a ring. */
  cpus(): number[] {
    return readdirSync(this.at('per_cpu'))
      .map((name) => Number(name.slice(3)))
      .sort((a, b) => a - b);
  }

  pages(cpu: number): string {
    return this.at(`per_cpu/cpu${cpu}/trace_pipe_raw`);
  }

  /** Events that were overwritten before anybody read them. */
  lost(): number {
    return this.cpus().reduce((sum, cpu) => {
      const stats = readFileSync(this.at(`per_cpu/cpu${cpu}/stats`), 'utf8');
      const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(stats)?.[1] ?? 0);
      return sum + count('overrun') + count('dropped events');
    }, 0);
  }

  remove(): void {
    closeSync(this.guard);
    removeInstance(this.folder);
  }

  private set(file: string, value: string | number): void {
    writeFileSync(this.at(file), String(value));
  }

  private at(file: string): string {
    return path.join(this.folder, file);
  }
}

const PAGE_KB = 64;
