/** What a line tells of a call beyond its outcome: variants, as src/trace/call-traits.ts names them, and what makes its end doubtful. */
import {
  ROLE_CLONE,
  ROLE_EPOLL_CTL,
  ROLE_FCNTL,
  ROLE_FORK,
  ROLE_FUTEX,
  ROLE_TID,
  ROLE_TIMEOUT,
  ROLE_TIMEOUT_MASK,
} from '../../../lib/kernel/codes';
import * as args from './arguments';
import { argsEnd } from './outcome';
import { closingParenthesis } from './outcome-any';

/** Whether a comment stands behind a result that is a tid: it may tell the one in another namespace (--decode-pids=pidns). */
export function hasComment(role: i32, feed: usize): bool {
  if (role != ROLE_CLONE && role != ROLE_FORK && role < ROLE_TID) return false;
  for (let p = argsEnd; p < feed; p++) if (load<u16>(p) == 0x2a2f /* slash star */) return true;
  return false;
}

/** Whether write or writev, whose arguments start at `start`, does not end where its arguments, read from the front, do. */
export function isOutput(start: usize, feed: usize): bool {
  const isWrite = load<u32>(start - 6) == 0x74697277 /* writ */ || load<u32>(start - 7) == 0x74697277;
  return isWrite && closingParenthesis(start, feed) != argsEnd;
}

export function variantOf(role: i32, start: usize, end: usize): i32 {
  if (role == ROLE_FUTEX) return args.futexVariant(start, end);
  if (role == ROLE_EPOLL_CTL) return args.epollCtlVariant(start, end);
  if (role == ROLE_FCNTL) return args.fcntlVariant(start, end);
  if (role == ROLE_TIMEOUT) return args.timeoutVariant(start, end);
  if (role == ROLE_TIMEOUT_MASK) return args.maskedTimeoutVariant(start, end);
  // openat2 and creat have no flags among their arguments.
  const name = load<u32>(start - 5);
  return args.openVariant(start, end, name == 0x6e65706f /* open */ ? 1 : name == 0x74616e65 /* enat */ ? 2 : 0);
}
