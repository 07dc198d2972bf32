/** What the fast readers of perf's events tell beside rows: switches of the scheduler, and which call has which chain (lib/kernel). */
import type { PerfSwitches, SwitchColumns } from './switches.js';

/** Of lib/kernel/switch-columns.ts and lib/kernel/chain-store.ts. In capitals: addresses and sizes. */
export interface ColumnExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly NEW_NAME: WebAssembly.Global;
  readonly SWITCH_TIME: WebAssembly.Global;
  readonly SWITCH_CPU: WebAssembly.Global;
  readonly SWITCH_PREVIOUS: WebAssembly.Global;
  readonly SWITCH_STATE: WebAssembly.Global;
  readonly SWITCH_NEXT: WebAssembly.Global;
  readonly SWITCH_NAME: WebAssembly.Global;
  switchesOf(): number;
  forgetNames(): void;
  addName(number: number): void;
  readonly LONGEST_CHAIN: WebAssembly.Global;
  readonly OWNER_ROWS: WebAssembly.Global;
  readonly OWNER_CHAINS: WebAssembly.Global;
  ownedOf(): number;
  forgetChains(): void;
  newChain(): number;
  addChain(length: number, lines: number, number: number, tag: number): void;
}

/** Longest name of a task that is kept there, bytes. */
const LONGEST_NAME = 15;

/** Takes what the last run told. `attach`: the row has this chain, if its call has none yet. */
export function takeColumns(
  wasm: ColumnExports,
  switches: PerfSwitches,
  attach: (row: number, chain: number) => void,
): void {
  const { buffer } = wasm.memory;
  const count = wasm.switchesOf();
  if (count > 0) {
    const columns: SwitchColumns = {
      time: new Float64Array(buffer, wasm.SWITCH_TIME.value, count),
      cpu: new Uint16Array(buffer, wasm.SWITCH_CPU.value, count),
      previousTid: new Int32Array(buffer, wasm.SWITCH_PREVIOUS.value, count),
      previousState: new Uint8Array(buffer, wasm.SWITCH_STATE.value, count),
      nextTid: new Int32Array(buffer, wasm.SWITCH_NEXT.value, count),
      nextName: new Uint16Array(buffer, wasm.SWITCH_NAME.value, count),
    };
    switches.append(columns);
  }
  const owned = wasm.ownedOf();
  if (owned === 0) return;
  const rows = new Int32Array(buffer, wasm.OWNER_ROWS.value, owned);
  const chains = new Int32Array(buffer, wasm.OWNER_CHAINS.value, owned);
  for (let i = 0; i < owned; i++) attach(rows[i]!, chains[i]!);
}

/** JavaScript has read a switch of these bytes: the name in it has its number. */
export function addName(
  wasm: ColumnExports,
  { nameStart, nameEnd, nameNumber }: PerfSwitches,
  bytes: Uint8Array,
): void {
  const length = nameEnd - nameStart;
  if (length <= 0 || length > LONGEST_NAME) return;
  const name = new Uint8Array(wasm.memory.buffer, wasm.NEW_NAME.value, LONGEST_NAME + 1).fill(0);
  for (let i = 0; i < length; i++) name[i] = bytes[nameStart + i]!;
  wasm.addName(nameNumber);
}

/** JavaScript has read a chain of these bytes, which are so many lines. */
export function addChain(wasm: ColumnExports, bytes: Uint8Array, lines: number, number: number, tag: number): void {
  if (bytes.length > wasm.LONGEST_CHAIN.value) return;
  new Uint8Array(wasm.memory.buffer, wasm.newChain(), bytes.length).set(bytes);
  wasm.addChain(bytes.length, lines, number, tag);
}
