/**
 * Forward-backward (Rabiner, 1989) along each thread, with what history.ts knows. A repeated cycle is one observation, or 10^5 turns of the
 * same weak evidence would overrule everything: only two turns go through the recursion, the others copy their posterior.
 *
 * Traces repeat themselves, so vectors are rounded and numbered, and a step is a look-up of (vector, cell): O(rows), and for each distinct
 * pair O(nodes of the one x nodes of the other). Few sets of nodes occur (tens), so how one node follows another is a table for each pair of
 * sets, made once.
 */
import { inBlocks } from '../lib/in-blocks.js';
import type { Decoded } from './decoder.js';
import { CYCLE, Cycles } from './cycles.js';
import type { History, Vector } from './history.js';
import { PairNumbers } from './pair-numbers.js';
import { Posteriors } from './posteriors.js';
import { SequenceNumbers } from './sequence-numbers.js';
import { TupleNumbers } from './tuple-numbers.js';

/** Rows and what they decode to. */
export interface DecodedRows {
  /** Per row: its number in `cells`; -1 where the row's cell has no emission. */
  readonly of: Int32Array;
  /** Pairs of a cell and of what it decodes to there, an index into `decoded`. */
  readonly cells: TupleNumbers;
  readonly decoded: Decoded[];
}

/**
 * @param cellOf per row: its cell, an index into `emissions`
 * @param emissions per cell; null: nothing is known of such calls, they tell nothing of their neighbours
 */
export function decodeRows(
  history: History,
  { length, threads, thread }: { length: number; threads: number; thread: Int32Array | Uint32Array | Uint16Array },
  cellOf: Int32Array,
  emissions: readonly (Vector | null)[],
): DecodedRows {
  const steps = new Steps(history, emissions);
  const of = new Int32Array(length).fill(-1);
  const cycles = new Cycles(threads);
  const last = new Int32Array(threads).fill(-1);
  const tells = Uint8Array.from(emissions, (emission) => (emission === null ? 0 : 1));
  // Forward: `of` is the number of the forward vector, or below -1 a row that copies the one its period before.
  inBlocks(0, length, (first, end) => {
    for (let i = first; i < end; i++) {
      const cell = cellOf[i]!;
      if (tells[cell] === 0) continue;
      const t = thread[i]!;
      const period = cycles.add(t, cell);
      of[i] = period > 0 ? -1 - period : (last[t] = steps.forward(last[t]!, cell));
    }
  });
  // Backward: the posteriors of the rows that were looked at.
  last.fill(-1);
  inBlocks(0, length, (first, end) => {
    // From the last row to the first one.
    for (let i = length - 1 - first; i >= length - end; i--) {
      if (of[i]! < 0) continue;
      const t = thread[i]!;
      const after = (last[t] = steps.backward(last[t]!, cellOf[i]!));
      of[i] = steps.posterior(of[i]!, after);
    }
  });
  // And of those that repeat them.
  const ring = new Int32Array(threads * CYCLE);
  const count = new Int32Array(threads);
  inBlocks(0, length, (first, end) => {
    for (let i = first; i < end; i++) {
      if (of[i] === -1) continue;
      const t = thread[i]!;
      const at = count[t]!++;
      if (of[i]! < -1) of[i] = ring[t * CYCLE + ((at + 1 + of[i]!) & (CYCLE - 1))]!;
      ring[t * CYCLE + (at & (CYCLE - 1))] = of[i]!;
    }
  });
  return { of, cells: steps.found, decoded: steps.decoded };
}

/** Vectors are kept in steps of a tenth, down to this part of their largest entry. */
const STEP = Math.log(1.1);
const LEAST = 1e-4;
/** Step of an entry that is as large as the largest; that of one that is too small to count is 0. */
const LARGEST = 1 - Math.round(Math.log(LEAST) / STEP);
/** What an entry of a step counts. */
const VALUES = Float64Array.from({ length: LARGEST + 1 }, (_, s) => (s === 0 ? 0 : Math.exp((s - LARGEST) * STEP)));

/** Vectors by number, and the steps between them, each done once. */
class Steps {
  readonly found = new TupleNumbers();
  private readonly posteriorsOf = new Posteriors();
  /** Per cell: its number among the sets of nodes; -1 without an emission. */
  private readonly setOf: Int32Array;
  private readonly tables = new Map<number, Float64Array>();
  private readonly sets = new SequenceNumbers();
  /** A vector: its cell, then the steps of its entries. */
  private readonly vectors = new SequenceNumbers();
  private readonly forwards = new PairNumbers();
  private readonly backwards = new PairNumbers();
  private readonly posteriors = new PairNumbers();
  /** Of one vector, as long as it is made. */
  private readonly sums: Float64Array;
  private readonly sequence: Int32Array;

  constructor(
    private readonly history: History,
    private readonly emissions: readonly (Vector | null)[],
  ) {
    this.setOf = Int32Array.from(emissions, (e) => (e === null ? -1 : this.sets.intern(e.nodes)));
    const most = emissions.reduce((max, e) => Math.max(max, e?.nodes.length ?? 0), 0);
    this.sums = new Float64Array(most);
    this.sequence = new Int32Array(most + 1);
  }

  get decoded(): Decoded[] {
    return this.posteriorsOf.decoded;
  }

  /** Number of the forward vector of a row of `cell` after the one numbered `before`; -1: the thread's first. */
  forward(before: number, cell: number): number {
    const known = this.forwards.get(before + 1, cell);
    return known >= 0 ? known : this.forwards.set(before + 1, cell, this.makeForward(before, cell));
  }

  private makeForward(before: number, cell: number): number {
    const { sums } = this;
    const { nodes, weights } = this.emissions[cell]!;
    const length = nodes.length;
    if (before < 0) for (let j = 0; j < length; j++) sums[j] = this.history.start(nodes[j]!);
    else {
      sums.fill(0, 0, length);
      const { all } = this.vectors;
      const first = this.vectors.start(before);
      const [from, entries] = [all[first]!, first + 1];
      const table = this.table(from, cell);
      for (let row = 0, k = entries, end = this.vectors.end(before); k < end; k++, row += length) {
        const value = VALUES[all[k]!]!;
        if (value > 0) for (let j = 0; j < length; j++) sums[j]! += value * table[row + j]!;
      }
    }
    for (let j = 0; j < length; j++) sums[j]! *= weights[j]!;
    return this.number(cell, length);
  }

  /** Number of the backward vector of a row of `cell` before the one whose number is `after`; -1: the thread's last. */
  backward(after: number, cell: number): number {
    const known = this.backwards.get(after + 1, cell);
    return known >= 0 ? known : this.backwards.set(after + 1, cell, this.makeBackward(after, cell));
  }

  private makeBackward(after: number, cell: number): number {
    const { sums } = this;
    const { length } = this.emissions[cell]!.nodes;
    if (after < 0) sums.fill(1, 0, length);
    else {
      const { all } = this.vectors;
      const first = this.vectors.start(after);
      const to = all[first]!;
      const { weights } = this.emissions[to]!;
      sums.fill(0, 0, length);
      const table = this.table(cell, to);
      for (let j = 0; j < weights.length; j++) {
        const value = VALUES[all[first + 1 + j]!]! * weights[j]!;
        if (value > 0) for (let i = 0, at = j; i < length; i++, at += weights.length) sums[i]! += value * table[at]!;
      }
    }
    return this.number(cell, length);
  }

  /** Number in `found` of a row with these vectors. */
  posterior(forward: number, backward: number): number {
    const known = this.posteriors.get(forward, backward);
    return known >= 0 ? known : this.posteriors.set(forward, backward, this.makePosterior(forward, backward));
  }

  private makePosterior(forward: number, backward: number): number {
    const { vectors, sums } = this;
    const { all } = vectors;
    const cell = all[vectors.start(forward)]!;
    const { nodes } = this.emissions[cell]!;
    const [a, b] = [vectors.start(forward) + 1, vectors.start(backward) + 1];
    for (let j = 0; j < nodes.length; j++) sums[j] = VALUES[all[a + j]!]! * VALUES[all[b + j]!]!;
    return this.found.intern(cell, this.posteriorsOf.number(nodes, sums));
  }

  /** How the nodes of one cell follow those of another. */
  private table(from: number, to: number): Float64Array {
    const key = this.setOf[from]! * this.sets.size + this.setOf[to]!;
    let table = this.tables.get(key);
    if (table === undefined) {
      table = this.history.steps(this.emissions[from]!.nodes, this.emissions[to]!.nodes);
      this.tables.set(key, table);
    }
    return table;
  }

  /** Number of the vector with the entries `sums` of a cell, rounded. */
  private number(cell: number, length: number): number {
    const { sums, sequence } = this;
    let most = 0;
    for (let j = 0; j < length; j++) most = Math.max(most, sums[j]!);
    sequence[0] = cell;
    for (let j = 0; j < length; j++) {
      // Where all evidence contradicts itself, nothing is known but the call.
      const share = most > 0 ? sums[j]! / most : 1;
      sequence[1 + j] = share < LEAST ? 0 : LARGEST + Math.round(Math.log(share) / STEP);
    }
    return this.vectors.intern(sequence, length + 1);
  }
}
