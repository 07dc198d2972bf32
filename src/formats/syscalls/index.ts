/** Names of system calls by number and architecture. */
import { ARM_CALLS } from './arm.js';
import { ARM64_CALLS } from './arm64.js';
import { I386_CALLS } from './i386.js';
import { X86_64_CALLS } from './x86-64.js';

export { ARM_CALLS, ARM64_CALLS, I386_CALLS, X86_64_CALLS };

/** Architectures whose calls have a table; a name goes into ParseOptions. */
export const ARCHITECTURES = ['x86-64', 'i386', 'arm64', 'arm'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

const TABLES: Record<Architecture, readonly string[]> = {
  'x86-64': X86_64_CALLS,
  i386: I386_CALLS,
  arm64: ARM64_CALLS,
  arm: ARM_CALLS,
};

/** Number -> name; '' (or nothing) where there is no such call. */
export function architectureCalls(architecture: Architecture): readonly string[] {
  return TABLES[architecture];
}

/** The architecture that a machine name of uname(2) stands for, null for one without a table. */
export function architectureOf(machine: string): Architecture | null {
  if (machine === 'x86_64' || machine === 'amd64') return 'x86-64';
  if (/^i[3-6]86$/.test(machine)) return 'i386';
  // These use the generic table, as arm64 does.
  if (machine === 'aarch64' || machine === 'arm64' || machine === 'riscv64' || machine === 'loongarch64')
    return 'arm64';
  // armv8l: a 32-bit system on a processor of 64 bits.
  if (/^arm(?:v\d\w*)?$/.test(machine)) return 'arm';
  return null;
}

/** Names that strace prints and the tables do not have. */
const OTHER_CALLS =
  'send recv accept pread pwrite shmat shmget shmctl shmdt semop semget semctl msgsnd msgrcv msgget msgctl';
let known: ReadonlySet<string> | undefined;

/** Whether strace on x86-64, i386 or arm64 prints a call of that name. */
export function isKnownCall(name: string): boolean {
  known ??= new Set([X86_64_CALLS, I386_CALLS, ARM64_CALLS].flat().concat(OTHER_CALLS.split(' ')));
  return known.has(name);
}

/** Whether it is the end of such a name, and none itself. */
export function endsKnownCall(name: string): boolean {
  return !isKnownCall(name) && [...known!].some((call) => call.endsWith(name));
}

/** What servers call all the time. */
const COMMON = new Set(
  `read write readv writev pread64 pwrite64 close openat fstat newfstatat lseek futex epoll_wait epoll_pwait epoll_ctl poll ppoll select
  _newselect pselect6 send recv recvfrom sendto recvmsg sendmsg accept accept4 connect setsockopt getsockopt nanosleep clock_nanosleep
  mmap mmap2 munmap mprotect madvise ioctl fcntl fcntl64 rt_sigaction rt_sigprocmask sched_yield getpid wait4 fsync fdatasync`
    .trim()
    .split(/\s+/),
);

/** So many different calls at least tell an architecture; with fewer it is x86-64. */
const TELLING_CALLS = 3;

/**
 * The architecture on which numbers make most sense: the one that turns most of them into calls that servers make all the
 * time; the first of `among` where another is not clearly better. `counts`: number of a call -> how often.
 */
export function likelyArchitecture(
  counts: ReadonlyMap<number, number>,
  among: readonly Architecture[] = ARCHITECTURES,
): Architecture {
  let likely = among[0]!;
  // A program may well do odd things on its machine, but hardly twice as often as usual ones.
  let most = 2 * commonCalls(counts, likely).times;
  for (const architecture of among) {
    const { times, different } = commonCalls(counts, architecture);
    if (different < TELLING_CALLS || times <= most) continue;
    likely = architecture;
    most = times;
  }
  return likely;
}

function commonCalls(counts: ReadonlyMap<number, number>, architecture: Architecture) {
  let times = 0;
  let different = 0;
  for (const [number, count] of counts) {
    if (!COMMON.has(TABLES[architecture][number] ?? '')) continue;
    times += count;
    different++;
  }
  return { times, different };
}
