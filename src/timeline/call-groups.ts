/** What a system call is for, coarse enough for a chart: by its name, and for reads and writes by what they work on. */
import { DESCRIPTOR_KINDS } from '../trace/kinds.js';

export const CALL_GROUPS = [
  'network',
  'files',
  'pipes and events',
  'event polling',
  'locks',
  'sleeping',
  'memory',
  'processes',
  'other',
] as const;

const NETWORK = 0;
const FILES = 1;
const PIPES = 2;
const EVENTS = 3;
const LOCKS = 4;
const SLEEPING = 5;
const MEMORY = 6;
const PROCESSES = 7;
const OTHER = 8;

/** First match decides; names as in section 2 of the manual. */
const BY_NAME: readonly (readonly [RegExp, number])[] = [
  [
    /^(?:epoll_|poll$|ppoll|select|_newselect|pselect|io_uring|io_p?getevents|rt_sigtimedwait|rt_sigsuspend|sigsuspend|pause$)/,
    EVENTS,
  ],
  [/^(?:futex|flock$|sem|set_robust_list|get_robust_list|membarrier)/, LOCKS],
  [/^(?:nanosleep|clock_nanosleep|sched_yield|restart_syscall)/, SLEEPING],
  [/^(?:mmap|munmap|mremap|mprotect|madvise|brk$|mlock|munlock|mincore|msync|mbind|process_madvise|shm)/, MEMORY],
  [
    /^(?:clone|fork$|vfork|execve|exit|wait|kill|tkill|tgkill|rt_sig|sigaltstack|prctl|arch_prctl|set_tid|getpid|gettid|getppid)/,
    PROCESSES,
  ],
  [/^(?:socket|connect|accept|bind$|listen|send(?!file)|recv|shutdown|[gs]etsockopt|getsockname|getpeername)/, NETWORK],
  [/^(?:pipe|eventfd|timerfd|signalfd|inotify)/, PIPES],
  [
    /^(?:open|creat|stat|lstat|fstat|newfstatat|statx|access|faccessat|lseek|getdents|unlink|rename|mkdir|rmdir|link|symlink|readlink|chdir|getcwd|f?truncate|f(?:data)?sync|fallocate|sendfile|copy_file_range|fadvise|pread|pwrite)/,
    FILES,
  ],
];

const BY_KIND: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['tcp', 'udp', 'unix', 'netlink', 'socket'].map((kind) => [kind, NETWORK])),
  ...Object.fromEntries(['file', 'directory', 'device', 'proc', 'memfd', 'cwd'].map((kind) => [kind, FILES])),
  ...Object.fromEntries(['pipe', 'eventfd', 'timerfd', 'signalfd', 'inotify', 'pidfd'].map((kind) => [kind, PIPES])),
  epoll: EVENTS,
  io_uring: EVENTS,
};

/** Index into CALL_GROUPS per call and kind of descriptor: `[call * DESCRIPTOR_KINDS.length + kind]`. */
export function groupTable(calls: readonly string[]): Uint8Array {
  const table = new Uint8Array(calls.length * DESCRIPTOR_KINDS.length);
  calls.forEach((name, call) => {
    const named = BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
    DESCRIPTOR_KINDS.forEach((kind, code) => {
      table[call * DESCRIPTOR_KINDS.length + code] = named ?? BY_KIND[kind] ?? OTHER;
    });
  });
  return table;
}
