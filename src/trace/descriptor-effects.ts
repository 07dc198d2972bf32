/** What calls do to the descriptors of their process. */
import { isCloneCall } from './call-traits.js';
import { makesPair } from './descriptor-pair.js';

/** What a call does to descriptors. */
export const USES = 0;
/** Its result is a new descriptor, of the kind in its row. */
export const MAKES = 1;
/** Its result is a descriptor of the same thing, or (accept) of the same kind of thing, as its argument. */
export const COPIES = 2;
export const CLOSES = 3;
export const FORKS = 4;
export const EXECUTES = 5;
/** fcntl, which copies with F_DUPFD only. */
export const MAY_COPY = 6;
/** Its result is a pair of new descriptors (descriptor-pair.ts). */
export const MAKES_PAIR = 7;

const MAKERS = `open openat openat2 creat socket epoll_create epoll_create1 eventfd eventfd2 timerfd_create signalfd signalfd4
  inotify_init inotify_init1 io_uring_setup pidfd_open memfd_create memfd_secret`;
const COPIERS = 'dup dup2 dup3 accept accept4';

export const words = (text: string): Set<string> => new Set(text.split(/\s+/));
const makers = words(MAKERS);
const copiers = words(COPIERS);

/** The call was given a number that is no open descriptor. */
export const EBADF = 9;

/** By call: what it does. */
export function descriptorEffects(calls: readonly string[]): Uint8Array {
  return Uint8Array.from(calls, effectOf);
}

function effectOf(name: string): number {
  if (makers.has(name)) return MAKES;
  if (copiers.has(name)) return COPIES;
  if (makesPair(name)) return MAKES_PAIR;
  if (name === 'close') return CLOSES;
  if (name === 'fcntl' || name === 'fcntl64') return MAY_COPY;
  if (name === 'execve' || name === 'execveat') return EXECUTES;
  return isCloneCall(name) ? FORKS : USES;
}
