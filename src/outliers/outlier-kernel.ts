/** What vectors.ts and neighbors.ts drive: src/outliers/kernel. */
import { OUTLIERS_MODULE } from './kernel/outliers-module.js';
import { wasmInstance } from '../lib/wasm-instance.js';

/** What src/outliers/kernel/outliers.ts exports. In capitals: addresses and sizes. */
export interface OutlierKernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly BLOCK: WebAssembly.Global;
  readonly LENGTHS: WebAssembly.Global;
  readonly ENTRIES: WebAssembly.Global;
  readonly entryRoom: WebAssembly.Global;
  readonly DIMENSION: WebAssembly.Global;
  readonly OF: WebAssembly.Global;
  readonly UNITS: WebAssembly.Global;
  readonly rows: WebAssembly.Global;
  readonly shift: WebAssembly.Global;
  layOut(units: number, calls: number, dimensions: number, distinct: number, kind: number): void;
  fold(units: number): void;
  vectors(step: number): number;
  readonly VALUES: WebAssembly.Global;
  readonly WEIGHTS: WebAssembly.Global;
  readonly ALONG: WebAssembly.Global;
  readonly DISTANCES: WebAssembly.Global;
  layOutVectors(vectors: number, dimensions: number, k: number): void;
  allWithin(k: number, square: number): number;
  distancesTo(point: number): void;
  neighborDistances(k: number): void;
}

let kernel: OutlierKernel | undefined;

/** One a thread: what it works on at a time it forgets with the next. */
export function outlierKernel(): OutlierKernel {
  return (kernel ??= wasmInstance<OutlierKernel>(OUTLIERS_MODULE));
}
