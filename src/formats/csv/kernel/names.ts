/** Names of threads, of at most 15 bytes: each record that tells a name is compared with the one that its thread has. */
import { THREADS } from '../../../lib/kernel/memory';
import { NEW_WORD, wordAt } from '../../../lib/kernel/words';

/** Per thread that is known: its name, zeros behind it; ones when it has none, or one that is not to be compared. */
const NAMES: usize = memory.data(THREADS * 16, 16);

/** The name of the thread stands at NEW_WORD, unless it is none to be compared. */
export function setName(thread: i32, known: bool): void {
  v128.store(NAMES + (thread << 4), known ? v128.load(NEW_WORD) : i64x2.splat(-1));
}

/** Whether the thread's name is the `length` bytes at `p`. */
// @inline
export function isNamed(thread: i32, p: usize, length: i32): bool {
  return !v128.any_true(v128.xor(v128.load(NAMES + (thread << 4)), wordAt(p, length)));
}
