/**
 * Arguments that perf prints as raw numbers: the operation of futex and epoll_ctl, the command of fcntl, a time-out of 0,
 * flags of open and clone, family and type of a socket, level of a socket option. The numbers are Linux's own
 * (include/uapi/linux/{futex,eventpoll,fcntl,net,sched}.h); 0 means no variant.
 */
import { kindCode, variantCode } from '../../trace/kinds.js';
import { LF, SPACE } from '../../lib/bytes.js';
import type { Architecture } from '../syscalls/index.js';

const WAIT = variantCode('wait');
const WAKE = variantCode('wake');
/** FUTEX_WAIT, WAKE, FD, REQUEUE, CMP_REQUEUE, WAKE_OP, LOCK_PI, UNLOCK_PI, TRYLOCK_PI, WAIT_BITSET, WAKE_BITSET, WAIT_REQUEUE_PI, CMP_REQUEUE_PI, LOCK_PI2. */
const FUTEX_VARIANTS = [WAIT, WAKE, 0, WAKE, WAKE, WAKE, WAIT, WAKE, WAIT, WAIT, WAKE, WAIT, WAKE, WAIT];

/** futex(2): without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME. */
export function futexVariant(operation: number): number {
  return FUTEX_VARIANTS[operation & 0x7f] ?? 0;
}

const EPOLL_VARIANTS = [0, variantCode('add'), variantCode('del'), variantCode('mod')];
/** epoll_ctl(2). */
export function epollCtlVariant(operation: number): number {
  return EPOLL_VARIANTS[operation] ?? 0;
}

const DUP = variantCode('dup');
const LOCK = variantCode('lock');
const FCNTL_VARIANTS = [DUP, variantCode('getfd'), variantCode('setfd'), variantCode('getfl'), variantCode('setfl')];
/** fcntl(2): F_DUPFD to F_SETFL are 0 to 4; F_SETLK(W) 6, 7, on 32 bits 13, 14; F_OFD_SETLK(W) 37, 38; F_DUPFD_CLOEXEC 1030. */
export function fcntlVariant(command: number): number {
  if (command === 1030) return DUP;
  if ([6, 7, 13, 14, 37, 38].includes(command)) return LOCK;
  return FCNTL_VARIANTS[command] ?? 0;
}

const NOW = variantCode('now');
/** epoll_wait(2), poll(2): a time-out of 0 is a look, not a wait. */
export function timeoutVariant(milliseconds: number): number {
  return milliseconds === 0 ? NOW : 0;
}

export const CREATE = variantCode('create');
const WRITE = variantCode('write');
export const DIRECTORY = variantCode('directory');
/** open(2): O_WRONLY 1, O_RDWR 2, O_CREAT 0100; O_DIRECTORY differs by architecture. */
export function openVariant(flags: number, directoryFlag: number): number {
  if ((flags & 0x40) !== 0) return CREATE;
  if ((flags & 3) !== 0) return WRITE;
  return (flags & directoryFlag) !== 0 ? DIRECTORY : 0;
}
/** O_DIRECTORY. */
export function directoryFlag(architecture: Architecture): number {
  return architecture === 'arm' || architecture === 'arm64' ? 0x4000 : 0x10000;
}

export const THREAD = variantCode('thread');
/** clone(2): CLONE_THREAD. */
export function cloneVariant(flags: number): number {
  return (flags & 0x10000) !== 0 ? THREAD : 0;
}

const TCP = kindCode('tcp');
const UDP = kindCode('udp');
const UNIX = kindCode('unix');
const NETLINK = kindCode('netlink');
const SOCKET = kindCode('socket');
/** socket(2): kind of AF_UNIX 1, AF_INET 2, AF_INET6 10, AF_NETLINK 16 with SOCK_STREAM 1 or SOCK_DGRAM 2. */
export function socketKind(domain: number, type: number): number {
  if (domain === 1) return UNIX;
  if (domain === 16) return NETLINK;
  if (domain !== 2 && domain !== 10) return SOCKET;
  return (type & 15) === 1 ? TCP : (type & 15) === 2 ? UDP : SOCKET;
}

/** setsockopt(2): the kind of socket that options of this level belong to (IPPROTO_TCP 6, IPPROTO_UDP 17, SOL_NETLINK 270); 0 when any. */
export function optionKind(level: number): number {
  return level === 6 ? TCP : level === 17 ? UDP : level === 270 ? NETLINK : 0;
}

/** Low 32 bits, signed, of the hexadecimal number at `p`. */
export function hexAt(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let p = from; ; p++) {
    const c = bytes[p];
    if (c >= 48 && c <= 57) value = (value << 4) | (c - 48);
    else if (c >= 97 && c <= 102) value = (value << 4) | (c - 87);
    else return value;
  }
}

/** Where argument `index` of `(1c, 7ffd3d176c40, 1000)` starts; `p` is at the first. Behind the last: at the line feed. */
export function rawArgument(bytes: Uint8Array, from: number, index: number): number {
  let p = from;
  for (let i = 0; i < index; i++) {
    while (bytes[p] !== 44 /* , */ && bytes[p] !== LF) p++;
    if (bytes[p] === LF) return p;
    p += bytes[p + 1] === SPACE ? 2 : 1;
  }
  return p;
}

/** Where the digits of argument `index` of `fd: 0x0000001c, buf: 0x7ffd3d176c40` start; at the line feed when there is none. */
export function namedArgument(bytes: Uint8Array, from: number, index: number): number {
  let p = from;
  let commas = 0;
  for (; bytes[p] !== LF; p++) {
    const c = bytes[p];
    if (c === 34 /* " */) {
      // Newer kernels show strings behind their addresses.
      do p++;
      while (bytes[p] !== 34 && bytes[p] !== LF);
      if (bytes[p] === LF) return p;
    } else if (c === 44 /* , */) commas++;
    else if (commas === index && c === 120 /* x */ && bytes[p - 1] === 48 && bytes[p - 2] === SPACE) return p + 1;
  }
  return p;
}
