/** Errors with their texts that ended lines before: `-1 EAGAIN (Resource temporarily unavailable)`. A few compares instead of loops. */

/** Bytes of one. */
const SHORTEST: usize = 16;
const LONGEST: usize = 64;
/** A slot: the text, which ends at byte 64, its length (0: free), result and errno. */
const SLOT: i32 = 80;
const SLOTS: i32 = 16;
const ERRORS: usize = memory.data(SLOTS * SLOT, 16);

/** What `startOfKnown` found. */
export let result: i32 = 0;
export let errno: i32 = 0;

/** By the eight bytes before the closing parenthesis. */
// @inline
function slotOf(end: usize): usize {
  return ERRORS + <usize>((load<u64>(end - 9) * 0x9e3779b97f4a7c15) >>> 60) * SLOT;
}

/** Where the error starts that ends at `end`, 0 when it is not known. */
// @inline
export function startOfKnown(end: usize): usize {
  const slot = slotOf(end);
  const text = slot + LONGEST;
  const length = <usize>load<i32>(slot, 64);
  if (length == 0) return 0;
  let differ = v128.or(
    v128.xor(v128.load(end - 16), v128.load(text - 16)),
    v128.xor(v128.load(end - length), v128.load(text - length)),
  );
  // The first and the last 16 bytes; between them 32 at most.
  if (length > 32) differ = v128.or(differ, v128.xor(v128.load(end - 32), v128.load(text - 32)));
  if (length > 48) differ = v128.or(differ, v128.xor(v128.load(end - 48), v128.load(text - 48)));
  if (v128.any_true(differ)) return 0;
  result = load<i32>(slot, 68);
  errno = load<i32>(slot, 72);
  return end - length;
}

/** The line that ends with the error in [start, end) was read. */
export function remember(start: usize, end: usize, itsResult: i32, itsErrno: i32): void {
  const length = end - start;
  if (length < SHORTEST || length > LONGEST) return;
  const slot = slotOf(end);
  memory.copy(slot + LONGEST - length, start, length);
  store<i32>(slot, <i32>length, 64);
  store<i32>(slot, itsResult, 68);
  store<i32>(slot, itsErrno, 72);
}
