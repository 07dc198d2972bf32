/**
 * Arguments that make one call name several symbols: the operation of futex and epoll_ctl, the command of fcntl, a time-out
 * of 0, the flags of open and clone, the family of a socket. Each function reads a few bytes in place; 0 (no variant) where
 * the argument is not in this half of the line, or printed as a number.
 */
import { type Variant, kindCode, variantCode } from '../../trace/kinds.js';
import { LF, SPACE, endsWith, isDigit, startsWith, text } from '../../lib/bytes.js';
import * as perf from '../perf/arguments.js';
import { argumentAt, numberAt } from './numbers.js';
import { decorationEnd } from './outcome.js';

const WAIT = variantCode('wait');
const WAKE = variantCode('wake');
const ADD = variantCode('add');
const MOD = variantCode('mod');
const DEL = variantCode('del');
const NOW = variantCode('now');
const CREATE = variantCode('create');
const WRITE = variantCode('write');
const DIRECTORY = variantCode('directory');
const THREAD = variantCode('thread');
const FILE_KIND = kindCode('file');
const DIRECTORY_KIND = kindCode('directory');

/** Position of the second argument: behind the first comma after a number, name or address and its decoration. */
export function secondArgument(bytes: Uint8Array, start: number, end: number): number {
  let p = start;
  while (p < end && bytes[p] !== 44 /* , */ && bytes[p] !== 60 /* < */) p++;
  if (bytes[p] === 60) p = decorationEnd(bytes, p, end) + 1;
  if (bytes[p] !== 44) return end;
  // qemu-user prints no space.
  return bytes[p + 1] === SPACE ? p + 2 : p + 1;
}

const FUTEX_FLAGS = ['FUTEX_PRIVATE_FLAG|', 'FUTEX_CLOCK_REALTIME|'];
/** futex(2): what waits and what wakes. `p`: at the operation. */
export function futexVariant(bytes: Uint8Array, p: number): number {
  // Only FUTEX_WAKE and FUTEX_WAIT start with FUTEX_WA.
  if (!startsWith(bytes, p, 'FUTEX_')) return isDigit(bytes[p]) ? perf.futexVariant(numberAt(bytes, p)) : 0;
  const flag = FUTEX_FLAGS.find((name) => startsWith(bytes, p, name));
  // qemu-user prints flags first.
  if (flag !== undefined) return futexVariant(bytes, p + flag.length);
  const q = p + 6;
  if (bytes[q] === 87 && bytes[q + 1] === 65) return bytes[q + 2] === 73 /* I */ ? WAIT : WAKE;
  if (startsWith(bytes, q, 'LOCK_PI') || startsWith(bytes, q, 'TRYLOCK_PI')) return WAIT;
  return startsWith(bytes, q, 'UNLOCK_PI') || startsWith(bytes, q, 'REQUEUE') || startsWith(bytes, q, 'CMP_REQUEUE')
    ? WAKE
    : 0;
}

/** epoll_ctl(2). `p`: at the operation. */
export function epollCtlVariant(bytes: Uint8Array, p: number): number {
  if (!startsWith(bytes, p, 'EPOLL_CTL_')) return isDigit(bytes[p]) ? perf.epollCtlVariant(numberAt(bytes, p)) : 0;
  const c = bytes[p + 10];
  return c === 65 ? ADD : c === 77 ? MOD : c === 68 ? DEL : 0;
}

const FCNTL_COMMANDS: [string, Variant][] = [
  ['F_GETFL', 'getfl'],
  ['F_SETFL', 'setfl'],
  ['F_GETFD', 'getfd'],
  ['F_SETFD', 'setfd'],
  ['F_DUPFD', 'dup'],
  ['F_SETLK', 'lock'],
  ['F_OFD_SETLK', 'lock'],
];
/** fcntl(2). `p`: at the command. */
export function fcntlVariant(bytes: Uint8Array, p: number): number {
  for (const [name, variant] of FCNTL_COMMANDS) if (startsWith(bytes, p, name)) return variantCode(variant);
  return isDigit(bytes[p]) ? perf.fcntlVariant(numberAt(bytes, p)) : 0;
}

/** epoll_wait, poll: whether the last argument, the time-out, is 0. */
export function timeoutVariant(bytes: Uint8Array, start: number, end: number): number {
  return endsWith(bytes, start, end, ', 0') || endsWith(bytes, start, end, ',0') ? NOW : 0;
}

/** epoll_pwait, ppoll: the time-out stands before the signal mask and its size. */
export function maskedTimeoutVariant(bytes: Uint8Array, start: number, end: number): number {
  let p = end;
  while (p > start && isDigit(bytes[p - 1])) p--;
  if (bytes[p - 1] === 120 /* 0x8 */) return rawTimeoutVariant(bytes, start, end);
  if (p === end || !endsWith(bytes, start, p, ', ')) return 0;
  p -= 2;
  if (bytes[p - 1] === 93 /* ] */) {
    while (p > start && bytes[p - 1] !== 91 /* [ */) p--;
    p--;
    if (bytes[p - 1] === 126 /* ~ */) p--;
  } else while (p > start && bytes[p - 1] > SPACE && bytes[p - 1] !== 44) p--; // NULL, an address
  if (!endsWith(bytes, start, p, ', ')) return 0;
  p -= 2;
  return endsWith(bytes, start, p, ', 0') || endsWith(bytes, start, p, ', {tv_sec=0, tv_nsec=0}') ? NOW : 0;
}

/** All of epoll_pwait's six arguments are numbers. ppoll, of five, has its time-out in memory. */
function rawTimeoutVariant(bytes: Uint8Array, start: number, end: number): number {
  if (argumentAt(bytes, start, end, 5) === end) return 0;
  return numberAt(bytes, argumentAt(bytes, start, end, 3)) === 0 ? NOW : 0;
}

/** open(2), openat(2), openat2(2): the flags stand behind the path's closing quote. */
export function openVariant(bytes: Uint8Array, start: number, end: number, name: string): number {
  let p = end;
  // Flags, mode and openat2's braces hold no quote, and a path argument always has one.
  while (p > start && bytes[p - 1] !== 34 /* " */) p--;
  let found = 0;
  if (name === 'open' || name === 'openat') {
    const noPath = name === 'open' ? 1 : 2;
    const flags = p === start ? argumentAt(bytes, start, end, noPath) : argumentAt(bytes, p, end, 1);
    if (flags < end && isDigit(bytes[flags]))
      return perf.openVariant(numberAt(bytes, flags), perf.directoryFlag('x86-64'));
  }
  for (; p < end; p++) {
    if (bytes[p] !== 79 || bytes[p + 1] !== 95 /* O_ */) continue;
    if (startsWith(bytes, p + 2, 'CREAT')) return CREATE;
    if (startsWith(bytes, p + 2, 'WRONLY') || startsWith(bytes, p + 2, 'RDWR')) found = WRITE;
    else if (found === 0 && startsWith(bytes, p + 2, 'DIRECTORY')) found = DIRECTORY;
  }
  return found;
}

/** Kind of what an open opened: `returned` is the kind shown behind its result, 0 when there is none. */
export function openedKind(variant: number, returned: number): number {
  if (variant === DIRECTORY) return DIRECTORY_KIND;
  return returned === 0 ? FILE_KIND : returned;
}

const SOCKET_KINDS = { tcp: kindCode('tcp'), udp: kindCode('udp'), unix: kindCode('unix') };
const NETLINK = kindCode('netlink');
const SOCKET = kindCode('socket');
/** socket(2), socketpair(2): the kind that family and type ask for. */
export function socketKind(bytes: Uint8Array, p: number): number {
  if (isDigit(bytes[p])) return rawSocketKind(bytes, p);
  if (startsWith(bytes, p, 'AF_UNIX') || startsWith(bytes, p, 'AF_LOCAL')) return SOCKET_KINDS.unix;
  if (startsWith(bytes, p, 'AF_NETLINK')) return NETLINK;
  if (!startsWith(bytes, p, 'AF_INET')) return SOCKET;
  let q = p;
  while (bytes[q] !== 44 /* , */ && bytes[q] !== LF) q++;
  if (startsWith(bytes, q, ', SOCK_STREAM')) return SOCKET_KINDS.tcp;
  return startsWith(bytes, q, ', SOCK_DGRAM') ? SOCKET_KINDS.udp : SOCKET;
}

function rawSocketKind(bytes: Uint8Array, p: number): number {
  const end = bytes.indexOf(LF, p);
  return perf.socketKind(numberAt(bytes, p), numberAt(bytes, argumentAt(bytes, p, end, 1)));
}

/** `[3, 4]`, `[3<pipe:[71]>, 4<pipe:[71]>]` among bytes[start, end): what pipe2 and socketpair gave; -1 twice where only its address stands. */
export function descriptorPair(bytes: Uint8Array, start: number, end: number): readonly [number, number] {
  const [, first, second] = PAIR.exec(text(bytes, start, end)) ?? [];
  return second === undefined ? [-1, -1] : [Number(first), Number(second)];
}
const PAIR = /\[(0x[0-9a-f]+|\d+)(?:<[^,"]*>)?, (0x[0-9a-f]+|\d+)(?:<[^,"]*>)?\]/;

/** clone(2), clone3(2): whether CLONE_THREAD is among the flags, by name or by number. */
export function cloneVariant(bytes: Uint8Array, start: number, end: number, name: string): number {
  // clone3 has its flags in memory: that makes threads mostly, as perf's reader has it too.
  if (isDigit(bytes[start])) return name === 'clone3' ? THREAD : perf.cloneVariant(numberAt(bytes, start));
  for (let p = start; p < end; p++) {
    if (bytes[p] === 67 && bytes[p + 6] === 84 && startsWith(bytes, p, 'CLONE_THREAD')) return THREAD;
    if (bytes[p] === 102 && startsWith(bytes, p, 'flags=0x')) return perf.cloneVariant(numberAt(bytes, p + 6));
  }
  return 0;
}

/** The first string among bytes[start, end), unescaped; '' when there is none or only its beginning (`"abc"...`). */
export function firstString(bytes: Uint8Array, start: number, end: number): string {
  let open = start;
  while (open < end && bytes[open] !== 34 /* " */) open++;
  let close = open + 1;
  while (close < end && bytes[close] !== 34) close += bytes[close] === 92 /* \ */ ? 2 : 1;
  return close >= end || bytes[close + 1] === 46 /* ... */ ? '' : unescape(bytes, open + 1, close);
}

const SIMPLE_ESCAPES = new Map([...'nrtvf'].map((letter, i) => [letter.charCodeAt(0), '\n\r\t\v\f'.charCodeAt(i)]));
/** Undoes strace's escapes: `\n`, `\"`, octal `\17`, hexadecimal `\x0f`. */
export function unescape(bytes: Uint8Array, start: number, end: number): string {
  const out: number[] = [];
  for (let p = start; p < end; p++) {
    if (bytes[p] !== 92 || p + 1 >= end) {
      out.push(bytes[p]);
      continue;
    }
    const c = bytes[++p];
    if (c >= 48 && c <= 55) {
      let octal = c - 48;
      for (let i = 0; i < 2 && bytes[p + 1] >= 48 && bytes[p + 1] <= 55; i++) octal = octal * 8 + (bytes[++p] - 48);
      out.push(octal & 255);
    } else if (c === 120 /* x */) {
      out.push(parseInt(String.fromCharCode(bytes[p + 1], bytes[p + 2]), 16));
      p += 2;
    } else out.push(SIMPLE_ESCAPES.get(c) ?? c);
  }
  return text(Uint8Array.from(out), 0, out.length);
}
