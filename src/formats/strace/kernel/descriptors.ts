/** Kinds of descriptors by their decoration; the same as formats/strace/descriptors.ts. */
import {
  ACCEPTED,
  CONNECTED,
  DEVICE,
  EPOLL,
  EVENTFD,
  FILE,
  INOTIFY,
  IO_URING,
  MEMFD,
  NETLINK,
  OTHER,
  PIDFD,
  PIPE,
  PROC,
  SIGNALFD,
  SOCKET,
  TCP,
  TIMERFD,
  UDP,
  UNIX,
} from '../../../lib/kernel/codes';
import { isDigit } from '../../../lib/kernel/digits';

/** The decoration is escaped (-xx): only JavaScript reads it. */
export const ESCAPED: i32 = -1;

/** Kind of the descriptor whose decoration starts at `p`, behind the `<`; ESCAPED. */
export function decorationKind(p: usize): i32 {
  const c: i32 = load<u8>(p);
  if (c == 84 /* T */) return TCP;
  if (c == 97 /* anon_inode: */) {
    if (load<u64>(p) != 0x6f6e695f6e6f6e61 || load<u32>(p, 7) != 0x3a65646f) return OTHER;
    return anonymousKind(p + 11);
  }
  if (c == 47 /* '/' */) return pathKind(p);
  if (c == 85 /* U */) return load<u8>(p, 1) == 68 ? UDP : UNIX;
  if (c == 78 /* N */) return NETLINK;
  if (c == 112 /* pipe:[1], pid:1 */) return load<u8>(p, 2) == 112 ? PIPE : PIDFD;
  if (c == 115 /* socket:[1], signalfd:[USR1] */) return load<u8>(p, 1) == 111 ? SOCKET : SIGNALFD;
  if (c == 123 /* { */) return load<u64>(p) == 0x6466746e6576657b /* {eventfd */ ? EVENTFD : OTHER;
  if (c == 92 /* \ */) return ESCAPED;
  return <u32>(c - 65) < 26 ? SOCKET : OTHER;
}

function pathKind(p: usize): i32 {
  const x = load<u64>(p);
  if ((x & 0xffffffffffff) == 0x2f636f72702f /* /proc/ */) return PROC;
  if ((x & 0xffffffffff) == 0x2f7379732f /* /sys/ */) return PROC;
  if ((x & 0xffffffffff) == 0x2f7665642f /* /dev/ */)
    return x >> 40 == 0x6d6873 /* shm */ && load<u8>(p, 8) == 47 ? FILE : DEVICE;
  return (x & 0xffffffffffffff) == 0x3a64666d656d2f /* /memfd: */ ? MEMFD : FILE;
}

/** Kind of an anonymous inode by its name: `[eventpoll]`, `inotify`. */
function anonymousKind(at: usize): i32 {
  const p = load<u8>(at) == 91 /* [ */ ? at + 1 : at;
  const x = load<u64>(p) & 0xffffffffffff;
  if (x == 0x70746e657665 /* eventp */) return EPOLL;
  if (x == 0x66746e657665 /* eventf */) return EVENTFD;
  const c: i32 = load<u8>(p);
  if (c == 116 /* timerfd */) return TIMERFD;
  if (c == 115) return x == 0x6c616e676973 /* signal */ ? SIGNALFD : OTHER;
  if (c == 105 /* i */) return load<u8>(p, 1) == 110 ? INOTIFY : IO_URING;
  if (c == 112 /* p */) return load<u8>(p, 1) == 105 ? PIDFD : OTHER;
  return OTHER;
}

const FIRST_EPHEMERAL_PORT: i32 = 32768;

/** Which side of a connection the program is, by the ports in `TCP:[LOCAL:80->REMOTE:40123]` at `p`. */
// @inline
export function sideFlag(p: usize): i32 {
  let q = angle(p);
  if (load<u16>(q - 1) != 0x3e2d /* -> */) return 0;
  const local = portBefore(q - 1);
  q = angle(q + 1);
  if (load<u16>(q - 1) != 0x3e5d /* ]> */) return 0;
  const remote = portBefore(q - 1);
  if (local < 0 || remote < 0 || local >= FIRST_EPHEMERAL_PORT == remote >= FIRST_EPHEMERAL_PORT) return 0;
  return local < remote ? ACCEPTED : CONNECTED;
}

/** Position of the first `>` or line feed from `p` on. */
// @inline
function angle(p: usize): usize {
  const angles = i8x16.splat(62);
  const feeds = i8x16.splat(10);
  let v = v128.load(p);
  let mask = i8x16.bitmask(v128.or(i8x16.eq(v, angles), i8x16.eq(v, feeds)));
  while (mask == 0) {
    v = v128.load((p += 16));
    mask = i8x16.bitmask(v128.or(i8x16.eq(v, angles), i8x16.eq(v, feeds)));
  }
  return p + ctz(mask);
}

/** The number that ends before `end`, behind a colon; -1 when there is none. */
// @inline
function portBefore(end: usize): i32 {
  let port = 0;
  let scale = 1;
  let p = end - 1;
  let c: i32 = load<u8>(p);
  for (; isDigit(c) && scale <= 10000; c = load<u8>(--p), scale *= 10) port += (c - 48) * scale;
  return p < end - 1 && c == 58 /* : */ ? port : -1;
}
