/** The WebAssembly of tails.wat, where its functions are explained. */
import { TAILS_MODULE } from './tails-module.js';

/** What is used of the WebAssembly JavaScript interface (https://www.w3.org/TR/wasm-js-api-2/). */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
};

/** Everything in bytes, but `base`, a position. */
export interface TailsKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  count(ends: number, starts: number, behind: number, lists: number, state: number, base: number): void;
  advance(state: number, behind: number, distance: number): void;
}

let compiled: object | null = null;

/** An instance with a memory of its own. */
export function tailsKernel(): TailsKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(TAILS_MODULE, 'base64'));
  return new WebAssembly.Instance(compiled).exports as TailsKernel;
}
