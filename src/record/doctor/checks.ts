/** What `perfscope doctor` says of a machine: facts in, one line a thing out. */
import { BACKENDS, type Backend } from '../backends.js';
import { obstacleOf } from '../choose.js';
import type { Facts } from '../facts.js';
import type { Trouble } from '../troubles.js';

export interface Check {
  readonly id: string;
  /** `limited`: it works, with less to be had. */
  readonly state: 'ok' | 'limited' | 'no';
  readonly what: string;
  /** What to do; '' where nothing is to be done. */
  readonly remedy: string;
}

export function machineChecks(facts: Facts): Check[] {
  return [ftraceCheck(facts), perfCheck(facts), straceCheck(facts), tracefsCheck(facts), stacksCheck(facts)];
}

/** What `perfscope record -p` would use; null: nothing. */
export function recorderOf(facts: Facts): Backend | null {
  return BACKENDS.find((backend) => obstacleOf(backend, facts) === null) ?? null;
}

function ftraceCheck(facts: Facts): Check {
  const trouble = obstacleOf('ftrace', facts);
  if (trouble !== null) return no('ftrace', trouble);
  return {
    id: 'ftrace',
    state: 'ok',
    what: `the kernel's own ring records system calls (${facts.kernel})`,
    remedy: '',
  };
}

function perfCheck(facts: Facts): Check {
  const trouble = obstacleOf('perf', facts);
  if (trouble !== null) return no('perf', trouble);
  const { version, zstd } = facts.perf!;
  const what = `perf ${version} records system calls (kernel ${facts.kernel})`;
  if (zstd) return { id: 'perf', state: 'ok', what, remedy: '' };
  const remedy = 'Another build of perf (perf version --build-options: zstd) makes recordings a tenth as large.';
  return { id: 'perf', state: 'limited', what: `${what}, but cannot compress`, remedy };
}

function straceCheck(facts: Facts): Check {
  const trouble = obstacleOf('strace', facts);
  if (trouble === null)
    return { id: 'strace', state: 'ok', what: `strace ${facts.strace!.version} may attach`, remedy: '' };
  if (facts.strace === null) return no('strace', trouble);
  const what = `strace ${facts.strace.version} may start programs only: ${trouble.what}`;
  return { id: 'strace', state: 'limited', what, remedy: trouble.remedy };
}

function tracefsCheck({ tracefs, paranoid }: Facts): Check {
  const setting = `kernel.perf_event_paranoid is ${paranoid ?? 'missing'}`;
  if (tracefs === 'readable') return { id: 'tracefs', state: 'ok', what: `readable; ${setting}`, remedy: '' };
  const what = tracefs === 'missing' ? 'is not mounted' : 'may not be read by this user';
  const remedy = tracefs === 'missing' ? 'As root: mount -t tracefs tracefs /sys/kernel/tracing' : 'Run it as root.';
  return { id: 'tracefs', state: 'no', what: `${what}; ${setting}`, remedy };
}

function stacksCheck(facts: Facts): Check {
  const id = 'stacks';
  const remedy = 'Install a strace built with libunwind or libdw (strace -V says stack-trace).';
  if (facts.strace?.stacks === true)
    return { id, state: 'ok', what: 'strace -k unwinds them, for record --learn', remedy: '' };
  if (obstacleOf('perf', facts) === null)
    return { id, state: 'limited', what: 'by perf only (8 kB of stack a call), for record --learn', remedy };
  return { id, state: 'no', what: 'nothing here records stacks', remedy };
}

function no(id: string, { what, remedy }: Trouble): Check {
  return { id, state: 'no', what, remedy };
}
