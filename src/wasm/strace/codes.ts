/** Codes that the columns hold, as in trace/kinds.ts, trace/table.ts and trace/call-traits.ts (all append-only). */
export const UNKNOWN: i32 = 1;
export const TCP: i32 = 2;
export const UDP: i32 = 3;
export const UNIX: i32 = 4;
export const SOCKET: i32 = 6;
export const NETLINK: i32 = 5;
export const PIPE: i32 = 7;
export const FILE: i32 = 8;
export const DIRECTORY: i32 = 9;
export const DEVICE: i32 = 10;
export const PROC: i32 = 11;
export const EVENTFD: i32 = 12;
export const EPOLL: i32 = 13;
export const TIMERFD: i32 = 14;
export const SIGNALFD: i32 = 15;
export const INOTIFY: i32 = 16;
export const IO_URING: i32 = 17;
export const PIDFD: i32 = 18;
export const MEMFD: i32 = 19;
export const CWD: i32 = 20;
export const OTHER: i32 = 21;

export const FIRST_OTHER: i32 = 0;
export const FIRST_DESCRIPTOR: i32 = 1;
export const FIRST_UNKNOWN: i32 = 2;

export const ROLE_FUTEX: i32 = 1;
export const ROLE_EPOLL_CTL: i32 = 2;
export const ROLE_FCNTL: i32 = 3;
export const ROLE_TIMEOUT: i32 = 4;
export const ROLE_TIMEOUT_MASK: i32 = 5;
export const ROLE_OPEN: i32 = 6;

export const VARIANT_WAIT: i32 = 1;
export const VARIANT_WAKE: i32 = 2;
export const VARIANT_ADD: i32 = 3;
export const VARIANT_MOD: i32 = 4;
export const VARIANT_DEL: i32 = 5;
export const VARIANT_GETFL: i32 = 6;
export const VARIANT_SETFL: i32 = 7;
export const VARIANT_NOW: i32 = 12;
export const VARIANT_CREATE: i32 = 13;
export const VARIANT_WRITE: i32 = 14;
export const VARIANT_DIRECTORY: i32 = 15;

export const FLAG_LARGE_RESULT: i32 = 8;
export const ACCEPTED: i32 = 16;
export const CONNECTED: i32 = 32;
export const ERRNO_UNKNOWN: i32 = 255;
export const NO_DESCRIPTOR: i32 = -1;
export const MAX_INT32: i32 = 0x7fffffff;
