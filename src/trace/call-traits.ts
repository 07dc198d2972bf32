/**
 * What the reader of any tracer must know of a system call by its name: whether its first argument is a descriptor, of
 * which kind by the nature of the call, and which argument tells its variant. Sources: the man pages of section 2.
 *
 * The rule for `Columns.kind` and `Columns.descriptor`, the same for every format:
 * - a call whose first argument is a descriptor (or AT_FDCWD) has that descriptor and its kind, 'unknown' where the trace
 *   does not tell ('cwd' and no descriptor for AT_FDCWD);
 * - calls that only work on one kind (epoll_wait, timerfd_settime, getdents64 ...) have that kind by name;
 * - calls that make a descriptor of one kind (pipe2, eventfd2, epoll_create1 ...) have that kind by name and no descriptor,
 *   whether they succeed or not; `socket` and `socketpair` have the kind that their first two arguments ask for; `accept`
 *   has that of the listening socket, which is that of the accepted one;
 * - open, openat, openat2 and creat have the kind of what they opened: 'directory' with O_DIRECTORY, else what the tracer says
 *   the new descriptor is, else (failed, or not told) 'file'; their descriptor is openat's directory;
 * - everything else (mmap, poll, select, stat by path) has 'none'.
 */
import { type DescriptorKind, kindCode } from './kinds.js';

/** How the first argument is to be read. */
export const FIRST_OTHER = 0;
/** A descriptor, or AT_FDCWD. */
export const FIRST_DESCRIPTOR = 1;
/** Not in the tables: a descriptor only if the tracer marks it as one. */
export const FIRST_UNKNOWN = 2;

/** Which arguments tell the variant, or what else a reader must look at. */
export const ROLES = [
  'none',
  'futex', // operation in argument 2
  'epoll_ctl', // operation in argument 2
  'fcntl', // command in argument 2
  'timeout', // epoll_wait, poll: time-out is the last argument
  'timeout-mask', // epoll_pwait, ppoll: time-out, signal mask, size
  'open', // flags after the path
  'socket', // family and type
  'clone', // flags anywhere
  'fork', // vfork, fork: the result is a tid, the child a process
  'exec', // path first
  'prctl', // PR_SET_NAME
  'exit', // never returns, rightly so
  'restart', // restart_syscall
  'tid', // the result is the thread's own tid
  'pid', // the result is the process's id
] as const;
export type Role = (typeof ROLES)[number];

export interface CallTraits {
  /** FIRST_*. */
  readonly first: number;
  /** Code of the kind that the name alone tells, -1 when it tells none. */
  readonly kind: number;
  readonly role: Role;
}

const DESCRIPTOR_FIRST = `read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 pread pwrite close fstat
  fstat64 lseek _llseek llseek ioctl fcntl fcntl64 flock fsync fdatasync ftruncate ftruncate64 getdents getdents64 readdir fchdir fchmod
  fchown fchown32 fallocate fadvise64 fadvise64_64 arm_fadvise64_64 readahead sync_file_range sync_file_range2 syncfs fstatfs
  fstatfs64 dup dup2 dup3 connect accept accept4 bind listen getsockname getpeername getsockopt setsockopt shutdown send recv sendto
  recvfrom sendmsg recvmsg sendmmsg recvmmsg sendfile sendfile64 splice tee vmsplice copy_file_range epoll_ctl epoll_wait epoll_pwait
  epoll_pwait2 timerfd_settime timerfd_gettime inotify_add_watch inotify_rm_watch fanotify_mark
  io_uring_enter io_uring_register pidfd_send_signal pidfd_getfd process_madvise process_mrelease setns finit_module fsetxattr fgetxattr
  flistxattr fremovexattr mq_timedsend mq_timedreceive mq_notify mq_getsetattr openat openat2 mkdirat mknodat fchownat futimesat newfstatat
  fstatat64 unlinkat renameat renameat2 linkat readlinkat fchmodat fchmodat2 faccessat faccessat2 utimensat statx
  name_to_handle_at open_by_handle_at execveat open_tree move_mount fsmount fspick fsconfig mount_setattr cachestat`;

/** First arguments that look like numbers and are none: process ids (which strace -Y decorates), signals, sizes. */
const OTHER_FIRST = `kill tkill tgkill wait4 waitid waitpid setpgid getpgid getsid ptrace process_vm_readv process_vm_writev prlimit64
  sched_setaffinity sched_getaffinity sched_setscheduler sched_getscheduler sched_setparam sched_getparam sched_rr_get_interval sched_setattr
  sched_getattr get_robust_list kcmp migrate_pages move_pages pidfd_open rt_sigqueueinfo rt_tgsigqueueinfo capget capset setpriority
  getpriority ioprio_get ioprio_set exit exit_group close_range poll ppoll select pselect6 mmap futex brk munmap mprotect madvise`;

const KIND_BY_NAME: Record<string, DescriptorKind> = {
  pipe: 'pipe',
  pipe2: 'pipe',
  eventfd: 'eventfd',
  eventfd2: 'eventfd',
  epoll_create: 'epoll',
  epoll_create1: 'epoll',
  epoll_ctl: 'epoll',
  epoll_wait: 'epoll',
  epoll_pwait: 'epoll',
  epoll_pwait2: 'epoll',
  timerfd_create: 'timerfd',
  timerfd_settime: 'timerfd',
  timerfd_gettime: 'timerfd',
  signalfd: 'signalfd',
  signalfd4: 'signalfd',
  inotify_init: 'inotify',
  inotify_init1: 'inotify',
  inotify_add_watch: 'inotify',
  inotify_rm_watch: 'inotify',
  io_uring_setup: 'io_uring',
  io_uring_enter: 'io_uring',
  io_uring_register: 'io_uring',
  pidfd_open: 'pidfd',
  pidfd_send_signal: 'pidfd',
  pidfd_getfd: 'pidfd',
  process_madvise: 'pidfd',
  process_mrelease: 'pidfd',
  memfd_create: 'memfd',
  memfd_secret: 'memfd',
  getdents: 'directory',
  getdents64: 'directory',
  fchdir: 'directory',
};

const ROLE_BY_NAME: Record<string, Role> = {
  futex: 'futex',
  epoll_ctl: 'epoll_ctl',
  fcntl: 'fcntl',
  fcntl64: 'fcntl',
  epoll_wait: 'timeout',
  poll: 'timeout',
  epoll_pwait: 'timeout-mask',
  ppoll: 'timeout-mask',
  open: 'open',
  openat: 'open',
  openat2: 'open',
  creat: 'open',
  socket: 'socket',
  socketpair: 'socket',
  clone: 'clone',
  clone3: 'clone',
  fork: 'fork',
  vfork: 'fork',
  execve: 'exec',
  execveat: 'exec',
  prctl: 'prctl',
  exit: 'exit',
  exit_group: 'exit',
  restart_syscall: 'restart',
  gettid: 'tid',
  set_tid_address: 'tid',
  getpid: 'pid',
};

/** Calls of i386 that stand for several, by their first argument. */
const FOR_SEVERAL = new Set(['socketcall', 'ipc']);

/** Instead of the name of an exit's call, where nothing tells it. */
export const ANY_CALL = '';

/** Whether a call of this name is one of several: its second half does not say which. */
export function standsForSeveral(name: string): boolean {
  return name === ANY_CALL || FOR_SEVERAL.has(name);
}

const descriptorFirst = new Set(DESCRIPTOR_FIRST.split(/\s+/));
const otherFirst = new Set(OTHER_FIRST.split(/\s+/));

/** `futex_time64`, `clock_gettime64`, `timerfd_settime64`: what 32-bit programs call since Linux 5.1 (time_t of 64 bits). */
const TIME64 = /^(\w+)_time64$|^((?:clock|timer|timerfd)_(?:[gs]et|adj)time)64$/;

/**
 * The name under which a call is known everywhere: the same call with times of another width is the same call, and so is one that strace
 * called by the name of the C library's function before 4.6.
 */
export function canonicalCallName(name: string): string {
  if (name === '_exit') return 'exit';
  return name.endsWith('64') ? name.replace(TIME64, '$1$2') : name;
}

/** Traits of the system call `name`, any name. */
export function callTraits(name: string): CallTraits {
  const kind = Object.hasOwn(KIND_BY_NAME, name) ? kindCode(KIND_BY_NAME[name]!) : -1;
  const role = Object.hasOwn(ROLE_BY_NAME, name) ? ROLE_BY_NAME[name]! : 'none';
  if (descriptorFirst.has(name)) return { first: FIRST_DESCRIPTOR, kind, role };
  // A name that tells the kind of what it makes, or a known other first argument.
  if (kind >= 0 || role !== 'none' || otherFirst.has(name)) return { first: FIRST_OTHER, kind, role };
  return { first: FIRST_UNKNOWN, kind, role };
}

/**
 * Kind after the exit told `exitKind` (0: nothing). What a returned open shows refines 'file', but O_DIRECTORY, which
 * only the entry knows, stays.
 */
export function refinedKind(entryKind: number, exitKind: number): number {
  return exitKind === 0 || entryKind === DIRECTORY ? entryKind : exitKind;
}
const DIRECTORY = kindCode('directory');

/** Kind for a call whose entry, and so whose arguments, were not seen. */
export function unseenKind(traits: CallTraits): number {
  if (traits.kind >= 0) return traits.kind;
  return traits.first === FIRST_DESCRIPTOR ? UNKNOWN : 0;
}
const UNKNOWN = kindCode('unknown');

/** Calls that make a thread or process: their result is its tid. */
export function isCloneCall(name: string): boolean {
  const { role } = callTraits(name);
  return role === 'clone' || role === 'fork';
}

/** Calls that never return, rightly so: FLAG_UNFINISHED is not for them. */
export function isExitCall(name: string): boolean {
  return callTraits(name).role === 'exit';
}
