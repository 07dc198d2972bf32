/** What arguments tell that are printed as numbers; as formats/perf/arguments.ts. */
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
  VARIANT_SETFD,
  VARIANT_SETFL,
  VARIANT_THREAD,
  VARIANT_WRITE,
} from './codes';

/** Variants of futex by operation. */
const FUTEX_VARIANTS: usize = memory.data<u8>([1, 2, 0, 2, 2, 2, 1, 2, 1, 1, 2, 1, 2, 1]);
const FUTEX_OPERATIONS: i32 = 14;

export function futexVariant(flagged: i32): i32 {
  const operation = flagged & 0x7f;
  return operation < FUTEX_OPERATIONS ? load<u8>(FUTEX_VARIANTS + operation) : 0;
}

export function epollCtlVariant(operation: i32): i32 {
  return operation == 1 ? VARIANT_ADD : operation == 2 ? VARIANT_DEL : operation == 3 ? VARIANT_MOD : 0;
}

export function fcntlVariant(command: i32): i32 {
  if (command == 0 || command == 1030) return VARIANT_DUP;
  if (command == 1) return VARIANT_GETFD;
  if (command == 2) return VARIANT_SETFD;
  if (command == 3) return VARIANT_GETFL;
  if (command == 4) return VARIANT_SETFL;
  const locks = command == 6 || command == 7 || command == 13 || command == 14 || command == 37 || command == 38;
  return locks ? VARIANT_LOCK : 0;
}

/** `directoryFlag`: O_DIRECTORY, which differs by architecture. */
export function openVariant(flags: i32, directoryFlag: i32): i32 {
  if ((flags & 0x40) != 0) return VARIANT_CREATE;
  if ((flags & 3) != 0) return VARIANT_WRITE;
  return (flags & directoryFlag) != 0 ? VARIANT_DIRECTORY : 0;
}

export function cloneVariant(flags: i32): i32 {
  return (flags & 0x10000) != 0 ? VARIANT_THREAD : 0;
}

export function socketKind(domain: i32, type: i32): i32 {
  if (domain == 1) return UNIX;
  if (domain == 16) return NETLINK;
  if (domain != 2 && domain != 10) return SOCKET;
  return (type & 15) == 1 ? TCP : (type & 15) == 2 ? UDP : SOCKET;
}
