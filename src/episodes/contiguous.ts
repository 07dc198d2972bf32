/**
 * Closed frequent contiguous episodes (no gap), level by level: the class of the k + 1 calls from position i is the
 * pair (class of the k calls from i, class of the k calls from i + 1). A level is one pass over the positions whose k
 * calls are still frequent, so the whole is O(text x longest episode) at worst and usually ends after a few thin levels;
 * no suffix structure is needed as long as episodes are short. Support is counted within the pass: positions come in
 * rising order, and taking each occurrence that begins after the last one taken ended gives the most non-overlapping ones.
 *
 * Support can only fall when a call is added at either end, so an episode is closed exactly when none of its extensions by
 * one call to the left or right is as frequent; each level settles that for the one before.
 */
import { SEPARATOR } from './text.js';

/** Episodes found in a text: where the first occurrence of each starts, its length and its support. */
export interface ContiguousEpisodes {
  count: number;
  position: Uint32Array;
  length: Uint32Array;
  support: Uint32Array;
}

/** Memory that the miner uses again from text to text; a unit of 200 calls is mined faster than its arrays are made. */
export class ContiguousMiner {
  private capacity = 0;
  private classes = new Uint32Array(0);
  private alive = new Uint32Array(0);
  private parent = new Uint32Array(0);
  private suffix = new Uint32Array(0);
  private firstAt = new Uint32Array(0);
  private endOfLast = new Uint32Array(0);
  private count = new Uint32Array(0);
  private renumber = new Uint32Array(0);
  private support = new Uint32Array(0);
  private nextSupport = new Uint32Array(0);
  private classAt = new Uint32Array(0);
  private nextClassAt = new Uint32Array(0);
  private open = new Uint8Array(0);
  private table = new Uint32Array(0);
  private found: ContiguousEpisodes = {
    count: 0,
    position: new Uint32Array(0),
    length: new Uint32Array(0),
    support: new Uint32Array(0),
  };

  /**
   * Mines `text` (symbols 1..alphabet, 0 separates). The arrays of the outcome belong to the miner and are valid until
   * its next call.
   */
  mine(text: Uint32Array, alphabet: number, minSupport: number, maxLength: number): ContiguousEpisodes {
    this.reserve(text.length, alphabet);
    this.found.count = 0;
    let { classes, alive } = this.firstLevel(text, alphabet, minSupport);
    for (let k = 1; alive > 0; k++) {
      this.open.fill(0, 0, classes + 1);
      const next = k < maxLength ? this.extend(alive, classes, k, minSupport) : { classes: 0, alive: 0 };
      this.report(classes, k);
      [this.support, this.nextSupport] = [this.nextSupport, this.support];
      [this.classAt, this.nextClassAt] = [this.nextClassAt, this.classAt];
      ({ classes, alive } = next);
    }
    return this.found;
  }

  /** Classes of single calls. Class numbers start at 1 on every level; 0 means that what starts here is not frequent. */
  private firstLevel(text: Uint32Array, alphabet: number, minSupport: number): { classes: number; alive: number } {
    const { count, firstAt, renumber, support, classAt, alive } = this;
    count.fill(0, 0, alphabet + 1);
    for (let i = text.length - 1; i >= 0; i--) {
      const symbol = text[i]!;
      count[symbol]!++;
      firstAt[symbol] = i;
    }
    let classes = 0;
    renumber[SEPARATOR] = 0;
    for (let symbol = 1; symbol <= alphabet; symbol++) {
      const frequent = count[symbol]! >= minSupport;
      renumber[symbol] = frequent ? ++classes : 0;
      if (!frequent) continue;
      support[classes] = count[symbol]!;
      classAt[classes] = firstAt[symbol]!;
    }
    let living = 0;
    for (let i = 0; i < text.length; i++) {
      const c = renumber[text[i]!]!;
      this.classes[i] = c;
      if (c !== 0) alive[living++] = i;
    }
    this.classes[text.length] = 0;
    return { classes, alive: living };
  }

  /**
   * From classes of k calls to classes of k + 1, marking in `open` the classes of k that have an equally frequent
   * extension. A position stays alive only if what starts at the next position is frequent too (Apriori).
   */
  private extend(living: number, classes: number, k: number, minSupport: number): { classes: number; alive: number } {
    const { alive, parent, suffix, firstAt, endOfLast, count, renumber, support, open } = this;
    const at = this.classes;
    let size = 16;
    const bound = Math.min(living, classes * classes);
    while (size < 2 * bound) size *= 2;
    const mask = size - 1;
    if (this.table.length < size) this.table = new Uint32Array(size);
    const table = this.table.fill(0, 0, size);
    let candidates = 0;
    let kept = 0;
    for (let a = 0; a < living; a++) {
      const i = alive[a]!;
      const left = at[i]!;
      const right = at[i + 1]!;
      if (right === 0) {
        at[i] = 0;
        continue;
      }
      let slot = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 0;
      slot = (slot ^ (slot >>> 15)) & mask;
      let id = table[slot]!;
      while (id !== 0 && (parent[id] !== left || suffix[id] !== right)) {
        slot = (slot + 1) & mask;
        id = table[slot]!;
      }
      if (id === 0) {
        id = ++candidates;
        table[slot] = id;
        parent[id] = left;
        suffix[id] = right;
        firstAt[id] = i;
        count[id] = 1;
        endOfLast[id] = i + k + 1;
      } else if (endOfLast[id]! <= i) {
        count[id]!++;
        endOfLast[id] = i + k + 1;
      }
      // Rising order makes it safe to write in place: later positions read only themselves and what follows.
      at[i] = id;
      alive[kept++] = i;
    }
    let frequent = 0;
    for (let id = 1; id <= candidates; id++) {
      const n = count[id]!;
      if (n < minSupport) {
        renumber[id] = 0;
        continue;
      }
      renumber[id] = ++frequent;
      this.nextSupport[frequent] = n;
      this.nextClassAt[frequent] = firstAt[id]!;
      if (support[parent[id]!] === n) open[parent[id]!] = 1;
      if (support[suffix[id]!] === n) open[suffix[id]!] = 1;
    }
    let stay = 0;
    for (let a = 0; a < kept; a++) {
      const i = alive[a]!;
      const c = renumber[at[i]!]!;
      at[i] = c;
      if (c !== 0) alive[stay++] = i;
    }
    return { classes: frequent, alive: stay };
  }

  /** Keeps the closed classes of `k` calls. */
  private report(classes: number, k: number): void {
    const { found, support, classAt, open } = this;
    if (found.count + classes > found.position.length) {
      const capacity = 2 * (found.count + classes) + 64;
      found.position = grown(found.position, capacity);
      found.length = grown(found.length, capacity);
      found.support = grown(found.support, capacity);
    }
    for (let c = 1; c <= classes; c++) {
      if (open[c] === 1) continue;
      found.position[found.count] = classAt[c]!;
      found.length[found.count] = k;
      found.support[found.count++] = support[c]!;
    }
  }

  private reserve(length: number, alphabet: number): void {
    const needed = Math.max(length, alphabet) + 2;
    if (needed <= this.capacity) return;
    this.capacity = Math.ceil(needed * 1.5);
    const make = (): Uint32Array<ArrayBuffer> => new Uint32Array(this.capacity);
    [this.classes, this.alive, this.parent, this.suffix, this.firstAt] = [make(), make(), make(), make(), make()];
    [this.endOfLast, this.count, this.renumber, this.support] = [make(), make(), make(), make()];
    [this.nextSupport, this.classAt, this.nextClassAt] = [make(), make(), make()];
    this.open = new Uint8Array(this.capacity);
  }
}

function grown(array: Uint32Array, capacity: number): Uint32Array {
  const out = new Uint32Array(capacity);
  out.set(array);
  return out;
}
