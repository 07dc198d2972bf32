/**
 * Closed frequent episodes with gaps (docs/episodes.md): depth first over prefixes, each with the list of its occurrences
 * (extensions.ts). Most episodes are among the longest; the last calls of these are counted together and without lists
 * (tails.ts). Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js: addresses instead of
 * objects, so that nothing is allocated or checked an episode. The driver is episodes/gapped.ts.
 */
import { markOpen } from './closed';
import { countTails, prepareCounting } from './counting';
import { ENTRY, Extensions, count, findCalls, levelOf, move, place, prepareExtensions } from './extensions';
import { write } from './outcome';
import { frequent, keepCalls, length, maxLength, reach } from './sequence';
import { LONGEST_WINDOW, TAILS, Tail, childOf, forgetTails, occurrencesOf, prepareTails, supportOf } from './tails';
import { add, limitTree, minSupport, noteOccurrences, plantTree } from './tree';
import { numberWindows } from './windows';

export { prepare, symbolsAt } from './sequence';
export { callsAt, callsOf, offsetsAt, supportsAt } from './outcome';

/** Tails of more calls no longer pay: their lists get long, and occurrence lists are short by then. */
const LONGEST_TAIL: i32 = 4;
/** Tails of so many calls pay however seldom windows repeat. */
const ALWAYS_WORTH: i32 = 2;

/** Episodes of so many calls are extended by tails, or not at all. */
let depthLimit: i32 = 0;
/** Whether all tails are frequent, so that what was counted of them still holds. */
let tailsHold: bool = false;

export function supportApplied(): i32 {
  return minSupport;
}

/**
 * Mines what `prepare` made room for: symbols 1..alphabet, 0 separates (at least `maxGap + 1` in a row and at the end).
 * Whenever more than `maxEpisodes` are frequent, the minimum support is doubled. Tails are prepared for texts of at least
 * `shortestText` calls. Gives the number of the closed episodes, or of all, which are then laid out.
 */
export function mine(
  alphabet: i32,
  support: i32,
  longest: i32,
  maxGap: i32,
  maxEpisodes: i32,
  shortestText: i32,
  all: bool,
): i32 {
  keepCalls(alphabet, support, longest, maxGap);
  limitTree(support, maxEpisodes, longest);
  prepareExtensions(longest);
  forgetTails();
  plantTree();
  const tail = length < shortestText ? 0 : tailLength();
  if (tail > 0) {
    begin(tail);
    tailsHold = minSupport == support;
    prepareTails(tail);
    prepareCounting();
    plantTree();
    begin(longest - tail);
  } else begin(longest);
  markOpen();
  return write(all);
}

/**
 * How long tails should be, with windows to match: where these seldom repeat, the lists of long tails cost more than they
 * save. 0 where tails are not worth their preparation at all.
 */
function tailLength(): i32 {
  let longest = min(LONGEST_TAIL, min(maxLength >> 1, LONGEST_WINDOW / reach));
  for (; longest > 0; longest--) {
    if (numberWindows(longest * reach, longest <= ALWAYS_WORTH ? i32.MAX_VALUE : length / 3)) break;
  }
  return longest;
}

/** Adds all frequent episodes of at most `depth` calls to the tree, and their tails when these are known. */
function begin(depth: i32): void {
  depthLimit = depth;
  const singles = levelOf(0);
  findCalls(singles);
  grow(0, singles, tailsHold && TAILS != 0 ? TAILS : 0);
}

/**
 * Adds the extensions in `level` of an episode of `depth` calls to the tree and extends each of them. `tail`: the episode
 * that they extend as a tail, 0 when its extensions are not known as tails.
 */
function grow(depth: i32, level: Extensions, tail: usize): void {
  const deepest = depth + 1 == depthLimit;
  for (let i: usize = 0; i < (<usize>level.count) << 2; i += 4) {
    const symbol = load<i32>(level.symbols + i);
    if (!add(depth, symbol, load<i32>(level.supports + i))) continue;
    const from = level.list + <usize>load<u32>(level.from + i);
    const to = level.list + <usize>load<u32>(level.from + i, 4);
    if (TAILS == 0) noteOccurrences(<i32>((to - from) / ENTRY));
    else if (deepest) countTails(from, to, depth + 1);
    if (deepest) continue;
    const deeper = levelOf(depth + 1);
    const known = tail != 0 ? childOf(tail, symbol) : 0;
    if (known != 0) recall(deeper, changetype<Tail>(known));
    else count(from, to, deeper);
    if (deeper.count == 0) continue;
    // Without tails, how often the last ones occur is all that matters.
    if (TAILS != 0 || depth + 2 < depthLimit) {
      place(deeper);
      move(from, to);
    }
    grow(depth + 1, deeper, known);
  }
}

/** What `count` found when the extensions of this tail were first looked for. */
function recall(level: Extensions, tail: Tail): void {
  let found: usize = 0;
  let listed: u32 = 0;
  for (let at = changetype<usize>(tail) + offsetof<Tail>(); at < tail.behind; at = changetype<Tail>(at).behind) {
    const support = supportOf(at);
    if (support < minSupport) continue;
    store<i32>(level.symbols + found, changetype<Tail>(at).symbol);
    store<i32>(level.supports + found, support);
    store<u32>(level.from + found, listed);
    found += 4;
    listed += occurrencesOf(at) * <u32>ENTRY;
  }
  store<u32>(level.from + found, listed);
  level.count = <i32>(found >> 2);
}
