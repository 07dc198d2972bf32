/**
 * Which frequent episodes are not closed: those that a longer one of the same support contains. "Contains" obeys the same gap
 * limit as occurrence does (the shorter one occurs in the longer one). Support does not fall monotonically under insertion
 * in the middle, so looking at extensions by one call is not enough: episodes of equal support are compared with each other,
 * after cheap filters.
 */
import { WORDS, contains, containsWord, fitWords, prepareContains } from './contains';
import { room, zeros } from './memory';
import { maxLength } from './sequence';
import { LENGTH, NODE, OPEN, SYMBOL, end, nodes } from './tree';

const GUARDS: u32 = 0x88888888;

let count: usize = 0;
/** Per episode, its number times four being the offset: the first one behind its extensions; the one that it extends. */
let BEHIND: usize = 0;
export let PARENT: usize = 0;
/**
 * Per episode, how often it has which calls, as eight numbers of up to 7 in a word, the fourth bit of each left free: what it
 * contains has no larger number anywhere, which one subtraction tells. Calls share numbers by their low bits.
 */
let COUNTS: usize = 0;
/** Per episode, which calls it has somewhere before which others, as a set of 32: a part has no pair that the whole has not. */
let PAIRS: usize = 0;

// @inline
function nodeOf(episode: usize): usize {
  return nodes + episode * NODE;
}
// @inline
function lengthOf(episode: usize): i32 {
  return load<u8>(nodeOf(episode), LENGTH);
}

/** Marks the episodes of the tree that are not closed (those with an extension of the same support are already). */
export function markOpen(): void {
  count = (end - nodes) / NODE;
  const bytes = count * 4;
  BEHIND = room(bytes);
  PARENT = room(bytes);
  COUNTS = room(bytes);
  PAIRS = room(bytes);
  prepareContains(count);
  describe();
  markBySuffix();
  markByInsertion();
}

/** What is known of the prefix of each length as the tree is walked. */
@unmanaged
class Prefix {
  episode: u32 = 0;
  counts: u32 = 0;
  pairs: u32 = 0;
  /** The calls it has, each a bit. */
  calls: u32 = 0;
  /** The calls it has, each a byte, if they fit. */
  word: u64 = 0;
}

function describe(): void {
  const path = zeros(<usize>(maxLength + 1) * offsetof<Prefix>());
  const empty = changetype<Prefix>(path);
  empty.episode = -1;
  let open: i32 = 0;
  for (let e: usize = 0; e < count; e++) {
    const node = nodeOf(e);
    const length: i32 = load<u8>(node, LENGTH);
    for (; open >= length; open--) store<usize>(BEHIND + ((<usize>prefixOf(path, open).episode) << 2), e);
    open = length;
    const before = prefixOf(path, length - 1);
    const now = prefixOf(path, length);
    const call = load<u32>(node, SYMBOL);
    const slot = (call & 7) * 4;
    now.episode = <u32>e;
    now.counts = before.counts;
    if (((before.counts >>> slot) & 7) != 7) now.counts += 1 << slot;
    // Of each call the low bits choose a bit; turned by those of the next call they are its pairs with all before.
    now.pairs = before.pairs | rotl<u32>(before.calls, call);
    now.calls = before.calls | (1 << ((call * 5) & 31));
    now.word = before.word | ((<u64>call) << (8 * (length - 1)));
    store<u32>(PARENT + (e << 2), before.episode);
    store<u32>(COUNTS + (e << 2), now.counts);
    store<u32>(PAIRS + (e << 2), now.pairs);
    if (fitWords) store<u64>(WORDS + (e << 3), now.word);
  }
  for (; open > 0; open--) store<usize>(BEHIND + ((<usize>prefixOf(path, open).episode) << 2), count);
}

// @inline
function prefixOf(path: usize, length: i32): Prefix {
  return changetype<Prefix>(path + <usize>length * offsetof<Prefix>());
}

/**
 * An episode whose extension by one call at the front has the same support is not closed. The episode without its first
 * call is the child, by its last call, of its parent's; it is frequent because the episode is.
 */
function markBySuffix(): void {
  // Per episode, the first child of its suffix: the number behind that of the suffix itself.
  const suffix = zeros(count * 4);
  for (let e: usize = 0; e < count; e++) {
    const behind = load<usize>(BEHIND + (e << 2));
    let other = load<usize>(suffix + (e << 2));
    // Siblings are in the same order on both sides, and each of these is on the other one.
    for (let child = e + 1; child < behind; child = load<usize>(BEHIND + (child << 2))) {
      const node = nodeOf(child);
      while (load<i32>(nodeOf(other), SYMBOL) != load<i32>(node, SYMBOL)) other = load<usize>(BEHIND + (other << 2));
      if (load<i32>(nodeOf(other)) == load<i32>(node)) store<u8>(nodeOf(other), 1, OPEN);
      store<usize>(suffix + (child << 2), other + 1);
    }
  }
}

/** Marks the episodes that one of the same support contains in another way than by calls added at one end. */
function markByInsertion(): void {
  const order = bySupport();
  // Loads of 16 bytes may reach behind.
  const pairs = room(count * 4 + 16);
  const counts = room(count * 4 + 16);
  for (let i: usize = 0; i < count << 2; i += 4) {
    const e = load<usize>(order + i) << 2;
    store<u32>(pairs + i, load<u32>(PAIRS + e));
    store<u32>(counts + i, load<u32>(COUNTS + e) | GUARDS);
  }
  for (let from: usize = 0, to: usize = 0; from < count; from = to) {
    const support = load<i32>(nodeOf(load<usize>(order + (from << 2))));
    // Those that are longer than the one looked at are [from, longer).
    let longer = from;
    for (; to < count; to++) {
      const e = load<usize>(order + (to << 2));
      const node = nodeOf(e);
      if (load<i32>(node) != support) break;
      const length: i32 = load<u8>(node, LENGTH);
      while (lengthOf(load<usize>(order + (longer << 2))) > length) longer++;
      if (load<u8>(node, OPEN) == 0 && isContained(e, order, from, longer, pairs, counts)) store<u8>(node, 1, OPEN);
    }
  }
}

/** Whether one of those at [from, to) of `order` contains `episode`. Four at a time are told apart by counts and pairs. */
function isContained(episode: usize, order: usize, from: usize, to: usize, pairs: usize, counts: usize): bool {
  const pair = i32x4.splat(load<u32>(PAIRS + (episode << 2)));
  const own = i32x4.splat(load<u32>(COUNTS + (episode << 2)));
  const guards = i32x4.splat(GUARDS);
  for (let i = from << 2; i < to << 2; i += 16) {
    const different = v128.or(
      v128.andnot(pair, v128.load(pairs + i)),
      v128.andnot(guards, i32x4.sub(v128.load(counts + i), own)),
    );
    if (i32x4.all_true(different)) continue;
    for (let bits = ~i32x4.bitmask(i32x4.ne(different, i64x2(0, 0))) & 15; bits != 0; bits &= bits - 1) {
      const at = i + ((<usize>ctz(bits)) << 2);
      if (at >= to << 2) break;
      const longer = load<usize>(order + at);
      if (fitWords ? containsWord(longer, episode) : contains(longer, episode)) return true;
    }
  }
  return false;
}

/** Episodes by support, within one the longest first: two counting sorts. */
function bySupport(): usize {
  const first = room(count * 4);
  const second = room(count * 4);
  let most: i32 = 0;
  let slots = zeros(257 * 4);
  for (let node = nodes; node < end; node += NODE) {
    most = max(most, load<i32>(node));
    const slot = slots + ((<usize>(255 - <i32>load<u8>(node, LENGTH))) << 2);
    store<u32>(slot, load<u32>(slot, 4) + 1, 4);
  }
  addUp(slots, 257);
  for (let e: usize = 0; e < count; e++) put(first, slots + ((<usize>(255 - lengthOf(e))) << 2), e);
  slots = zeros(<usize>(most + 2) * 4);
  for (let node = nodes; node < end; node += NODE) {
    const slot = slots + ((<usize>load<i32>(node)) << 2);
    store<u32>(slot, load<u32>(slot, 4) + 1, 4);
  }
  addUp(slots, most + 2);
  for (let i: usize = 0; i < count << 2; i += 4) {
    const e = load<usize>(first + i);
    put(second, slots + ((<usize>load<i32>(nodeOf(e))) << 2), e);
  }
  return second;
}

function addUp(slots: usize, count: i32): void {
  for (let k = slots + 4; k < slots + ((<usize>count) << 2); k += 4) store<u32>(k, load<u32>(k) + load<u32>(k - 4));
}

// @inline
function put(list: usize, slot: usize, episode: usize): void {
  const at = load<u32>(slot);
  store<u32>(slot, at + 1);
  store<usize>(list + ((<usize>at) << 2), episode);
}
