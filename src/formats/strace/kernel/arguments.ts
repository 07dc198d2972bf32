/** Variants by argument; the same as formats/strace/arguments.ts. Every [start, end) is the arguments in this line. */
import {
  NETLINK,
  SOCKET,
  TCP,
  UDP,
  UNIX,
  VARIANT_ADD,
  VARIANT_CREATE,
  VARIANT_DEL,
  VARIANT_DIRECTORY,
  VARIANT_DUP,
  VARIANT_GETFD,
  VARIANT_GETFL,
  VARIANT_LOCK,
  VARIANT_MOD,
  VARIANT_NOW,
  VARIANT_SETFD,
  VARIANT_SETFL,
  VARIANT_THREAD,
  VARIANT_WAIT,
  VARIANT_WAKE,
  VARIANT_WRITE,
} from '../../../lib/kernel/codes';
import { isDigit } from '../../../lib/kernel/digits';
import { NO_NUMBER, argumentAt, numberAt } from './numbers';
import { decorationEnd } from './outcome-any';
import * as raw from '../../../lib/kernel/raw-arguments';

/** A variant that only the JavaScript reader can tell. */
export const UNTOLD: i32 = -1;
/** open(2) on x86-64. */
const O_DIRECTORY: i32 = 0x10000;

/** Whether a number stands at `p`: strace -e raw=all, -X raw. */
// @inline
function isNumber(p: usize): bool {
  return isDigit(load<u8>(p));
}

/** Position of the second argument: behind the first comma after a number, name or address and its decoration. */
function secondArgument(start: usize, end: usize): usize {
  let p = start;
  while (p < end && load<u8>(p) != 44 /* , */ && load<u8>(p) != 60 /* < */) p++;
  if (load<u8>(p) == 60) p = decorationEnd(p, end) + 1;
  if (load<u8>(p) != 44) return end;
  return load<u8>(p, 1) == 32 ? p + 2 : p + 1;
}

export function futexVariant(start: usize, end: usize): i32 {
  const p = secondArgument(start, end);
  if (isNumber(p)) {
    const operation = numberAt(p);
    return operation == NO_NUMBER ? UNTOLD : raw.futexVariant(<i32>operation);
  }
  const x = load<u64>(p);
  // FUTEX_WA: only FUTEX_WAIT and FUTEX_WAKE.
  if (x == 0x41575f5845545546) return load<u8>(p, 8) == 73 /* I */ ? VARIANT_WAIT : VARIANT_WAKE;
  if ((x & 0xffffffffffff) != 0x5f5845545546 /* FUTEX_ */) return 0;
  const y = load<u64>(p, 6) & 0xffffffffffffff;
  if (y == 0x49505f4b434f4c /* LOCK_PI */) return VARIANT_WAIT;
  if (y == 0x4b434f4c595254 /* TRYLOCK */)
    return (load<u32>(p, 13) & 0xffffff) == 0x49505f /* _PI */ ? VARIANT_WAIT : 0;
  if (y == 0x5f4b434f4c4e55 /* UNLOCK_ */ && load<u16>(p, 13) == 0x4950) return VARIANT_WAKE;
  if (y == 0x45554555514552 /* REQUEUE */) return VARIANT_WAKE;
  if (y == 0x5145525f504d43 /* CMP_REQ */) return load<u32>(p, 13) == 0x45554555 /* UEUE */ ? VARIANT_WAKE : 0;
  // CLOCK_REALTIME|, PRIVATE_FLAG| in front, as qemu-user prints them.
  return <u8>y == 67 || <u8>y == 80 ? UNTOLD : 0;
}

const EPOLL_CT: u64 = 0x54435f4c4c4f5045;

export function epollCtlVariant(start: usize, end: usize): i32 {
  const p = secondArgument(start, end);
  if (isNumber(p)) {
    const operation = numberAt(p);
    return operation == NO_NUMBER ? UNTOLD : raw.epollCtlVariant(<i32>operation);
  }
  if (load<u64>(p) != EPOLL_CT || load<u16>(p, 8) != 0x5f4c /* L_ */) return 0;
  const c: i32 = load<u8>(p, 10);
  return c == 65 ? VARIANT_ADD : c == 77 ? VARIANT_MOD : c == 68 ? VARIANT_DEL : 0;
}

export function fcntlVariant(start: usize, end: usize): i32 {
  const p = secondArgument(start, end);
  if (isNumber(p)) {
    const command = numberAt(p);
    return command == NO_NUMBER ? UNTOLD : raw.fcntlVariant(<i32>command);
  }
  const x = load<u64>(p) & 0xffffffffffffff;
  if (x == 0x4c465445475f46 /* F_GETFL */) return VARIANT_GETFL;
  if (x == 0x4c465445535f46 /* F_SETFL */) return VARIANT_SETFL;
  if (x == 0x44465445475f46 /* F_GETFD */) return VARIANT_GETFD;
  if (x == 0x44465445535f46 /* F_SETFD */) return VARIANT_SETFD;
  if (x == 0x44465055445f46 /* F_DUPFD */) return VARIANT_DUP;
  if (x == 0x4b4c5445535f46 /* F_SETLK */) return VARIANT_LOCK;
  const isOpenFile = x == 0x535f44464f5f46 /* F_OFD_S */ && load<u32>(p, 7) == 0x4b4c5445; /* ETLK */
  return isOpenFile ? VARIANT_LOCK : 0;
}

/** socket, socketpair: the kind that family and type ask for. `end`: of the line. */
export function socketKind(start: usize, end: usize): i32 {
  if (isNumber(start)) return rawSocketKind(start, end);
  const x = load<u64>(start);
  if ((x & 0xffffffffffffff) == 0x58494e555f4641 /* AF_UNIX */ || x == 0x4c41434f4c5f4641 /* AF_LOCAL */) return UNIX;
  if (x == 0x494c54454e5f4641 /* AF_NETLI */ && load<u16>(start, 8) == 0x4b4e) return NETLINK;
  if ((x & 0xffffffffffffff) != 0x54454e495f4641 /* AF_INET */) return SOCKET;
  let p = start + 7;
  while (load<u8>(p) != 44 /* , */ && load<u8>(p) != 10) p++;
  if (load<u64>(p) != 0x535f4b434f53202c /* , SOCK_S */) {
    const isDatagram = load<u64>(p) == 0x445f4b434f53202c && load<u32>(p, 8) == 0x4d415247; /* , SOCK_D GRAM */
    return isDatagram ? UDP : SOCKET;
  }
  return load<u32>(p, 8) == 0x41455254 && load<u8>(p, 12) == 77 /* TREAM */ ? TCP : SOCKET;
}

function rawSocketKind(start: usize, end: usize): i32 {
  const domain = numberAt(start);
  const at = argumentAt(start, end, 1);
  const type = isNumber(at) ? numberAt(at) : 0;
  return domain == NO_NUMBER || type == NO_NUMBER ? UNTOLD : raw.socketKind(<i32>domain, <i32>type);
}

/** Larger descriptors have no place in a pair; in trace/descriptor-pair.ts, too. */
const LARGEST: u32 = 0x7fff;
/** Such numbers and longer ones JavaScript reads. */
const MOST_DIGITS: usize = 9;

/** pipe, socketpair: `[3<pipe:[71]>, 4<pipe:[71]>]` as one number; 0 where an address stands for it. Where brackets hold anything else, UNTOLD. */
export function descriptorPair(start: usize, end: usize): i32 {
  let p = start;
  while (p < end && load<u8>(p) != 91 /* [ */) p++;
  if (p == end) return 0;
  const first = made(++p, end, 44 /* , */);
  p = madeEnd + 2;
  if (first < 0 || p >= end || load<u8>(p - 1) != 32) return UNTOLD;
  const second = made(p, end, 93 /* ] */);
  if (second < 0) return UNTOLD;
  return <u32>first > LARGEST || <u32>second > LARGEST ? 0 : first | (second << 16);
}

/** Where the descriptor that `made` read ends, at the byte behind it. */
let madeEnd: usize = 0;

/** The descriptor at `p`, with what it is in angle brackets or without, if `stop` stands behind it, before `end`; else -1. */
function made(start: usize, end: usize, stop: i32): i32 {
  let p = start;
  let value: i32 = 0;
  for (; isDigit(load<u8>(p)); p++) value = value * 10 + (load<u8>(p) - 48);
  if (p == start || p > start + MOST_DIGITS) return -1;
  if (load<u8>(p) == 60 /* < */) {
    do {
      const c: i32 = load<u8>(++p);
      if (p >= end || c == 44 /* , */ || c == 34 /* " */) return -1;
    } while (load<u8>(p) != 62 /* > */ || load<u8>(p, 1) != stop);
    p++;
  }
  madeEnd = p;
  return p < end && load<u8>(p) == stop ? value : -1;
}

/** clone, clone3: whether CLONE_THREAD is among the flags; as a number clone3 has them in memory, and makes threads mostly. */
export function cloneVariant(start: usize, end: usize, isClone3: bool): i32 {
  if (isNumber(start)) return isClone3 ? VARIANT_THREAD : rawCloneVariant(start);
  for (let p = start; p < end; p++) {
    const c: i32 = load<u8>(p);
    // CLONE_TH READ
    if (c == 67 && load<u64>(p) == 0x48545f454e4f4c43 && load<u32>(p, 8) == 0x44414552) return VARIANT_THREAD;
    if (c == 102 && load<u64>(p) == 0x78303d7367616c66 /* flags=0x */) return rawCloneVariant(p + 6);
  }
  return 0;
}

function rawCloneVariant(at: usize): i32 {
  const flags = numberAt(at);
  return flags == NO_NUMBER ? UNTOLD : raw.cloneVariant(<i32>flags);
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
  if (load<u8>(p - 1) == 120 /* 0x8 */) {
    // All of epoll_pwait's six arguments are numbers. ppoll, of five, has its time-out in memory.
    if (argumentAt(start, end, 5) == end) return 0;
    return numberAt(argumentAt(start, end, 3)) == 0 ? VARIANT_NOW : 0;
  }
  if (p == end || !endsArgument(start, p)) return 0;
  p -= 2;
  if (load<u8>(p - 1) == 93 /* ] */) {
    while (p > start && load<u8>(p - 1) != 91 /* [ */) p--;
    p--;
    if (load<u8>(p - 1) == 126 /* ~ */) p--;
  } else while (p > start && load<u8>(p - 1) > 32 && load<u8>(p - 1) != 44) p--;
  if (p < start || !endsArgument(start, p)) return 0;
  p -= 2;
  if (p >= start + 3 && load<u16>(p - 3) == 0x202c && load<u8>(p - 1) == 48 /* `, 0` */) return VARIANT_NOW;
  return load<u8>(p - 1) == 125 /* } */ && p >= start + 23 && isZero(p - 23) ? VARIANT_NOW : 0;
}

/** Whether `, ` stands before `p`. */
// @inline
function endsArgument(start: usize, p: usize): bool {
  return p >= start + 2 && load<u16>(p - 2) == 0x202c;
}

/** Whether `, {tv_sec=0, tv_nsec=0}` stands at `p`. */
function isZero(p: usize): bool {
  // ', {tv_sec=0, tv_' 'nsec=0}'
  const first = i8x16(44, 32, 123, 116, 118, 95, 115, 101, 99, 61, 48, 44, 32, 116, 118, 95);
  return !v128.any_true(v128.xor(v128.load(p), first)) && load<u64>(p, 15) == 0x7d303d6365736e5f;
}

/**
 * open, openat, openat2, creat: the flags stand behind the path's closing quote. `noPath`: where those of open and openat are among
 * arguments without one, 0 for the others, whose flags are no argument of their own.
 */
export function openVariant(start: usize, end: usize, noPath: i32): i32 {
  let p = end;
  while (p > start && load<u8>(p - 1) != 34 /* " */) p--;
  if (noPath > 0) {
    const flags = p == start ? argumentAt(start, end, noPath) : argumentAt(p, end, 1);
    if (flags < end && isNumber(flags)) {
      const number = numberAt(flags);
      return number == NO_NUMBER ? UNTOLD : raw.openVariant(<i32>number, O_DIRECTORY);
    }
  }
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
