/**
 * How unsteady a server's mix of calls is while all is well: Pearson's statistic of the table of kinds of calls by parts of a learning run,
 * over its degrees of freedom (the index of dispersion; 1: as chance would have it, 10: in bursts). What is odd about a window of
 * such a server has to be so much odder. O(rows + kinds x parts).
 */
import type { RowContexts } from '../context/contexts.js';
import { previousOf } from '../context/previous.js';
import { OUTCOME, grainsOf } from '../context/symbols.js';
import { TupleNumbers } from '../context/tuple-numbers.js';
import type { Trace } from '../trace/table.js';

/** A run is looked at in so many parts: bursts of seconds show in runs of half a minute and of five. */
const PARTS = 12;
/** Kinds with fewer calls are left out. */
const FEWEST = 8;
/** Added to what is expected: one call of a kind in a part that expects hardly any is no burst. */
const RARE = 0.5;

/** Sums over runs. */
export class Dispersion {
  private statistic = 0;
  private freedom = 0;

  add({ columns, length, endNs }: Trace, { context, contexts, symbols }: RowContexts): void {
    if (length === 0) return;
    const numbers = new Map<string, number>();
    const outcome = symbols.map((symbol) => {
      const text = grainsOf(symbol)[OUTCOME]!;
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      return numbers.get(text)!;
    });
    const previous = previousOf(contexts, symbols);
    const kinds = new TupleNumbers();
    const kindOf = Int32Array.from({ length: contexts.size }, (_, k) =>
      kinds.intern(outcome[previous[k]!]!, outcome[contexts.symbol[k]!]!),
    );
    const fromNs = columns.start[0]!;
    const span = Math.max(1, endNs - fromNs);
    const counts = new Uint32Array(kinds.first.length * PARTS);
    for (let i = 0; i < length; i++) {
      const part = Math.min(PARTS - 1, Math.floor(((columns.start[i]! - fromNs) / span) * PARTS));
      counts[kindOf[context[i]!]! * PARTS + part]!++;
    }
    this.addTable(counts);
  }

  private addTable(counts: Uint32Array): void {
    const inPart = new Float64Array(PARTS);
    let all = 0;
    counts.forEach((n, at) => (inPart[at % PARTS]! += n));
    inPart.forEach((n) => (all += n));
    for (let from = 0; from < counts.length; from += PARTS) {
      const row = counts.subarray(from, from + PARTS);
      const ofKind = row.reduce((sum, n) => sum + n, 0);
      if (ofKind < FEWEST) continue;
      this.freedom += PARTS - 1;
      inPart.forEach((n, part) => {
        const expected = (ofKind * n) / all;
        if (n > 0) this.statistic += (row[part]! - expected) ** 2 / (expected + RARE);
      });
    }
  }

  /** Undefined where there were too few calls to tell. */
  finish(): number | undefined {
    return this.freedom === 0 ? undefined : Math.round((1000 * this.statistic) / this.freedom) / 1000;
  }
}
