/** The exact commands of the tracers. */
import type { Backend } from './backends.js';
import { ftraceCommand } from './ftrace/command.js';
import type { Facts } from './facts.js';
import type { Target } from './recorder.js';

export interface CommandOptions {
  readonly target: Target;
  /** Of `target`; none for a command. */
  readonly pids: readonly number[];
  readonly output: string;
  /** ftrace: through zstd. */
  readonly packed?: boolean;
  readonly stacks?: boolean;
  /** ftrace, perf: context switches too, which say who waited for a processor. */
  readonly switches?: boolean;
  /** ftrace, perf: files are switched at SIGUSR2, and have names of their own when they are done; none of perf's grows beyond so many bytes. */
  readonly ring?: { readonly fileBytes: number };
}

/**
 * Buffer of a processor: what 10,000 calls fill. A smaller one loses events while perf waits for a processor, above all where it has no
 * precedence (-r); a larger one costs a call nothing, but memory on machines of many processors.
 */
const PERF_BUFFER = '2M';
/** With copies of stacks, 8 kB a call: what 1,000 calls fill. What is lost with smaller ones are also the mappings by which frames are named. */
const PERF_STACK_BUFFER = '16M';

export function tracerCommand(backend: Backend, facts: Facts, options: CommandOptions): string[] {
  switch (backend) {
    case 'ftrace': {
      const { target, output, switches = false, packed = false, ring } = options;
      return ftraceCommand({ target, output, switches, pack: packed, ring: ring !== undefined });
    }
    case 'perf':
      return perfCommand(facts, options);
    case 'strace':
      return straceCommand(options);
  }
}

function perfCommand({ perf, kernel }: Facts, o: CommandOptions): string[] {
  const buildIds = atLeast(perf?.version ?? '', 5, 12) && atLeast(kernel, 5, 12);
  const events = [
    'raw_syscalls:sys_enter',
    'raw_syscalls:sys_exit',
    ...(o.switches === true ? ['sched:sched_switch'] : []),
  ];
  return [
    'perf',
    'record',
    // To look through what was recorded for files whose symbols are worth keeping takes as long as to record.
    '-N',
    buildIds ? '--buildid-mmap' : '-B',
    '-m',
    o.stacks === true ? PERF_STACK_BUFFER : PERF_BUFFER,
    // It has little to do, and what it cannot fetch in time is lost.
    ...(perf?.realtime === true ? ['-r', '1'] : []),
    // The header then says what time of day it was.
    '-k',
    'CLOCK_MONOTONIC',
    ...(o.stacks === true ? ['--call-graph', 'dwarf'] : []),
    // A compressed stream cannot be read from the middle, so no file but the first of a ring could be.
    ...(perf?.zstd === true && o.ring === undefined ? ['-z'] : []),
    ...(o.ring === undefined ? [] : ['--switch-output=signal', `--max-size=${Math.ceil(o.ring.fileBytes / 1024)}K`]),
    ...events.flatMap((event) => ['-e', event]),
    '-o',
    o.output,
    ...(o.target.kind === 'command' ? ['--', ...o.target.argv] : ['-p', o.pids.join(',')]),
  ];
}

/** -s 0: no contents of buffers. -yy: what a descriptor is, without which a call says little. -I 2: Ctrl-C ends it also with -o. */
function straceCommand(o: CommandOptions): string[] {
  const shape = ['-f', '-ttt', '-T', '-yy', '-s', '0', '-I', '2', ...(o.stacks === true ? ['-k'] : [])];
  const whom = o.target.kind === 'command' ? ['--', ...o.target.argv] : o.pids.flatMap((pid) => ['-p', String(pid)]);
  return ['strace', ...shape, '-o', o.output, ...whom];
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return a > major || (a === major && b >= minor);
}

/** As a shell wants it. */
export function shellText(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
