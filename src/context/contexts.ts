/**
 * A call in its context: its symbol, the two before it and the one after it in its thread, the last one on its descriptor, and
 * whether the one before was on the same descriptor. Rows fold into few distinct contexts, and everything after this
 * works on those. One pass over the columns (places.ts), O(rows).
 */
import type { Trace } from '../trace/table.js';
import { type PlaceOptions, placesOf } from './places.js';
import { GRAINS, type Symbol, grainsOf } from './symbols.js';

/** Distinct contexts; symbol 0 is EDGE. */
export interface ContextTable {
  readonly size: number;
  readonly before2: Int32Array;
  readonly before: Int32Array;
  readonly symbol: Int32Array;
  readonly after: Int32Array;
  /** Last symbol on the same descriptor, 0 when none. */
  readonly onDescriptor: Int32Array;
  readonly sameDescriptor: Uint8Array;
}

export interface RowContexts {
  readonly symbols: readonly Symbol[];
  /** Per row: index into `contexts`. */
  readonly context: Int32Array;
  readonly contexts: ContextTable;
}

export function contextsOf(trace: Trace, options: PlaceOptions = {}): RowContexts {
  const { symbols, contexts, ofRow, contextOf } = placesOf(trace, options);
  return { symbols, contexts, context: Int32Array.from(ofRow, (place) => contextOf[place]!) };
}

/** Interns each grain's texts: `grain[g][symbol]` is the number of the symbol's text at grain g in `texts[g]`. */
export function grainNumbers(
  symbols: readonly Symbol[],
  texts: readonly Map<string, number>[],
  grow: boolean,
): Int32Array[] {
  const numbers = Array.from({ length: GRAINS }, () => new Int32Array(symbols.length));
  symbols.forEach((s, i) => {
    grainsOf(s).forEach((text, g) => {
      let number = texts[g]!.get(text);
      if (number === undefined && grow) texts[g]!.set(text, (number = texts[g]!.size));
      numbers[g]![i] = number ?? -1;
    });
  });
  return numbers;
}
