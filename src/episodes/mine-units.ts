/** Steps 5 and 6 for a batch of abnormal units: mine the closed frequent episodes of each and match them. */
import type { UnitTable } from '../units/unit-table.js';
import { ContiguousMiner } from './contiguous.js';
import { MatchCounter } from './matching.js';
import { type MiningOptions, mineClosedEpisodes } from './mine.js';
import type { SignatureTrie } from './signature-trie.js';

/** What was matched, per unit of the batch. */
export interface UnitMatches {
  /** Matches of the i-th unit of the batch: [offsets[i], offsets[i + 1]), by rising episode. */
  readonly offsets: Uint32Array;
  /** Distinct signature episode. */
  readonly episode: Uint32Array;
  readonly support: Uint32Array;
}

export interface CallColumns {
  readonly call: Uint16Array;
  /** RowsByThread.order */
  readonly order: Uint32Array;
}

/**
 * Mines and matches `batch` (units, at most a few thousand). Units with the same calls in the same order are mined
 * once. Time: that of mining the different ones.
 */
export function mineUnits(
  { call, order }: CallColumns,
  units: UnitTable,
  batch: ArrayLike<number>,
  trie: SignatureTrie,
  options: MiningOptions,
): UnitMatches {
  const miner = new ContiguousMiner();
  const counter = new MatchCounter(trie);
  const offsets = new Uint32Array(batch.length + 1);
  const episode: number[] = [];
  const support: number[] = [];
  const known = new SequenceIndex();
  for (let i = 0; i < batch.length; i++) {
    const unit = batch[i]!;
    const sequence = new Uint16Array(units.to[unit]! - units.from[unit]!);
    for (let p = 0; p < sequence.length; p++) sequence[p] = call[order[units.from[unit]! + p]!]!;
    const same = known.find(sequence, i);
    if (same >= 0) {
      for (let m = offsets[same]!; m < offsets[same + 1]!; m++) {
        episode.push(episode[m]!);
        support.push(support[m]!);
      }
    } else if (sequence.length > 0) {
      counter.clear();
      counter.add(mineClosedEpisodes(sequence, [0, sequence.length], options, miner), options.maxGap);
      for (const e of counter.touched.sort((a, b) => a - b)) {
        episode.push(e);
        support.push(counter.counts[e]!);
      }
    }
    offsets[i + 1] = episode.length;
  }
  return { offsets, episode: Uint32Array.from(episode), support: Uint32Array.from(support) };
}

/** Sequences seen so far, by hash. */
class SequenceIndex {
  private readonly byHash = new Map<number, { sequence: Uint16Array; index: number }[]>();

  /** Index under which an equal sequence was added before; -1, and adds it, when it is new. */
  find(sequence: Uint16Array, index: number): number {
    let hash = sequence.length;
    for (let p = 0; p < sequence.length; p++) hash = (Math.imul(hash, 31) + sequence[p]!) | 0;
    const list = this.byHash.get(hash);
    if (!list) {
      this.byHash.set(hash, [{ sequence, index }]);
      return -1;
    }
    for (const known of list) {
      if (known.sequence.length === sequence.length && known.sequence.every((c, p) => c === sequence[p])) {
        return known.index;
      }
    }
    list.push({ sequence, index });
    return -1;
  }
}
