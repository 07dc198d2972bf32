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
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  return wasmInstance<Exports>(text, { env: { memory } });
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
