/** What the kernel returned from a call, as sys_exit events and CSV files print it: `73`, `-11`, `0x49`, `0xfffffffffffffff5`. */
import { ERRNO_RESTART, ERRNO_UNKNOWN, FLAG_LARGE_RESULT } from '../trace/table.js';
import { SPACE, isDigit } from '../lib/bytes.js';

/** The kernel returns errors as -4095..-1 (MAX_ERRNO in include/linux/err.h). */
const MAX_ERRNO = 4095;
/** The highest errno of user space, EHWPOISON. */
export const LAST_ERRNO = 133;
const MAX_INT32 = 0x7fffffff;

export class KernelResult {
  /** As in Columns.result, Columns.errno; FLAG_LARGE_RESULT or 0. */
  value = 0;
  errno = 0;
  flags = 0;

  /** Reads a signed decimal number at `from`; false when there is none. */
  readDecimal(bytes: Uint8Array, from: number): boolean {
    const negative = bytes[from] === 45; /* - */
    const first = negative ? from + 1 : from;
    let p = first;
    let value = 0;
    for (; isDigit(bytes[p]); p++) value = value * 10 + (bytes[p] - 48);
    if (p === first) return false;
    this.set(negative ? -value : value);
    return true;
  }

  /** Reads `0x...` at `from`, of 32 or 64 bits in two's complement, behind spaces. */
  readHex(bytes: Uint8Array, from: number): boolean {
    let p = from;
    while (bytes[p] === SPACE) p++;
    if (bytes[p] !== 48 /* 0 */ || bytes[p + 1] !== 120 /* x */) return false;
    const first = (p += 2);
    let high = 0;
    let low = 0;
    for (; ; p++) {
      const c = bytes[p];
      const digit = c >= 48 && c <= 57 ? c - 48 : c >= 97 && c <= 102 ? c - 87 : -1;
      if (digit < 0) break;
      high = ((high << 4) | (low >>> 28)) >>> 0;
      low = ((low << 4) | digit) >>> 0;
    }
    if (p === first) return false;
    this.set((high >= 0x80000000 ? high - 0x100000000 : high) * 0x100000000 + low);
    return true;
  }

  /** From the number that the kernel returned. */
  set(returned: number): void {
    this.errno = 0;
    this.flags = 0;
    if (returned >= 0 && returned <= MAX_INT32) this.value = returned;
    else if (returned < 0 && returned >= -MAX_ERRNO) {
      this.value = -1;
      this.errno = errnoOf(-returned);
    } else {
      this.value = returned < 0 ? Math.max(returned, -MAX_INT32) : MAX_INT32;
      this.flags = FLAG_LARGE_RESULT;
    }
  }
}

/** As in Columns.errno, of the number that the kernel returned. */
export function errnoOf(errno: number): number {
  if (errno <= LAST_ERRNO) return errno;
  // ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK: include/linux/errno.h.
  return errno === 512 || errno === 513 || errno === 514 || errno === 516 ? ERRNO_RESTART : ERRNO_UNKNOWN;
}
