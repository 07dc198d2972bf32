/** Memory of one run of the miner: given out in rising order, all of it free again when the next run begins. */

const LINE: usize = 64;

let top: usize = __heap_base;

export function freeAll(): void {
  top = (__heap_base + LINE - 1) & ~(LINE - 1);
}

/** Room for `bytes`, on a cache line of its own; what is in it is left over from before. */
export function room(bytes: usize): usize {
  const at = top;
  ensure(at + bytes);
  top = at + ((bytes + LINE - 1) & ~(LINE - 1));
  return at;
}

/** The same, all zeros. */
export function zeros(bytes: usize): usize {
  const at = room(bytes);
  memory.fill(at, 0, bytes);
  return at;
}

/** Twice the room for what is at [at, at + bytes), which is moved there. */
export function doubled(at: usize, bytes: usize): usize {
  const larger = room(2 * bytes);
  memory.copy(larger, at, bytes);
  return larger;
}

/** Where the next room would be, for something whose size shows only when it is there: `ensure` as it grows, then `take`. */
export function open(): usize {
  return top;
}
export function take(end: usize): void {
  top = (end + LINE - 1) & ~(LINE - 1);
}

/** Makes sure that there is memory up to `end`. */
export function ensure(end: usize): void {
  const pages = <i32>((end + LINE + 0xffff) >> 16) - memory.size();
  // A quarter more than needed: growing is a call of the system.
  if (pages > 0 && memory.grow(pages + (pages >> 2)) < 0 && memory.grow(pages) < 0) unreachable();
}
