/** Why a tracer does not work here, and the least that helps: from what the machine says and what the tracer said. */
import { CAPABILITY, type Facts, hasCapability } from './facts.js';

export interface Trouble {
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}

const AS_ROOT = 'Run it as root: sudo perfscope ...';
const REFUSED = /seccomp|not permitted|permission denied|EACCES|EPERM|perf_event_paranoid/i;
const SETCAP = 'setcap cap_perfmon,cap_sys_ptrace+ep "$(readlink -f "$(which perf)")"';
const IN_CONTAINER = 'Record from the host, or start the container with';

/** What forbids an instance of ftrace as far as can be told without trying; null: nothing known. */
export function ftraceObstacle(facts: Facts): Trouble | null {
  if (facts.tracefs === 'missing') return tracefsMissing(facts, 'rw');
  if (!facts.hostPids)
    return {
      what: 'ftrace knows processes by their ids on the host, which are others in here',
      remedy: 'Record from the host, or start the container with --pid host.',
    };
  if (!facts.tracefsWritable)
    return {
      what: 'no instance of ftrace may be made (tracefs is not writable for this user)',
      remedy:
        facts.uid === 0
          ? 'Mount tracefs writable: mount -o remount,rw /sys/kernel/tracing; under systemd, ProtectKernelTunables=no.'
          : AS_ROOT,
    };
  return null;
}

/** What is wrong where the recorder of ftrace failed and said this. */
export function ftraceTrouble(said: string, facts: Facts): Trouble {
  if (/no such process/i.test(said))
    return { what: 'the process to record ended before it could be followed', remedy: 'Try again.' };
  const obstacle = ftraceObstacle(facts);
  if (obstacle !== null) return obstacle;
  if (/ENOMEM|cannot allocate/i.test(said))
    return { what: 'the kernel has no memory for the rings', remedy: 'Use --backend perf, whose buffers are smaller.' };
  if (/EROFS|EACCES|EPERM|not permitted|permission denied|read-only/i.test(said))
    return {
      what: `tracefs refuses it: ${lastLine(said)}`,
      remedy: facts.container ? 'Record from the host.' : 'Use --backend perf: a security module forbids ftrace here.',
    };
  if (/0 pages/.test(said))
    return { what: 'this kernel writes no system calls into its rings', remedy: 'It needs CONFIG_FTRACE_SYSCALLS.' };
  return { what: `ftrace failed: ${lastLine(said)}`, remedy: 'perfscope doctor says what this machine allows.' };
}

/** What forbids perf's tracepoints as far as can be told without trying; null: nothing known. */
export function perfObstacle(facts: Facts): Trouble | null {
  if (facts.perf === null)
    return {
      what: 'perf is not installed',
      remedy: `Install it: apt install linux-perf (Debian), linux-tools-${facts.kernel} (Ubuntu), dnf install perf (Fedora).`,
    };
  if (facts.perf.version === '') return noPerfForKernel(facts);
  if (facts.paranoid === null)
    return { what: 'the kernel has no perf events', remedy: 'It needs CONFIG_PERF_EVENTS; strace works without.' };
  if (facts.tracefs === 'missing') return tracefsMissing(facts, 'ro');
  if (facts.tracefs === 'forbidden') return tracefsForbidden();
  const privileged = hasCapability(facts, CAPABILITY.perfmon) || hasCapability(facts, CAPABILITY.sysAdmin);
  return privileged || facts.paranoid < 0 ? null : paranoid(facts);
}

/** What is wrong where perf failed and said this. */
export function perfTrouble(said: string, facts: Facts): Trouble {
  if (/not found for kernel/i.test(said)) return noPerfForKernel(facts);
  if (/no such process/i.test(said))
    return { what: 'a process to record ended while perf attached to it', remedy: 'Try again.' };
  if (/too many open files|Failed to open.*EMFILE/i.test(said))
    return {
      what: 'perf needs more open files: one an event, thread and processor',
      remedy: 'Raise the limit: ulimit -n 1048576',
    };
  if (/permission error mapping pages|failed to mmap/i.test(said))
    return {
      what: 'perf may not lock so much memory for its buffers',
      remedy: 'As root: sysctl kernel.perf_event_mlock_kb=16384, or run perfscope as root.',
    };
  // Where it could record what it started itself, the process is what it may not.
  if (facts.trials.perf?.worked === true && REFUSED.test(said))
    return foreignProcess(`${AS_ROOT}, or give perf the right to: ${SETCAP}`);
  const obstacle = perfObstacle(facts);
  if (obstacle !== null) return obstacle;
  if (/can't access trace events|unknown tracepoint/i.test(said)) return tracefsForbidden();
  if (REFUSED.test(said))
    return facts.container || facts.seccomp
      ? {
          what: 'perf_event_open is not allowed here (a container, or a filter of system calls)',
          remedy: `${IN_CONTAINER} --cap-add PERFMON --cap-add SYS_PTRACE --security-opt seccomp=unconfined.`,
        }
      : paranoid(facts);
  return { what: `perf failed: ${lastLine(said)}`, remedy: 'perfscope doctor says what this machine allows.' };
}

/** The same for strace; `foreign`: the process to attach to is another user's. */
export function straceObstacle(facts: Facts): Trouble | null {
  if (facts.strace === null)
    return { what: 'strace is not installed', remedy: 'Install it: apt or dnf install strace.' };
  if (facts.ptraceScope === 3)
    return {
      what: 'kernel.yama.ptrace_scope is 3: nobody may attach',
      remedy: 'Only a restart of the machine changes it.',
    };
  if (hasCapability(facts, CAPABILITY.sysPtrace) || facts.ptraceScope === null || facts.ptraceScope === 0) return null;
  return ptraceScope(facts.ptraceScope);
}

export function straceTrouble(said: string, facts: Facts): Trouble {
  if (/no such process/i.test(said))
    return { what: 'the process to record ended while strace attached to it', remedy: 'Try again.' };
  if (/already|is being traced|TracerPid/i.test(said))
    return { what: 'the process is being traced already', remedy: 'End the other strace or debugger first.' };
  const obstacle = straceObstacle(facts);
  if (obstacle !== null) return obstacle;
  if (/not permitted|permission denied/i.test(said)) {
    // Where it could trace what we started, the process is what it may not.
    if (facts.trials.strace?.worked === true && facts.uid !== 0) return foreignProcess(AS_ROOT);
    if (facts.container || facts.seccomp)
      return { what: 'ptrace is not allowed in this container', remedy: `${IN_CONTAINER} --cap-add SYS_PTRACE.` };
    return facts.uid === 0
      ? {
          what: 'ptrace was refused: the process is traced already, or protected',
          remedy: 'End the other tracer first.',
        }
      : foreignProcess(AS_ROOT);
  }
  return { what: `strace failed: ${lastLine(said)}`, remedy: 'perfscope doctor says what this machine allows.' };
}

function foreignProcess(remedy: string): Trouble {
  return { what: 'the process belongs to another user, or is protected', remedy };
}

function noPerfForKernel({ kernel }: Facts): Trouble {
  return {
    what: `the perf that is installed is not for this kernel (${kernel})`,
    remedy: `apt install linux-tools-${kernel}, or any newer perf put first in PATH: it need not be of the same version.`,
  };
}

function tracefsMissing(facts: Facts, mode: 'ro' | 'rw'): Trouble {
  return {
    what: 'tracefs is not mounted',
    remedy: facts.container
      ? `${IN_CONTAINER} -v /sys/kernel/tracing:/sys/kernel/tracing${mode === 'ro' ? ' --cap-add PERFMON --cap-add SYS_PTRACE' : ' --pid host'}.`
      : 'As root: mount -t tracefs tracefs /sys/kernel/tracing',
  };
}

function tracefsForbidden(): Trouble {
  return { what: 'tracefs (/sys/kernel/tracing) may not be read', remedy: AS_ROOT };
}

function paranoid(facts: Facts): Trouble {
  return {
    what: `kernel.perf_event_paranoid is ${facts.paranoid ?? '?'}: tracepoints are not for this user`,
    remedy: `${AS_ROOT}, or give perf the right to: ${SETCAP}`,
  };
}

function ptraceScope(scope: number): Trouble {
  return {
    what: `kernel.yama.ptrace_scope is ${scope}: only ${scope === 1 ? 'a parent' : 'root'} may attach`,
    remedy: scope === 1 ? `${AS_ROOT}, or start the program under it: perfscope record -- COMMAND` : AS_ROOT,
  };
}

function lastLine(said: string): string {
  return (
    said
      .trim()
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.trim()
      .slice(0, 300) ?? 'without a word'
  );
}
