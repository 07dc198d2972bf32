/** As much of WebAssembly as is used here: Node's types leave it out. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: object);
    readonly exports: unknown;
  }
  /** A constant or a variable that a module exports. */
  interface Global {
    readonly value: number;
  }
  class Memory {
    constructor(limits: { initial: number; maximum?: number; shared?: true });
    readonly buffer: SharedArrayBuffer;
  }
}
