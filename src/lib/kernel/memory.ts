/**
 * What a fast reader keeps in its memory, and where. The driver (formats/*-fast.ts) lays the columns behind the text and reads
 * them through views of the same memory.
 */

/** Bytes of text looked at in one go: few enough to stay in the processor's second-level cache. */
export const WINDOW: i32 = 1 << 17;
/** Loads of 16 bytes may reach behind the text. */
const PADDING: i32 = 64;
/** Threads that calls can be open of. A power of two. */
export const THREADS: i32 = 4096;

export const TEXT: usize = memory.data(WINDOW + PADDING, 16);
/** Per thread: row of its open call, -1 when none. */
export const PENDING: usize = memory.data(THREADS * 4, 16);
/** Per thread: 1 once it had an event. */
export const SEEN: usize = memory.data(THREADS, 16);

/** Addresses of the columns. */
export let START: usize = 0;
export let DURATION: usize = 0;
export let THREAD: usize = 0;
export let DESCRIPTOR: usize = 0;
export let RESULT: usize = 0;
export let CALL: usize = 0;
export let CPU: usize = 0;
export let ERRNO: usize = 0;
export let KIND: usize = 0;
export let VARIANT: usize = 0;
export let FLAGS: usize = 0;
export let capacity: i32 = 0;

/** Makes room for `rows` rows (a multiple of 8), all zeros; gives the address of the first column, 0 when there is no memory. */
export function layOut(rows: i32): usize {
  const first = (__heap_base + 15) & ~15;
  const end = first + <usize>rows * 36;
  const pages = <i32>((end + PADDING + 0xffff) >> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) return 0;
  memory.fill(first, 0, <usize>capacity * 36);
  capacity = rows;
  START = first;
  DURATION = START + rows * 8;
  THREAD = DURATION + rows * 8;
  DESCRIPTOR = THREAD + rows * 4;
  RESULT = DESCRIPTOR + rows * 4;
  CALL = RESULT + rows * 4;
  CPU = CALL + rows * 2;
  ERRNO = CPU + rows * 2;
  KIND = ERRNO + rows;
  VARIANT = KIND + rows;
  FLAGS = VARIANT + rows;
  return first;
}
