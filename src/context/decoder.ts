/**
 * From a call in its context to the functions that may have issued it: a distribution over nodes of the learned calling-context
 * tree, by interpolated back-off along the ladder: first the rungs without kinds, then those with, each from frequent to rare. On
 * each rung that learning knows, with N calls that fell on T distinct nodes, the rung's own distribution gets the weight
 * N / (N + T) and everything before it the rest (Witten and Bell, 1991, method C).
 */
import type { ContextModel } from '../signatures/context-model.js';
import { type ContextTable, type RowContexts, grainNumbers } from './contexts.js';
import { BLOCK, LADDER, LadderIndex } from './ladder.js';
import { BARE, GRAINS, KIND, OUTCOME, type Symbol, grainsOf, parseSymbol } from './symbols.js';

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
  /** Per rung, per place: node, count, node, count ... */
  private readonly counts: Int32Array[][];
  private readonly totals: number[][] = LADDER.map(() => []);
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
    const maps: Map<number, number>[][] = LADDER.map(() => []);
    let total = 0;
    for (let k = 0; k < table.size; k++) {
      const row = model.contexts[k]!;
      let calls = 0;
      for (let j = FIRST_COUNT; j < row.length; j += 2) calls += row[j + 1]!;
      total += calls;
      for (let r = 0; r < LADDER.length; r++) {
        const place = this.ladder.place(r, table, k, grains, true);
        const counts = (maps[r]![place] ??= new Map<number, number>());
        for (let j = FIRST_COUNT; j < row.length; j += 2) counts.set(row[j]!, (counts.get(row[j]!) ?? 0) + row[j + 1]!);
        this.totals[r]![place] = (this.totals[r]![place] ?? 0) + calls;
      }
      BIGRAM_GRAINS.forEach((g, b) => {
        const key = bigramKey(grains[g]![table.before[k]!]!, grains[g]![table.symbol[k]!]!);
        this.bigrams[b]!.set(key, (this.bigrams[b]!.get(key) ?? 0) + calls);
      });
    }
    this.total = total;
    this.counts = maps.map((places) => places.map((counts) => Int32Array.from([...counts].flat())));
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
      const counts = place < 0 ? undefined : this.counts[rung]![place];
      if (counts !== undefined) known.push({ rung, n: this.totals[rung]![place]!, counts });
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
/** Before this position a context of the model is its tuple, after it node and count in turn. */
export const FIRST_COUNT = 6;

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
