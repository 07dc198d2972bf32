/**
 * What strace prints as numbers: names of calls that it does not know (`syscall_435`, `syscall_0x1b3`, `SYS_318`; strace older than the
 * kernel), and arguments in hexadecimal (-e raw=all, -X raw, -X verbose).
 */
import { isDigit, startsWith } from '../../lib/bytes.js';
import { type Architecture, I386_CALLS, X86_64_CALLS, architectureCalls } from '../syscalls/index.js';

const NUMBERED = /^(?:syscall_|SYS_)(0x[0-9a-f]+|\d+)$/;

/** The name of a call that is printed as a number; the text itself for all others, and for numbers without a call. */
export function nameOfNumbered(text: string, architecture: Architecture): string {
  const number = NUMBERED.exec(text)?.[1];
  return number === undefined ? text : architectureCalls(architecture)[Number(number)] || text;
}

/** Whether `SYS_318` stands at `p`, as strace 4 prints it; ltrace prints names behind the same letters. */
export function isNumberedName(bytes: Uint8Array, p: number): boolean {
  return bytes[p] === 83 /* S */ && startsWith(bytes, p, 'SYS_') && isDigit(bytes[p + 4]!);
}

/** The number at `p`: decimal, octal or hexadecimal, of hexadecimal ones the low 32 bits, signed; NaN when there is none. */
export function numberAt(bytes: Uint8Array, p: number): number {
  if (!isDigit(bytes[p]!)) return NaN;
  const hex = bytes[p] === 48 && (bytes[p + 1]! | 32) === 120; /* 0x */
  const radix = hex ? 16 : bytes[p] === 48 ? 8 : 10;
  let value = 0;
  for (let q = hex ? p + 2 : p; ; q++) {
    const c = bytes[q]!;
    const digit = isDigit(c) ? c - 48 : c >= 97 && c <= 102 ? c - 87 : 16;
    if (digit >= radix) return value;
    value = hex ? (value << 4) | digit : value * radix + digit;
  }
}

/** Whether AT_FDCWD stands at `p`, by name or by number. */
export function isCurrentDirectory(bytes: Uint8Array, p: number): boolean {
  return startsWith(bytes, p, 'AT_FDCWD') || startsWith(bytes, p, '-100');
}

/** Where argument `index` starts among bytes[start, end), numbers only; `end` when there are fewer. */
export function argumentAt(bytes: Uint8Array, start: number, end: number, index: number): number {
  let p = start;
  for (let i = 0; i < index; i++) {
    while (p < end && bytes[p] !== 44 /* , */) p++;
    if (p >= end) return end;
    p++;
    while (bytes[p] === 32) p++;
  }
  return p;
}

const CALL = /\b([a-z_][a-z0-9_]*)\(/g;
/** Names that are calls of i386 alone: fstat64, mmap2, socketcall. */
const I386_ONLY = new Set(I386_CALLS.filter((name) => name !== '' && !X86_64_CALLS.includes(name)));

/** Whose numbers the calls of a text are by the names that it does show; x86-64 where these tell nothing. */
export function suggestedArchitecture(sample: Uint8Array): Architecture {
  const text = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength).toString('latin1');
  if (!/(?:syscall_|SYS_)\d/.test(text)) return 'x86-64';
  if (text.includes(' runs in 32 bit mode')) return 'i386';
  for (const [, name] of text.matchAll(CALL)) if (I386_ONLY.has(name!)) return 'i386';
  return 'x86-64';
}
