/**
 * From a call in its context to the functions that may have issued it: a distribution over nodes of the learned calling-context
 * tree, by interpolated back-off along the ladder: first the rungs without kinds, then those with, each from frequent to rare. On
 * each rung that learning knows, with N calls that fell on T distinct nodes, the rung's own distribution gets the weight
 * N / (N + T) and everything before it the rest (Witten and Bell, 1991, method C).
 */
import type { ContextModel } from '../signatures/context-model.js';
import { type ContextTable, type RowContexts, grainNumbers } from './contexts.js';
import { BLOCK, LADDER, LadderIndex } from './ladder.js';
import { FIRST_COUNT, LearnedRung } from './learned-rung.js';
import { BARE, GRAINS, KIND, OUTCOME, type Symbol, grainsOf, parseSymbol } from './symbols.js';

export { FIRST_COUNT };

/** Nodes in falling order of weight; weights sum to 1. Empty: nothing is known of the call. */
export interface Decoded {
  readonly nodes: Int32Array;
  readonly weights: Float64Array;
}

const UNKNOWN: Decoded = { nodes: new Int32Array(0), weights: new Float64Array(0) };
/** Nodes with less are left out: they only cost time. */
const LEAST_WEIGHT = 0.01;

/** The learned model, made ready for look-ups. */
export class Decoder {
  /** Grain texts to numbers; decoding never adds to them. */
  readonly texts = Array.from({ length: GRAINS }, () => new Map<string, number>());
  private readonly ladder = new LadderIndex();
  private readonly rungs: readonly LearnedRung[];
  /** Calls learned, with or without a node. */
  readonly total: number;
  /** Per node: its weight while a context is decoded, else 0. */
  private readonly mixed: Float64Array;
  private readonly bigrams = BIGRAM_GRAINS.map(() => new Map<number, number>());
  private readonly runs: ReadonlyMap<string, number>;

  constructor(readonly model: ContextModel) {
    const symbols = model.symbols.map(parseSymbol);
    const grains = grainNumbers(symbols, this.texts, true);
    const table = tableOf(model);
    const calls = Float64Array.from(model.contexts, (row) => {
      let sum = 0;
      for (let j = FIRST_COUNT; j < row.length; j += 2) sum += row[j + 1]!;
      return sum;
    });
    this.total = calls.reduce((sum, n) => sum + n, 0);
    this.rungs = LADDER.map((_, r) => {
      const placeOf = Int32Array.from(calls, (_, k) => this.ladder.place(r, table, k, grains, true));
      return new LearnedRung(model.contexts, placeOf, calls);
    });
    BIGRAM_GRAINS.forEach((g, b) => {
      const bigrams = this.bigrams[b]!;
      calls.forEach((n, k) => {
        const key = bigramKey(grains[g]![table.before[k]!]!, grains[g]![table.symbol[k]!]!);
        bigrams.set(key, (bigrams.get(key) ?? 0) + n);
      });
    });
    this.mixed = new Float64Array(model.nodes.length);
    this.runs = new Map(model.runs);
  }

  /** Longest run of calls of this symbol (OUTCOME grain) in learning. */
  longestRun(symbol: Symbol): number {
    return this.runs.get(grainsOf(symbol)[OUTCOME]!) ?? 0;
  }

  /** How often learning saw the one symbol follow the other, at a grain of BIGRAM_GRAINS. */
  bigram(grain: number, before: number, symbol: number): number {
    if (before < 0 || symbol < 0) return 0;
    return this.bigrams[BIGRAM_GRAINS.indexOf(grain)]!.get(bigramKey(before, symbol)) ?? 0;
  }

  /** Decodes contexts of a trace on demand; each distinct one once. */
  reader(rows: Pick<RowContexts, 'symbols' | 'contexts'>): (context: number) => Decoded {
    const grains = grainNumbers(rows.symbols, this.texts, false);
    const done: Decoded[] = new Array<Decoded>(rows.contexts.size);
    return (context) => (done[context] ??= this.decode(rows.contexts, context, grains));
  }

  private decode(table: ContextTable, k: number, grains: readonly Int32Array[]): Decoded {
    const known: { rung: number; n: number; counts: Int32Array }[] = [];
    for (let rung = 0; rung < LADDER.length; rung++) {
      const place = this.ladder.place(rung, table, k, grains, false);
      const learned = this.rungs[rung]!;
      const counts = place < 0 ? undefined : learned.countsOf(place);
      if (counts !== undefined) known.push({ rung, n: learned.totals[place]!, counts });
    }
    // The rarer a view of the context, the more it says.
    known.sort((a, b) => BLOCK[a.rung]! - BLOCK[b.rung]! || b.n - a.n || a.rung - b.rung);
    const { mixed } = this;
    const nodes: number[] = [];
    for (const { n, counts } of known) {
      const own = nodes.length === 0 ? 1 : n / (n + counts.length / 2);
      for (const node of nodes) mixed[node]! *= 1 - own;
      for (let j = 0; j < counts.length; j += 2) {
        const node = counts[j]!;
        if (mixed[node] === 0) nodes.push(node);
        mixed[node]! += (own * counts[j + 1]!) / n;
      }
    }
    if (nodes.length === 0) return UNKNOWN;
    const kept = nodes.map((node) => [node, mixed[node]!] as const).filter(([, w]) => w >= LEAST_WEIGHT);
    kept.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const node of nodes) mixed[node] = 0;
    const sum = kept.reduce((s, [, w]) => s + w, 0);
    return { nodes: Int32Array.from(kept, ([n]) => n), weights: Float64Array.from(kept, ([, w]) => w / sum) };
  }
}

/** Grains at which pairs of calls are counted. */
const BIGRAM_GRAINS = [BARE, KIND, OUTCOME];

function bigramKey(before: number, symbol: number): number {
  return before * 0x100000 + symbol;
}

/** The contexts of a model as a table. */
export function tableOf(model: ContextModel): ContextTable {
  const column = (j: number) => Int32Array.from(model.contexts, (row) => row[j]!);
  return {
    size: model.contexts.length,
    before2: column(0),
    before: column(1),
    symbol: column(2),
    after: column(3),
    onDescriptor: column(4),
    sameDescriptor: Uint8Array.from(column(5)),
  };
}
