/** Variants by argument; the same as formats/strace/arguments.ts. Every [start, end) is the arguments in this line. */
import {
  VARIANT_ADD,
  VARIANT_CREATE,
  VARIANT_DEL,
  VARIANT_DIRECTORY,
  VARIANT_GETFL,
  VARIANT_MOD,
  VARIANT_NOW,
  VARIANT_SETFL,
  VARIANT_WAIT,
  VARIANT_WAKE,
  VARIANT_WRITE,
} from '../../../lib/kernel/codes';
import { isDigit } from '../../../lib/kernel/digits';

/** A variant that only the JavaScript reader can tell. */
export const UNTOLD: i32 = -1;

/** Whether a number stands at `p`: strace -e raw=all, -X raw. */
// @inline
function isNumber(p: usize): bool {
  return isDigit(load<u8>(p));
}

/** Position of the second argument: behind the first comma after a number, name or address and its decoration. */
function secondArgument(start: usize, end: usize): usize {
  let p = start;
  while (p < end && load<u8>(p) != 44 /* , */ && load<u8>(p) != 60 /* < */) p++;
  if (load<u8>(p) == 60) {
    for (p++; p < end; p++) {
      const c: i32 = load<u8>(p);
      if (c == 62 && load<u8>(p - 1) != 45 /* -> */) break;
      if (c == 92 /* \ */) p++;
    }
    if (p < end) p++;
    else p = end + 1;
  }
  if (load<u8>(p) != 44) return end;
  return load<u8>(p, 1) == 32 ? p + 2 : p + 1;
}

export function futexVariant(start: usize, end: usize): i32 {
  const p = secondArgument(start, end);
  if (isNumber(p)) return UNTOLD;
  const x = load<u64>(p);
  // FUTEX_WA: only FUTEX_WAIT and FUTEX_WAKE.
  if (x == 0x41575f5845545546) return load<u8>(p, 8) == 73 /* I */ ? VARIANT_WAIT : VARIANT_WAKE;
  if ((x & 0xffffffffffff) != 0x5f5845545546 /* FUTEX_ */) return 0;
  const y = load<u64>(p, 6) & 0xffffffffffffff;
  if (y == 0x49505f4b434f4c /* LOCK_PI */) return VARIANT_WAIT;
  if (y == 0x5f4b434f4c4e55 /* UNLOCK_ */ && load<u16>(p, 13) == 0x4950) return VARIANT_WAKE;
  if (y == 0x45554555514552 /* REQUEUE */) return VARIANT_WAKE;
  // TRYLOCK_PI, CMP_REQUEUE, CLOCK_REALTIME|, PRIVATE_FLAG|.
  return <u8>y == 84 || <u8>y == 67 || <u8>y == 80 ? UNTOLD : 0;
}

const EPOLL_CT: u64 = 0x54435f4c4c4f5045;

export function epollCtlVariant(start: usize, end: usize): i32 {
  const p = secondArgument(start, end);
  if (isNumber(p)) return UNTOLD;
  if (load<u64>(p) != EPOLL_CT || load<u16>(p, 8) != 0x5f4c /* L_ */) return 0;
  const c: i32 = load<u8>(p, 10);
  return c == 65 ? VARIANT_ADD : c == 77 ? VARIANT_MOD : c == 68 ? VARIANT_DEL : 0;
}

export function fcntlVariant(start: usize, end: usize): i32 {
  const p = secondArgument(start, end);
  const x = load<u64>(p) & 0xffffffffffffff;
  if (x == 0x4c465445475f46 /* F_GETFL */) return VARIANT_GETFL;
  if (x == 0x4c465445535f46 /* F_SETFL */) return VARIANT_SETFL;
  return <u16>x == 0x5f46 /* F_ */ || isNumber(p) ? UNTOLD : 0;
}

/** epoll_wait, poll: whether the last argument, the time-out, is 0. */
export function timeoutVariant(start: usize, end: usize): i32 {
  if (end < start + 2 || load<u8>(end - 1) != 48) return 0;
  return load<u8>(end - 2) == 44 || (end >= start + 3 && load<u16>(end - 3) == 0x202c) ? VARIANT_NOW : 0;
}

/** epoll_pwait, ppoll: the time-out stands before the signal mask and its size. */
export function maskedTimeoutVariant(start: usize, end: usize): i32 {
  let p = end;
  while (p > start && isDigit(load<u8>(p - 1))) p--;
  if (p == end) return 0;
  if (load<u8>(p - 1) == 120 /* 0x8 */) return UNTOLD;
  // The usual: `, NULL, 8`.
  if (p < start + 8) return UNTOLD;
  if (load<u64>(p - 8) != 0x202c4c4c554e202c) return load<u16>(p - 2) == 0x202c ? UNTOLD : 0;
  p -= 8;
  // `{tv_sec=0, tv_nsec=0}`, which only ppoll has.
  if (load<u8>(p - 1) == 125 /* } */) return UNTOLD;
  return timeoutVariant(start, p);
}

/** open, openat: the flags stand behind the path's closing quote. */
export function openVariant(start: usize, end: usize): i32 {
  let p = end;
  while (p > start && load<u8>(p - 1) != 34 /* " */) p--;
  // Without a path, or with numbers for flags, as raw arguments are.
  if (p == start) return UNTOLD;
  let flags = p;
  while (flags < end && load<u8>(flags) != 44 /* , */) flags++;
  if (flags < end && isNumber(flags + (load<u8>(flags, 1) == 32 ? 2 : 1))) return UNTOLD;
  let found = 0;
  for (; p < end; p++) {
    if (load<u16>(p) != 0x5f4f /* O_ */) continue;
    const x = load<u64>(p, 2);
    if ((x & 0xffffffffff) == 0x5441455243 /* CREAT */) return VARIANT_CREATE;
    if ((x & 0xffffffffffff) == 0x594c4e4f5257 /* WRONLY */ || <u32>x == 0x52574452 /* RDWR */) found = VARIANT_WRITE;
    else if (found == 0 && x == 0x524f544345524944 /* DIRECTOR */ && load<u8>(p, 10) == 89) found = VARIANT_DIRECTORY;
  }
  return found;
}
