/** Memory of one group of units: given out in rising order, all of it free again when the next group comes. */

let top: usize = __heap_base;

export function freeAll(): void {
  top = (__heap_base + 63) & ~63;
}

/** Room for `bytes`; what is in it is left over from before. Traps when there is no more memory. */
export function room(bytes: usize): usize {
  const at = top;
  top = (at + bytes + 63) & ~63;
  const pages = <i32>((top + 0xffff) >> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return at;
}

export function zeros(bytes: usize): usize {
  const at = room(bytes);
  memory.fill(at, 0, bytes);
  return at;
}
