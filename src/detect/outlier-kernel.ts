/** What vectors.ts and neighbors.ts drive: src/wasm/outliers. */
import { OUTLIERS_MODULE } from '../wasm/outliers/outliers-module.js';

/** As much of the global object as is used here: Node's types leave it out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};
interface Global {
  readonly value: number;
}

/** What src/wasm/outliers/outliers.ts exports. In capitals: addresses and sizes. */
export interface OutlierKernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly BLOCK: Global;
  readonly LENGTHS: Global;
  readonly ENTRIES: Global;
  readonly entryRoom: Global;
  readonly DIMENSION: Global;
  readonly OF: Global;
  readonly UNITS: Global;
  readonly rows: Global;
  readonly shift: Global;
  layOut(units: number, calls: number, dimensions: number, distinct: number, kind: number): void;
  fold(units: number): void;
  vectors(step: number): number;
  readonly VALUES: Global;
  readonly WEIGHTS: Global;
  readonly ALONG: Global;
  readonly DISTANCES: Global;
  layOutVectors(vectors: number, dimensions: number, k: number): void;
  allWithin(k: number, square: number): number;
  distancesTo(point: number): void;
  neighborDistances(k: number): void;
}

let kernel: OutlierKernel | undefined;

/** One a thread: what it works on at a time it forgets with the next. */
export function outlierKernel(): OutlierKernel {
  if (kernel === undefined) {
    const module = new WebAssembly.Module(Buffer.from(OUTLIERS_MODULE, 'base64'));
    kernel = new WebAssembly.Instance(module).exports as OutlierKernel;
  }
  return kernel;
}
