/** Modules of src/wasm, which are kept as text (base64), as code that runs. */

/** By text: a module is compiled once a thread. */
const modules = new Map<string, WebAssembly.Module>();

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
