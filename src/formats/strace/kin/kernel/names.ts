/** Names of descriptors by number: a table of where each stands in the text first. */

const SLOTS: i32 = 1 << 15;
/** Above this it is full. */
const MOST: i32 = (1 << 15) - (1 << 13);
/** A slot: where the name begins and how long it is; 0: free. */
const TABLE: usize = memory.data((1 << 15) * 8, 8);
let count: i32 = 0;

export function forgetNames(): void {
  if (count > 0) memory.fill(TABLE, 0, SLOTS * 8);
  count = 0;
}

/** Number of the name of `size` bytes at `from`, one for all that read the same; -1: it is new, and there is no room for more. */
export function nameOf(from: usize, size: i32): i32 {
  let slot = <i32>(hashOf(from, size) >>> 49);
  for (; ; slot = (slot + 1) & (SLOTS - 1)) {
    const at = TABLE + slot * 8;
    const first = load<i32>(at);
    if (first == 0) break;
    if (load<i32>(at, 4) == size && memory.compare(first, from, size) == 0) return slot;
  }
  if (count == MOST) return -1;
  count++;
  store<i32>(TABLE + slot * 8, <i32>from);
  store<i32>(TABLE + slot * 8, size, 4);
  return slot;
}

function hashOf(from: usize, size: i32): u64 {
  let hash: u64 = size;
  let p = from;
  const end = from + size;
  for (; p + 8 <= end; p += 8) hash = (hash ^ load<u64>(p)) * 0x9e3779b97f4a7c15;
  for (; p < end; p++) hash = (hash ^ load<u8>(p)) * 0x9e3779b97f4a7c15;
  return hash ^ ((hash >>> 29) * 0xbf58476d1ce4e5b9);
}
