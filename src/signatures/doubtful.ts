/**
 * Names of frames whose binary is not at hand. The unwinder that strace is mostly built with (libunwind) names code after the nearest
 * exported function before it, whatever lies between; so of a stripped program many names are wrong. What the trace itself tells
 * of that is taken into account; docs/signatures.md, "Names on stripped binaries", says what and why. Pure.
 */
import type { FrameFact } from '../binary/fit.js';
import { behindName } from './names.js';

/**
 * Bytes behind its beginning where a function has mostly ended: the largest offset on the stacks of the bug set's native servers, which are not
 * stripped, is 14 KB (haproxy's process_stream). Twice that, and rounded up.
 */
const PLAUSIBLE = 0x8000;
/** Compilers begin functions at multiples of 16 bytes: nothing else begins before. */
const ALIGNMENT = 16;
/** Exported functions with implausible offsets from which a program counts as stripped. */
const FEWEST = 2;
/** Marks that only local symbols have, which strip removes: clones and parts that compilers make, C++'s static functions, Rust's paths. */
const LOCAL =
  /\.(?:isra|part|constprop|cold|lto_priv)\b|_GLOBAL__N_1|\(anonymous namespace\)|^_ZL|::h[0-9a-f]{16}$|^_ZN.*17h[0-9a-f]{16}E/;

export type Doubt =
  /** The tracer knew all symbols, or how long functions are: its names are right. */
  | 'none'
  /** Nothing tells. */
  | 'unknown'
  /** The program is stripped: most names are only near. */
  | 'stripped';

/** What the frames of one object tell. */
export function doubtOf(facts: readonly FrameFact[], sized: boolean): Doubt {
  if (sized || facts.some(({ name }) => LOCAL.test(name))) return 'none';
  const lowest = facts.reduce(
    (low, f) => (f.name !== '' && f.address >= 0 ? Math.min(low, f.address - Math.max(f.offset, 0)) : low),
    Infinity,
  );
  // A tracer that leaves code without a name though there is an export before it looks at sizes.
  if (facts.some(({ name, address }) => name === '' && address > lowest)) return 'none';
  const far = new Set(facts.filter(({ offset }) => offset >= PLAUSIBLE).map(({ name }) => name));
  return far.size >= FEWEST ? 'stripped' : 'unknown';
}

/** The name under which a frame is learned. */
export function doubtfulName({ name, offset }: FrameFact, doubt: Doubt): string {
  if (name === '' || doubt === 'none' || offset < ALIGNMENT) return name;
  return doubt === 'stripped' || offset >= PLAUSIBLE ? behindName(name) : name;
}
