/**
 * What stands before the call in a strace line: `[pid  1234] `, `1234<comm> `, times, and what -n and -i add in brackets.
 * This is the stateless form, for finding record boundaries and for detection; the parser reads the same shapes in place.
 */
import { SPACE, isDigit, startsWith } from './bytes.js';

/** Position behind the leader of the line at `p`: where `name(`, `<... name resumed>`, `---` or `+++` would stand. */
export function skipLeader(bytes: Uint8Array, from: number): number {
  let p = from;
  while (bytes[p] === SPACE) p++;
  if (startsWith(bytes, p, '[pid ')) {
    while (bytes[p] !== 93 /* ] */ && bytes[p] >= SPACE) p++;
    if (bytes[p] === 93) p++;
    while (bytes[p] === SPACE) p++;
  }
  // At most a tid, a time and a relative time.
  for (let i = 0; i < 3; i++) {
    let q = p;
    if (startsWith(bytes, q, '(+')) q += 2;
    while (bytes[q] === SPACE) q++;
    if (!isDigit(bytes[q])) break;
    while (isDigit(bytes[q]) || bytes[q] === 46 /* . */ || bytes[q] === 58 /* : */) q++;
    if (bytes[q] === 60 /* < */) q = skipComm(bytes, q);
    if (bytes[q] === 41 /* ) */) q++;
    if (bytes[q] !== SPACE) break;
    while (bytes[q] === SPACE) q++;
    p = q;
  }
  return skipBrackets(bytes, p);
}

/** Behind `<comm>`; its `>` is escaped inside. */
export function skipComm(bytes: Uint8Array, open: number): number {
  let p = open;
  while (bytes[p] !== 62 /* > */ && bytes[p] >= SPACE) p++;
  return bytes[p] === 62 ? p + 1 : p;
}

/** Behind `[ 257] ` (strace -n) or `[00007f1c2d3e4f50] ` (strace -i), where they stand. */
export function skipBrackets(bytes: Uint8Array, from: number): number {
  let p = from;
  while (bytes[p] === 91 /* [ */ && !startsWith(bytes, p, '[ Process')) {
    let q = p;
    while (bytes[q] !== 93 && bytes[q] >= SPACE) q++;
    if (bytes[q] !== 93 || bytes[q + 1] !== SPACE) break;
    p = q + 2;
  }
  return p;
}

/** Lower-case letters, digits and underscores: the bytes of a call's name. */
export function isNameByte(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 95;
}

/** Whether a line starts a record: a call or its second half, a signal, an end. Never a stack line or other output. */
export function startsRecord(bytes: Uint8Array, from: number): boolean {
  const p = skipLeader(bytes, from);
  const c = bytes[p];
  if (c === 60) return startsWith(bytes, p, '<... ');
  if (c === 45) return startsWith(bytes, p, '--- ');
  if (c === 43) return startsWith(bytes, p, '+++ ');
  if (!isNameByte(c) || isDigit(c)) return false;
  let q = p + 1;
  while (isNameByte(bytes[q])) q++;
  return bytes[q] === 40; /* ( */
}
