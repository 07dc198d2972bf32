/** Memory that is only ever added to. */

let free: usize = (__heap_base + 63) & ~63;

/** Zeros. Traps when there is no more memory. */
export function room(bytes: usize): usize {
  const at = free;
  free += (bytes + 63) & ~63;
  const pages = <i32>((free + 0xffff) >> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return at;
}

/** A copy of `bytes` at `from` with zeros behind, in twice the room. */
export function twice(from: usize, bytes: usize): usize {
  const to = room(2 * bytes);
  memory.copy(to, from, bytes);
  return to;
}

/** Bytes from the beginning of memory that are in use. */
export function used(): usize {
  return free;
}
