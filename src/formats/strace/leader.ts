/**
 * Parts of what stands before the call in a strace line: `<comm>` of -Y, what -n and -i add in brackets, and the bytes of a call's
 * name. The leader as a whole is read by LeaderReader (strace-leader-reader.ts) and nobody else.
 */
import { SPACE, text } from '../../lib/bytes.js';

/** Behind `<comm>`; its `>` is escaped inside. */
export function skipComm(bytes: Uint8Array, open: number): number {
  let p = open;
  while (bytes[p] !== 62 /* > */ && bytes[p] >= SPACE) p++;
  return bytes[p] === 62 ? p + 1 : p;
}

/** The number of a call (-n), an address (-i), a context of SELinux, or its type (--secontext): no word of a log, and no time. */
const IN_BRACKETS = /^(?: *\d+|[0-9a-f]{8,16}|\?{8,16}|[a-z]\w*_t|[a-z][\w.-]*:[\w.-]+:[\w.-]+(?::[\w.,:-]+)?)$/;

/** Behind `[ 257] ` (strace -n), `[00007f1c2d3e4f50] ` (strace -i) or a context of SELinux, where they stand. */
export function skipBrackets(bytes: Uint8Array, from: number): number {
  let p = from;
  while (bytes[p] === 91 /* [ */) {
    let q = p;
    while (bytes[q] !== 93 && bytes[q] >= SPACE) q++;
    if (bytes[q] !== 93 || bytes[q + 1] !== SPACE || !IN_BRACKETS.test(text(bytes, p + 1, q))) break;
    p = q + 2;
  }
  return p;
}

/** Lower-case letters, digits and underscores: the bytes of a call's name. */
export function isNameByte(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 95;
}
