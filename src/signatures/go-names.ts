/**
 * Names of Go functions: `net/http.(*conn).serve`, `main.(*server).serve.func2.1`, `example.org/demo/store.Get[go.shape.int_0]`.
 * See cmd/internal/objabi (PathToPrefix) and cmd/compile/internal/ir (closureName).
 */

/**
 * What the compiler puts behind the name of a function for code that it makes of a part of it: closures (`func1`, `func2.1`), wrapped
 * `go` and `defer` statements, bodies of `range` over functions, method values; and for the calling convention.
 */
const MADE_OF = /(?:(?:\.(?:func|gowrap|deferwrap)|-range)\d+(?:\.\d+)*|·dwrap·\d+|-fm|\.abi(?:0|internal))$/;
/** A function of a package: anything with a dot in it. The closures of a package's variables belong to none (`main.glob..func1`). */
const IN_PACKAGE = /\.[^.]+$/;

/** The function in whose source the code stands: `main.main.func2.1` and `main.main.gowrap1` are of `main.main`. */
export function enclosingGoFunction(name: string): string {
  for (let held = name; ;) {
    const inner = MADE_OF.exec(held);
    if (inner === null) return held;
    const outer = held.slice(0, inner.index);
    if (!IN_PACKAGE.test(outer)) return held;
    held = outer;
  }
}

/** `gopkg.in/yaml%2ev3.Marshal`: dots in the last part of a package's path are written so, as the first bare one ends it. */
export function unescapeGo(name: string): string {
  return name.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Path of the package of a symbol as the tracer printed it, `net/http`; '' for one of C or assembly. */
export function goPackage(symbol: string): string {
  const open = symbol.search(/[[(]/);
  const path = open < 0 ? symbol : symbol.slice(0, open);
  const dot = path.indexOf('.', path.lastIndexOf('/') + 1);
  // `runtime/cgo(.text)` is all that is left of the names of that package's C code.
  if (dot < 0) return path.includes('/') ? path : '';
  return path.slice(0, dot);
}
