/** Modules of src/wasm, which are kept as text (base64), as code that runs. */

/** By text: a module is compiled once a thread. */
const modules = new Map<string, WebAssembly.Module>();

const PAGE_BYTES = 2 ** 16;

/**
 * A new instance of a module that is given its memory, of `bytes` at least. To V8 all of it is memory in use, touched or not, for the
 * sake of which it collects garbage: so it should be little. When it is too little it grows, and from the first such on V8 checks
 * every access to any typed array of the thread: a fifth slower. So it should do.
 */
export function instanceWithin<Exports>(text: string, bytes: number): Exports {
  return wasmInstance<Exports>(text, { env: { memory: memoryOf(bytes) } });
}

function memoryOf(bytes: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
}

/** A module that says how much of its memory it has used: the rest is zeros, as it was. */
export interface Frugal {
  used(): number;
}

/** A thread keeps so much, which does for most incidents. */
const MOST_KEPT = 2 ** 23;
let kept: WebAssembly.Memory | null = null;

/**
 * What `work` makes with a new instance of a module that is given its memory, of `bytes` at least. It must be no view of that memory, for the
 * thread uses it again: after every 64 MB of new memory V8 collects all garbage, which an archive of small incidents would make few of,
 * and drops what it compiled for functions that come and go with an incident.
 */
export function workWithin<Exports extends Frugal, T>(text: string, bytes: number, work: (wasm: Exports) => T): T {
  const memory = kept !== null && kept.buffer.byteLength >= bytes ? kept : memoryOf(bytes);
  // Nobody else's while it is in use, nor after an error.
  kept = null;
  const wasm = wasmInstance<Exports>(text, { env: { memory } });
  const result = work(wasm);
  if (memory.buffer.byteLength <= MOST_KEPT) {
    new Uint8Array(memory.buffer, 0, wasm.used()).fill(0);
    kept = memory;
  }
  return result;
}

/**
 * A new instance of the module, with memory of its own unless `imports` has some; its exports are what its source says.
 *
 * @throws WebAssembly.CompileError, WebAssembly.LinkError, RangeError (no memory) where it cannot run
 */
export function wasmInstance<Exports>(text: string, imports: object = {}): Exports {
  let module = modules.get(text);
  if (module === undefined) modules.set(text, (module = new WebAssembly.Module(Buffer.from(text, 'base64'))));
  return new WebAssembly.Instance(module, imports).exports as Exports;
}
