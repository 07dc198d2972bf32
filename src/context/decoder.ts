/**
 * From a call in its context to the functions that may have issued it: a distribution over nodes of the learned calling-context
 * tree, by interpolated back-off along the ladder: first the rungs without kinds, then those with, each from frequent to rare. On
 * each rung that learning knows, with N calls that fell on T distinct nodes, the rung's own distribution gets the weight
 * N / (N + T) and everything before it the rest (Witten and Bell, 1991, method C). Nodes with less than a hundredth are left out.
 * That is done in WebAssembly: src/context/kernel/ladder.ts says why.
 */
import type { ContextModel } from '../signatures/context-model.js';
import { LADDER_MODULE } from './kernel/ladder-module.js';
import { instanceWithin } from '../lib/wasm-instance.js';
import { type ContextTable, type RowContexts, grainNumbers } from './contexts.js';
import { BLOCK, LADDER, stepsOf } from './ladder.js';
import { previousOf } from './previous.js';
import { BARE, GRAINS, KIND, OUTCOME, type Symbol, grainsOf, parseSymbol } from './symbols.js';

/** Before this position a context of the model is its tuple, after it node and count in turn. */
export const FIRST_COUNT = 6;

/** What src/context/kernel/ladder.ts exports. In capitals: addresses. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly STEPS: WebAssembly.Global;
  readonly RUNGS: WebAssembly.Global;
  readonly CALLS: WebAssembly.Global;
  readonly PAIR_ENDS: WebAssembly.Global;
  readonly PAIR_NODES: WebAssembly.Global;
  readonly PAIR_CALLS: WebAssembly.Global;
  readonly NODES: WebAssembly.Global;
  readonly WEIGHTS: WebAssembly.Global;
  layOut(steps: number, rungs: number, contexts: number, pairs: number, nodes: number): void;
  addTable(size: number, symbols: number): number;
  askTable(size: number, symbols: number): number;
  columnsOf(table: number): number;
  learn(table: number): void;
  look(table: number): void;
  decode(table: number, context: number): number;
}

/** Nodes in falling order of weight; weights sum to 1. Empty: nothing is known of the call. */
export interface Decoded {
  readonly nodes: Int32Array;
  readonly weights: Float64Array;
}

/** Bytes that should do: what learning saw of a context on all rungs (0.9 KB, measured), and what contexts are asked for. */
const MEMORY = 3e6;
const MEMORY_OF_CONTEXT = 1500;

/** Nothing is known of the call. */
export const UNKNOWN: Decoded = { nodes: new Int32Array(0), weights: new Float64Array(0) };
/** The learned model, made ready for look-ups. */
export class Decoder {
  /** Grain texts to numbers; decoding never adds to them. */
  readonly texts = Array.from({ length: GRAINS }, () => new Map<string, number>());
  /** Calls learned, with or without a node. */
  readonly total: number;
  private readonly wasm: Exports;
  private readonly bigrams = BIGRAM_GRAINS.map(() => new Map<number, number>());
  private readonly peaks = BIGRAM_GRAINS.map(() => new Map<number, number>());
  private readonly runs: ReadonlyMap<string, number>;
  /** Contexts of the last reader. */
  private asked: ContextTable | null = null;

  constructor(readonly model: ContextModel) {
    this.wasm = instanceWithin<Exports>(LADDER_MODULE, MEMORY + MEMORY_OF_CONTEXT * model.contexts.length);
    const symbols = model.symbols.map(parseSymbol);
    const grains = grainNumbers(symbols, this.texts, true);
    const table = tableOf(model);
    const calls = this.learn(table, grains);
    this.total = 0;
    for (const n of calls) this.total += n;
    const previous = previousOf(table, symbols);
    BIGRAM_GRAINS.forEach((g, b) => {
      const bigrams = this.bigrams[b]!;
      for (let k = 0; k < calls.length; k++) {
        const key = bigramKey(grains[g]![previous[k]!]!, grains[g]![table.symbol[k]!]!);
        bigrams.set(key, (bigrams.get(key) ?? 0) + calls[k]!);
      }
    });
    BIGRAM_GRAINS.forEach((g, b) => {
      const peaks = this.peaks[b]!;
      for (const [before, call, most] of model.peaks) {
        const key = bigramKey(grains[g]![before]!, grains[g]![call]!);
        peaks.set(key, (peaks.get(key) ?? 0) + most);
      }
    });
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

  /** How often, at most, learning saw the one symbol follow the other in a second, at a grain of BIGRAM_GRAINS. */
  peak(grain: number, before: number, symbol: number): number {
    if (before < 0 || symbol < 0) return 0;
    return this.peaks[BIGRAM_GRAINS.indexOf(grain)]!.get(bigramKey(before, symbol)) ?? 0;
  }

  /** Decodes contexts of a trace on demand; each distinct one once. The next reader takes the place of the one before. */
  reader(rows: Pick<RowContexts, 'symbols' | 'contexts'>): (context: number) => Decoded {
    const { contexts } = rows;
    const grains = grainNumbers(rows.symbols, this.texts, false);
    const table = this.wasm.askTable(contexts.size, rows.symbols.length);
    this.fill(table, contexts, grains);
    this.wasm.look(table);
    const asked = (this.asked = contexts);
    const done: Decoded[] = new Array<Decoded>(contexts.size);
    return (context) => {
      const known = done[context];
      if (known !== undefined) return known;
      if (this.asked !== asked) throw new Error('these contexts made room for those of another reader');
      return (done[context] = this.decode(table, context));
    };
  }

  private decode(table: number, k: number): Decoded {
    const { wasm } = this;
    const nodes = wasm.decode(table, k);
    if (nodes === 0) return UNKNOWN;
    const { buffer } = wasm.memory;
    return {
      nodes: new Int32Array(buffer, wasm.NODES.value, nodes).slice(),
      weights: new Float64Array(buffer, wasm.WEIGHTS.value, nodes).slice(),
    };
  }

  /** Goes along the ladder with the contexts of the model; gives the calls of each. */
  private learn(table: ContextTable, grains: readonly Int32Array[]): Float64Array {
    const { wasm } = this;
    const { contexts, nodes } = this.model;
    const pairs = contexts.reduce((sum, row) => sum + (row.length - FIRST_COUNT) / 2, 0);
    const { steps, last } = stepsOf(LADDER);
    wasm.layOut(steps.length, LADDER.length, contexts.length, pairs, nodes.length);
    const learned = wasm.addTable(table.size, grains[0]!.length);
    this.fill(learned, table, grains);
    const { buffer } = wasm.memory;
    new Int8Array(buffer, wasm.STEPS.value, 4 * steps.length).set(
      steps.flatMap(({ before, column, grain, same }) => [before, column, grain, same ? 1 : 0]),
    );
    new Int8Array(buffer, wasm.RUNGS.value, 2 * last.length).set(last.flatMap((step, r) => [step, BLOCK[r]!]));
    const calls = new Float64Array(buffer, wasm.CALLS.value, contexts.length);
    const ends = new Int32Array(buffer, wasm.PAIR_ENDS.value, contexts.length);
    const pairNodes = new Int32Array(buffer, wasm.PAIR_NODES.value, pairs);
    const pairCalls = new Float64Array(buffer, wasm.PAIR_CALLS.value, pairs);
    for (let k = 0, p = 0; k < contexts.length; k++) {
      const row = contexts[k]!;
      for (let j = FIRST_COUNT; j < row.length; j += 2) {
        pairNodes[p] = row[j]!;
        pairCalls[p++] = row[j + 1]!;
        calls[k]! += row[j + 1]!;
      }
      ends[k] = p;
    }
    const kept = calls.slice();
    wasm.learn(learned);
    return kept;
  }

  private fill(table: number, contexts: ContextTable, grains: readonly Int32Array[]): void {
    const { size, before2, before, symbol, after, onDescriptor, sameDescriptor } = contexts;
    const symbols = grains[0]!.length;
    const { memory, columnsOf } = this.wasm;
    const columns = new Int32Array(memory.buffer, columnsOf(table), FIRST_COUNT * size + GRAINS * symbols);
    [before2, before, symbol, after, onDescriptor, sameDescriptor].forEach((column, c) =>
      columns.set(column, c * size),
    );
    grains.forEach((numbers, g) => columns.set(numbers, FIRST_COUNT * size + g * symbols));
  }
}

/** Grains at which pairs of calls are counted. */
const BIGRAM_GRAINS = [BARE, KIND, OUTCOME];

function bigramKey(before: number, symbol: number): number {
  return before * 0x100000 + symbol;
}

/** The contexts of a model as a table. */
export function tableOf({ contexts }: ContextModel): ContextTable {
  const size = contexts.length;
  const columns = Array.from({ length: FIRST_COUNT }, () => new Int32Array(size));
  for (let k = 0; k < size; k++) for (let c = 0; c < FIRST_COUNT; c++) columns[c]![k] = contexts[k]![c]!;
  const [before2, before, symbol, after, onDescriptor, same] = columns as [
    ...[Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array],
  ];
  return { size, before2, before, symbol, after, onDescriptor, sameDescriptor: Uint8Array.from(same) };
}
