/**
 * What a system call works on, and which variant of it was asked for: the two small codes that make
 * `read` of a socket another symbol than `read` of a file, and a futex wait another than a futex wake.
 */

/** Kinds of descriptor. The position in the list is the code in `Columns.kind`; append only. */
export const DESCRIPTOR_KINDS = [
  'none', // the call takes no descriptor
  'unknown', // it takes one, and the trace does not tell what it is
  'tcp',
  'udp',
  'unix',
  'netlink',
  'socket', // a socket of a family not named above
  'pipe',
  'file',
  'directory',
  'device', // character or block device, tty
  'proc', // a file below /proc or /sys
  'eventfd',
  'epoll',
  'timerfd',
  'signalfd',
  'inotify',
  'io_uring',
  'pidfd',
  'memfd',
  'cwd', // AT_FDCWD: the path is relative to the working directory
  'other',
] as const;
export type DescriptorKind = (typeof DESCRIPTOR_KINDS)[number];

const codes = new Map<string, number>(DESCRIPTOR_KINDS.map((name, code) => [name, code]));
/** Code of a descriptor kind in `Columns.kind`. */
export function kindCode(kind: DescriptorKind): number {
  return codes.get(kind)!;
}

/**
 * Variants of calls that do several jobs under one name. The position is the code in `Columns.variant`; append only.
 * strace prints them by name, perf as the raw argument: see futex(2), epoll_ctl(2), fcntl(2), epoll_wait(2), poll(2).
 */
export const VARIANTS = [
  '', // nothing special
  'wait', // futex FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI, FUTEX_WAIT_REQUEUE_PI
  'wake', // futex FUTEX_WAKE, FUTEX_WAKE_BITSET, FUTEX_WAKE_OP, FUTEX_UNLOCK_PI, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE
  'add', // epoll_ctl EPOLL_CTL_ADD
  'mod', // epoll_ctl EPOLL_CTL_MOD
  'del', // epoll_ctl EPOLL_CTL_DEL
  'getfl', // fcntl F_GETFL
  'setfl', // fcntl F_SETFL
  'getfd', // fcntl F_GETFD
  'setfd', // fcntl F_SETFD
  'dup', // fcntl F_DUPFD, F_DUPFD_CLOEXEC
  'lock', // fcntl F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
  'now', // epoll_wait, epoll_pwait, poll with a time-out of 0: a look, not a wait
  'create', // open, openat with O_CREAT
  'write', // open, openat with O_WRONLY or O_RDWR, without O_CREAT
  'directory', // open, openat with O_DIRECTORY
  'thread', // clone, clone3 with CLONE_THREAD
] as const;
export type Variant = (typeof VARIANTS)[number];

const variantCodes = new Map<string, number>(VARIANTS.map((name, code) => [name, code]));
/** Code of a variant in `Columns.variant`. */
export function variantCode(variant: Variant): number {
  return variantCodes.get(variant)!;
}
