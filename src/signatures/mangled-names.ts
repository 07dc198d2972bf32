/**
 * Mangled names that demangle.ts does not read, by the demangler of the Firefox Profiler: Rust's second mangling (v0, RFC 2603:
 * `_RNvNtCs1234_7mycrate3foo3bar`) and C++ whose template arguments are expressions. It is WebAssembly of half a megabyte, so it is
 * loaded when the first such name comes.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as glue from 'gecko-profiler-demangle/index_bg.js';

const MANGLED = /^_{1,2}(?:R[A-Z]|Z(?!T|GV))/;

let isLoaded = false;

function load(): void {
  const path = createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm');
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), { './index_bg.js': glue });
  glue.__wbg_set_wasm(exports);
  (exports as { __wbindgen_start(): void }).__wbindgen_start();
  isLoaded = true;
}

/** `mycrate::foo::bar`, with generic arguments, and for C++ parameters; null for what is no symbol of a function, or a damaged one. */
export function demangleOther(symbol: string): string | null {
  if (!MANGLED.test(symbol)) return null;
  if (!isLoaded) load();
  // Symbols of macOS have one more underscore. What it cannot read comes back as it is, or nearly so.
  const name = glue.demangle_any(symbol.replace(/^__/, '_'));
  return /^_?[RZ]\w*$/.test(name) ? null : name;
}
