/**
 * What strace -y and -yy print behind a descriptor: `3<TCP:[127.0.0.1:80->127.0.0.1:5123]>`, `4</var/log/x>`,
 * `5<anon_inode:[eventpoll]>`, `6</dev/null<char 1:3>>`. The text after `<` tells the kind within a few bytes.
 */
import { kindCode } from '../../trace/kinds.js';
import { FLAG_ACCEPTED, FLAG_CONNECTED } from '../../trace/table.js';
import { LF, isDigit, startsWith, text } from '../../lib/bytes.js';

const TCP = kindCode('tcp');
const UDP = kindCode('udp');
const UNIX = kindCode('unix');
const NETLINK = kindCode('netlink');
const SOCKET = kindCode('socket');
const PIPE = kindCode('pipe');
const FILE = kindCode('file');
const DEVICE = kindCode('device');
const PROC = kindCode('proc');
const EVENTFD = kindCode('eventfd');
const EPOLL = kindCode('epoll');
const TIMERFD = kindCode('timerfd');
const SIGNALFD = kindCode('signalfd');
const INOTIFY = kindCode('inotify');
const IO_URING = kindCode('io_uring');
const PIDFD = kindCode('pidfd');
const MEMFD = kindCode('memfd');
const OTHER = kindCode('other');

/** Kind of the descriptor whose decoration starts at `p`, behind the `<`. */
export function decorationKind(bytes: Uint8Array, p: number): number {
  return bytes[p] === 92 /* \ */ ? plainKind(unescaped(bytes, p), 0) : plainKind(bytes, p);
}

/** As many bytes of a path tell its kind. */
const TELLING = 24;

/** The beginning of a decoration in hexadecimal, as -xx prints it. */
function unescaped(bytes: Uint8Array, p: number): Uint8Array {
  const digits = text(bytes, p, p + 4 * TELLING).match(/(?<=^(?:\\x[0-9a-f]{2})*\\x)[0-9a-f]{2}/g) ?? [];
  return Uint8Array.from([...digits.map((digit) => parseInt(digit, 16)), LF]);
}

function plainKind(bytes: Uint8Array, p: number): number {
  switch (bytes[p]) {
    case 47: // '/'
      return pathKind(bytes, p);
    case 84: // TCP, TCPv6
      return TCP;
    case 85: // UDP, UDPv6, UDPLITE; UNIX, UNIX-STREAM, UNIX-DGRAM, UNIX-SEQPACKET
      return bytes[p + 1] === 68 ? UDP : UNIX;
    case 78: // NETLINK
      return NETLINK;
    case 112: // pipe:[1]; pid:1
      return bytes[p + 2] === 112 ? PIPE : PIDFD;
    case 115: // socket:[1]; signalfd:[USR1]
      return bytes[p + 1] === 111 ? SOCKET : SIGNALFD;
    case 97: // anon_inode:
      return startsWith(bytes, p, 'anon_inode:') ? anonymousKind(bytes, p + 11) : OTHER;
    case 123: // {eventfd-count=0, eventfd-id=6, eventfd-semaphore=0}, of strace 6.12 and later
      return startsWith(bytes, p, '{eventfd') ? EVENTFD : OTHER;
    default:
      // RAW:[, PACKET:[, SCTP:[ ...: families of sockets are in capitals.
      return bytes[p] >= 65 && bytes[p] <= 90 ? SOCKET : OTHER;
  }
}

/** ip(7), ip_local_port_range: from here on the kernel gives ports to those who connect. */
const FIRST_EPHEMERAL_PORT = 32768;

/**
 * Which side of a connection the program is, by the ports of a TCP decoration: `TCP:[LOCAL:80->REMOTE:40123]` was accepted.
 * FLAG_ACCEPTED, FLAG_CONNECTED, or 0 where both ports or neither are ephemeral. `p` is behind the `<`.
 */
export function sideFlag(bytes: Uint8Array, p: number): number {
  let q = p;
  while (bytes[q] !== 62 /* > */ && bytes[q] !== LF) q++;
  if (bytes[q] === LF || bytes[q - 1] !== 45 /* - */) return 0;
  const local = portBefore(bytes, q - 1);
  do q++;
  while (bytes[q] !== 62 && bytes[q] !== LF);
  if (bytes[q] === LF || bytes[q - 1] !== 93 /* ] */) return 0;
  const remote = portBefore(bytes, q - 1);
  if (local < 0 || remote < 0 || local >= FIRST_EPHEMERAL_PORT === remote >= FIRST_EPHEMERAL_PORT) return 0;
  return local < remote ? FLAG_ACCEPTED : FLAG_CONNECTED;
}

/** The number that ends before `end`, behind a colon; -1 when there is none. */
function portBefore(bytes: Uint8Array, end: number): number {
  let port = 0;
  let scale = 1;
  let p = end - 1;
  for (; isDigit(bytes[p]) && scale <= 10_000; p--, scale *= 10) port += (bytes[p] - 48) * scale;
  return p < end - 1 && bytes[p] === 58 /* : */ ? port : -1;
}

/** Kind of a file by its absolute path. */
function pathKind(bytes: Uint8Array, p: number): number {
  switch (bytes[p + 1]) {
    case 112: // p
      return startsWith(bytes, p, '/proc/') ? PROC : FILE;
    case 115: // s
      return startsWith(bytes, p, '/sys/') ? PROC : FILE;
    case 100: // d
      return startsWith(bytes, p, '/dev/') && !startsWith(bytes, p, '/dev/shm/') ? DEVICE : FILE;
    case 109: // m
      return startsWith(bytes, p, '/memfd:') ? MEMFD : FILE;
    default:
      return FILE;
  }
}

/** Kind of an anonymous inode by its name: `[eventpoll]`, `[eventfd]`, `inotify` (without brackets in most kernels). */
function anonymousKind(bytes: Uint8Array, at: number): number {
  const p = bytes[at] === 91 ? at + 1 : at;
  switch (bytes[p]) {
    case 101: // eventpoll, eventfd
      return startsWith(bytes, p, 'eventp') ? EPOLL : startsWith(bytes, p, 'eventf') ? EVENTFD : OTHER;
    case 116: // timerfd
      return TIMERFD;
    case 115: // signalfd
      return startsWith(bytes, p, 'signal') ? SIGNALFD : OTHER;
    case 105: // inotify, io_uring
      return bytes[p + 1] === 110 ? INOTIFY : IO_URING;
    case 112: // pidfd; perf_event
      return bytes[p + 1] === 105 ? PIDFD : OTHER;
    default:
      return OTHER;
  }
}
