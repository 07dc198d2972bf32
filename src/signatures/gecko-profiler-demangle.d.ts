/** What the package's own declarations leave out: the glue of wasm-bindgen, for who loads the module himself. */
declare module 'gecko-profiler-demangle/index_bg.js' {
  export function demangle_any(name: string): string;
  export function __wbg_set_wasm(exports: unknown): void;
  export function __wbindgen_init_externref_table(): void;
}
