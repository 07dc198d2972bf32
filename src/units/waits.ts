/** Calls whose job is to wait: where one of them really waited, a thread was off the CPU and a piece of work was over. */
import { kindCode, variantCode } from '../trace/kinds.js';

/** Wait for events, time, locks, children or messages, whatever they work on (man pages, section 2). */
const ALWAYS = new Set([
  ...['epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'poll', 'ppoll', 'select', 'pselect6', '_newselect'],
  ...['nanosleep', 'clock_nanosleep', 'pause', 'rt_sigsuspend', 'sigsuspend', 'rt_sigtimedwait', 'restart_syscall'],
  ...['wait4', 'waitpid', 'waitid', 'accept', 'accept4', 'connect', 'futex_wait', 'futex_waitv', 'flock'],
  ...['io_getevents', 'io_pgetevents', 'io_uring_enter', 'semop', 'semtimedop', 'msgrcv', 'mq_timedreceive'],
]);
/** Wait when the other side has nothing to say, but do work on files. */
const RECEIVES = new Set(['read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg', 'recv']);
/** Kinds of descriptor that a read does not sleep on for want of somebody else's action. */
const STORED = new Set([
  kindCode('file'),
  kindCode('directory'),
  kindCode('proc'),
  kindCode('memfd'),
  kindCode('none'),
]);
const FUTEX_WAKE = variantCode('wake');

const NEVER = 0;
const YES = 1;
export const BY_KIND = 2;
export const FUTEX = 3;

/** Per call of `calls`, whether it waits; a table to be posted to workers with the columns. */
export function waitTable(calls: readonly string[]): Uint8Array {
  return Uint8Array.from(calls, (name) =>
    ALWAYS.has(name) ? YES : RECEIVES.has(name) ? BY_KIND : name === 'futex' ? FUTEX : NEVER,
  );
}

/** Whether a call of this kind and variant waits by nature. */
export function waits(nature: number, kind: number, variant: number): boolean {
  if (nature === BY_KIND) return !STORED.has(kind);
  if (nature === FUTEX) return variant !== FUTEX_WAKE;
  return nature === YES;
}
