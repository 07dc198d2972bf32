/**
 * Frequent episodes as a prefix tree: records in preorder (an episode comes before its extensions, siblings by rising call),
 * so that lengths alone tell what extends what.
 */
import { doubled, room } from './memory';

/** Bytes of a record: support, last call, occurrences (of an episode that may become a tail), length and whether it is open. */
export const NODE: usize = 16;
export const SYMBOL: usize = 4;
export const OCCURRENCES: usize = 8;
export const LENGTH: usize = 12;
/** 1: known not to be closed. */
export const OPEN: usize = 13;

/** The records are at [nodes, end). */
export let nodes: usize = 0;
export let end: usize = 0;
let capacity: usize = 0;
/** Where room has to be made: behind the capacity, or as many episodes as there may be. */
let limit: usize = 0;
let most: usize = 0;
/** The minimum support that applies now: doubled whenever there are too many episodes. */
export let minSupport: i32 = 0;
/** Per length - 1, how far from the first record that of the episode being extended, or of its prefix, is. */
let PATH: usize = 0;

export function limitTree(support: i32, maxEpisodes: i32, maxLength: i32): void {
  minSupport = support;
  most = <usize>maxEpisodes * NODE;
  PATH = room(<usize>(maxLength + 1) * 4);
}

/** Begins an empty tree; the one before stays where it is. */
export function plantTree(): void {
  capacity = 4096 * NODE;
  nodes = end = room(capacity);
  limit = nodes + min(capacity, most);
}

/**
 * Adds the episode that extends that of `depth` calls in the path by a call. False, and nothing is added, when it is not
 * frequent; that can come about between counting it and now, for the minimum support is raised here.
 */
// @inline
export function add(depth: i32, symbol: i32, support: i32): bool {
  if (support < minSupport || (end == limit && !makeRoom(support))) return false;
  const step = PATH + ((<usize>depth) << 2);
  if (depth > 0) {
    const parent = nodes + <usize>load<u32>(step - 4);
    if (load<i32>(parent) == support) store<u8>(parent, 1, OPEN);
  }
  store<u32>(step, <u32>(end - nodes));
  store<i32>(end, support);
  store<i32>(end, symbol, SYMBOL);
  store<i32>(end, depth + 1, LENGTH);
  end += NODE;
  return true;
}

/** Of the episode added last. */
export function noteOccurrences(occurrences: i32): void {
  store<i32>(end - NODE, occurrences, OCCURRENCES);
}

function makeRoom(support: i32): bool {
  while (support >= minSupport && end - nodes >= most) {
    minSupport *= 2;
    keepFrequent();
  }
  if (end - nodes == capacity) {
    const size = end - nodes;
    nodes = doubled(nodes, size);
    end = nodes + size;
    capacity *= 2;
  }
  limit = nodes + min(capacity, most);
  return support >= minSupport;
}

/** Drops the episodes of less than `minSupport`; with one go its extensions, which are not more frequent. */
function keepFrequent(): void {
  let kept = nodes;
  for (let node = nodes; node < end; node += NODE) {
    if (load<i32>(node) < minSupport) continue;
    // Of the path there is at most one record of each length, and it is the last one of that length.
    store<u32>(PATH + ((<usize>(load<u8>(node, LENGTH) - 1)) << 2), <u32>(kept - nodes));
    v128.store(kept, v128.load(node));
    kept += NODE;
  }
  end = kept;
}
