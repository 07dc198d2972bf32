/**
 * One name a function, however a tracer prints it: without compiler marks and positions (`JS:^Queue.getNextJob
 * /app/queue.js:1112:38` is `Queue.getNextJob`), without the suffixes of GCC's clones, symbol versions, arguments, return types
 * and template arguments; code that a compiler made of a part of a function (Go's and Rust's closures) goes by the function's
 * name. Learning, the binary's symbols and the truth of a case all go through `normaliseName`, so that what is one
 * function compares as one. Idempotent.
 */
import { demangle, rustText } from './demangle.js';
import { dotnetMethod } from './dotnet-names.js';
import { erlangFunction } from './erlang-names.js';
import { enclosingGoFunction, unescapeGo } from './go-names.js';
import { isMadeOfMethod, javaMethod } from './java-names.js';
import { demangleOther } from './mangled-names.js';

/**
 * Clones and parts that GCC and LLVM make of a function and mark in its name (gcc/symtab, `clone_function_name`; LLVM `.llvm.N`): bodies
 * of OpenMP's loops and versions for processors too. Words that a method may have for a name are marks only with a number behind.
 */
const CLONE_SUFFIX =
  /(?:\.(?:(?:cold|warm|localalias|cfi(?:_jt)?|avx\w*|sse\d\w*|arch_\w+)(?:\.\d+)*|(?:isra|part|__part|constprop|hot|unlikely|lto_priv|clone|llvm|__uniq|_omp_fn|simdclone)(?:\.\d+)+|(?:bolt\.)?org\.\d+))+$/;
/** Such words are names where the rest has dots of its own (`demo.Server.cold`), and in Go's package main; only `main.cold` is C's. */
const DOTTED = /^(?![^.]+\.\d+$)[^(]*[./]|^main$/;
/** `@plt`, `@GLIBC_2.2.5`, `@@GLIBC_2.34`: stubs of the linkage table and versions of symbols (ld(1), VERSION). */
const VERSION_SUFFIX = /@{1,3}[A-Za-z_][\w.+-]*$/;
/** A C identifier with a number behind: a local function that the compiler renumbered. */
const NUMBERED_LOCAL = /^([A-Za-z_$][\w$]*)\.\d+$/;
/** Hash that Rust's older mangling puts behind each path. */
const RUST_HASH = /::h[0-9a-f]{16}$/;
/** Closures and async blocks of Rust, older and newer mangling: `serve::{{closure}}`, `serve::{closure#0}`. */
const RUST_CLOSURE =
  /(?:::\{(?:\{closure\}|(?:closure|async_(?:fn|block|closure))(?:_env)?#\d+)\}|\{\{vtable\.shim\}\})+(?:::(?:poll|call(?:_mut|_once)?))?$/;
const PLAIN = /^[\w$]*$/;
/** Plain names that hold more than a function's: mangled ones, and those of OCaml, GraalVM's native images and PHP's JIT compiler. */
const NOT_PLAIN = /^(?:_{1,2}(?:Z|R[A-Z])|caml[A-Z]|JIT\$|TRACE-\d)|_[0-9a-f]{40}$/;
/** GraalVM's native images: class, method, and a hash of the whole signature. */
const IMAGE_HASH = /^(\w+?_[\w$<>]+)_[0-9a-f]{40}$/;
/** OCaml: module and function, and a number that differs from build to build (`camlDune__exe__Store__get_272`, since 5.1 `camlStore.get_272`). */
const OCAML = /^caml([A-Z]\w*(?:(?:__|\.)[A-Z]\w*?)*?)(?:__|\.)(fun_\d+|[a-z_]\w*?)(?:_\d+)?(?:_code)?$/;
/** PHP's JIT compiler (opcache.jit_debug=16): a function, or a trace through one. */
const PHP = /^(?:JIT|TRACE-\d+)\$(?!\$)(.+?)(?:\$\d+)?$/;
/** Ruby: a block is part of the method. */
const RUBY_BLOCK = /^(?:block (?:\(\d+ levels\) )?in |rescue in |ensure in )+(?=\S+$)/;
/** Zig: functions with types for arguments are numbered. */
const ZIG_NUMBER = /__(?:anon|struct|enum|union)_\d+/g;

/**
 * Name of a script function as V8 writes it into a perf map: kind, tier (`~` interpreted, `^` baseline, `+` maglev,
 * `*` optimised, `'` specialised; older versions also `?`), name, position. See V8's `Logger` and `CodeKindToMarker`.
 */
const SCRIPT = /^(?:JS|LazyCompile|Function|Script|Eval|Callback):[~^*+?]?'?(.*)$/;
const POSITION = /:\d+(?::\d+)?$/;

export interface ScriptFunction {
  /** Its own name, '' for a function without one. */
  readonly name: string;
  /** Path or URL of its script, '' when not told. */
  readonly script: string;
  /** Line of its definition, 0 when not told. */
  readonly line: number;
  /** The code of a whole script, not of a function in it. */
  readonly topLevel: boolean;
}

/** CPython's perf trampolines (`python -X perf`, "Python support for the Linux perf profiler"): `py::Queue.get:/usr/lib/python3.12/queue.py`. */
const PYTHON = /^py::(.*):([^:]*)$/;

/** Takes the name of a script function apart, as V8 and CPython write it into perf maps; null when it is none. */
export function scriptFunction(name: string): ScriptFunction | null {
  const python = PYTHON.exec(name);
  if (python !== null) return { name: python[1]!, script: python[2]!, line: 0, topLevel: python[1] === '<module>' };
  const match = SCRIPT.exec(name);
  if (match === null) return null;
  const rest = match[1]!;
  const position = POSITION.exec(rest);
  if (position === null) return { name: rest.trim(), script: '', line: 0, topLevel: name.startsWith('Script:') };
  const head = rest.slice(0, position.index);
  // The path begins at the first blank that is followed by something that looks like one; names may hold blanks ("get size").
  const at = / (?=\/|[a-z][a-z+.-]*:|[A-Za-z]:\\)/.exec(head)?.index ?? head.lastIndexOf(' ');
  const own = at < 0 ? '' : head.slice(0, at).trim();
  return {
    name: own,
    script: head.slice(at + 1),
    line: Number(position[0].split(':')[1]),
    // Node.js wraps a CommonJS module in a function without a name that begins with the file.
    topLevel: name.startsWith('Script:') || (own === '' && position[0] === ':1:1'),
  };
}

/** A function of which only the range is known, and code behind an exported function that is another one's: no tracer prints these. */
const UNNAMED = /@0x[0-9a-f]+$|\+\?$/;

/** Name of a function without one: its object and where it begins in it, `redis-server@0x4a0f0`. */
export function rangeName(object: string, start: number): string {
  return `${object}@0x${start.toString(16)}`;
}

/** Name of code that lies somewhere behind the exported function of that name, in a function that nothing names: `aeMain+?`. */
export function behindName(exported: string): string {
  return `${normaliseName(exported)}+?`;
}

/** What a name says about where it comes from: of a function, of a range, of the export before it. */
export function kindOfName(name: string): 'name' | 'range' | 'behind' {
  return !UNNAMED.test(name) ? 'name' : name.endsWith('+?') ? 'behind' : 'range';
}

/** Last part of a path or URL. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** The name under which a function is learned, ranked and compared; '' stays ''. */
export function normaliseName(raw: string): string {
  if (PLAIN.test(raw) && !NOT_PLAIN.test(raw)) return raw;
  const compiled = IMAGE_HASH.exec(raw) ?? PHP.exec(raw);
  if (compiled !== null) return compiled[1]!;
  const ocaml = OCAML.exec(raw);
  if (ocaml !== null) return `${ocaml[1]!.replaceAll('__', '.')}.${ocaml[2]!}`;
  const script = scriptFunction(raw);
  if (script !== null) {
    if (script.name !== '') return script.name;
    // Nothing but its place tells an anonymous function from the next.
    const place = script.line > 0 ? `${baseName(script.script)}:${script.line}` : baseName(script.script);
    return `(${script.topLevel ? 'script' : 'anonymous'}) ${place}`.trimEnd();
  }
  if (/^\((?:anonymous|script)\) /.test(raw) || UNNAMED.test(raw)) return raw;
  const dotnet = dotnetMethod(raw);
  if (dotnet !== null) return dotnet.name;
  const java = javaMethod(raw);
  if (java !== null) return `${java.type}.${java.method}`;
  const erlang = erlangFunction(raw);
  if (erlang !== null) return erlang.name;
  let name = withoutClone(raw.trim().replace(VERSION_SUFFIX, ''));
  const numbered = NUMBERED_LOCAL.exec(name);
  if (numbered !== null) name = numbered[1]!;
  name = name.replace(RUBY_BLOCK, '').replace(ZIG_NUMBER, '');
  const bare = withoutSignature(heldLambda(withArguments(name)) ?? demangled(name)).replace(RUST_HASH, '');
  return enclosingGoFunction(unescapeGo(bare.replace(RUST_CLOSURE, '')));
}

/** The name as it was written, with signature; of what is not mangled the same again. */
export function demangled(symbol: string): string {
  // Demanglers of C++ take the older mangling of Rust for theirs, and leave its escapes.
  if (RUST_HASH.test(symbol)) return symbol.split('::').map(rustText).join('::');
  return demangle(symbol) ?? demangleOther(symbol) ?? symbol;
}

/** Whether `normaliseName` calls this code by the function that it stands in. */
export function isClosure(raw: string): boolean {
  return (
    RUST_CLOSURE.test(demangled(raw).replace(RUST_HASH, '')) ||
    enclosingGoFunction(raw) !== raw ||
    isMadeOfMethod(raw) ||
    RUBY_BLOCK.test(raw)
  );
}

function withoutClone(name: string): string {
  const suffix = CLONE_SUFFIX.exec(name);
  if (suffix === null) return name;
  const head = name.slice(0, suffix.index);
  return DOTTED.test(head) && !/^main\.(?:cold|.*\d)/.test(name) ? name : head;
}

/** Mangled names of the standard library with a lambda among their template arguments; Clang numbers those of no other file (`main::$_0`). */
const HOLDS_LAMBDA = /^_Z[A-Z]*(?:St|9__gnu_cxx)\w*I[\w$]*(?:Ul|\d\$_\d)/;
const LAMBDA = /::(?:\{lambda\([^}]*\}|\$_\d+(?!\w))/;

/** A name whose template arguments tell a lambda, as strace and perf print it, from a binary's symbol too. */
function withArguments(name: string): string {
  return HOLDS_LAMBDA.test(name) ? (demangleOther(name) ?? name) : name;
}

/** `std::_Function_handler<void (), Server::start()::{lambda()#1}>::_M_invoke`: the lambda, whose code is mostly part of what calls it. */
function heldLambda(name: string): string | null {
  const found = LAMBDA.exec(name);
  const at = found?.index ?? -1;
  if (found === null || !/^(?:[\w:]+[&*]* )?(?:std|__gnu_cxx)::[^(]*</.test(name)) return null;
  let depth = 0;
  let start = at;
  for (let c = name[start - 1]!; depth > 0 || !/[<,(]/.test(c); c = name[start - 1]!) {
    if (/[)>\]]/.test(c)) depth++;
    else if (/[(<[]/.test(c)) depth--;
    if (--start === 0) return null;
  }
  return name.slice(start, at + found[0].length).trim();
}

/** Operators whose symbols would otherwise be taken for brackets or blanks (C++ [over.oper]). */
const OPERATOR =
  /^operator(?:\(\)|\[\]|<=>|<<=|>>=|->\*|->|<<|>>|&&|\|\||\+\+|--|[-+*/%^&|~!=<>]=?|,|""[ ]?\w+| (?:new|delete|co_await)(?:\[\])?| [^(]+)/;

/** Behind an argument list: something that is defined inside the function. */
const INNER = /^(?: const| volatile| &&?)*(?:::|[#}])/;
const QUALIFIERS = /^(?: const| volatile| &&?)+(?=::)/;

/** A return type that is an expression. */
const DECLTYPE = /^decltype ?\((?:[^()]|\([^()]*\))*\) /;

/** Names that only scripts have: V8's `get size`, `<instance_members_initializer>`, `handlers.<computed>`, Python's `run.<locals>.retry`. */
const SCRIPT_NAME = /^(?:[gs]et )[\w$.#]+$|^<\w+>$|\.<\w+>$|\.<locals>\./;

/**
 * A demangled name without arguments, template arguments, return type, qualifiers and "thunk to". Kept: `(anonymous
 * namespace)`, the receiver in Go's `net.(*Conn).Read`, `{lambda#2}`, `operator()`.
 */
function withoutSignature(given: string): string {
  if (!/[(<{[ ]/.test(given) || SCRIPT_NAME.test(given)) return given;
  const name = given.replace(DECLTYPE, '');
  let out = '';
  // Where the part behind the last blank outside brackets begins: what stands before is a return type or "thunk to".
  let start = 0;
  let braces = 0;
  for (let i = 0; i < name.length;) {
    const c = name[i]!;
    if (c === 'o' && (out.length === start || !/[\w$]$/.test(out))) {
      const operator = OPERATOR.exec(name.slice(i));
      if (operator !== null) {
        out += operator[0];
        i += operator[0].length;
        // `operator<< <char>`: the blank keeps the brackets apart.
        if (name.startsWith(' <', i)) i++;
        continue;
      }
    }
    if (c === '<') {
      const end = closing(name, i);
      // `std::io::impls::<impl Write for X>::write`, `parse::<u16>`: one `::` goes with the brackets.
      if (out.endsWith('::')) out = out.slice(0, -2);
      // Rust writes `<Type as Trait>::method`: at the beginning of a path it is the path.
      if (out.length === start && name.startsWith('::', end + 1)) {
        const [type, trait] = name.slice(i + 1, end).split(' as ') as [string, string?];
        // Arrays, tuples, references and type parameters have no name of their own.
        out += withoutSignature(trait !== undefined && /^(?:[^\w<]|[A-Z]\w*$)/.test(type) ? trait : type);
      }
      i = end + 1;
    } else if (c === '(') {
      const end = closing(name, i);
      const group = name.slice(i, end + 1);
      // Go: the receiver, and `runtime/cgo(.text)`, where code without names begins.
      if (group === '(anonymous namespace)' || out.endsWith('.') || group.startsWith('(.'))
        out += group.replace(/\[.*\]/, '');
      else if (out.length > start && !INNER.test(name.slice(end + 1, end + 24))) break;
      i = end + 1 + (QUALIFIERS.exec(name.slice(end + 1, end + 24))?.[0].length ?? 0);
    } else if (c === '[') {
      // [abi:cxx11], [clone .isra.0], Go's type arguments.
      i = closing(name, i) + 1;
    } else if (c === ' ' && braces === 0) {
      start = out.length;
      i++;
    } else {
      if (c === '{') braces++;
      else if (c === '}') braces--;
      out += c;
      i++;
    }
  }
  return out.slice(start) || name;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '<': '>', '[': ']' };

/** Index of the bracket that closes the one at `open`; the last index when none does. `->` and `operator<` are no brackets. */
function closing(name: string, open: number): number {
  const expected: string[] = [];
  for (let i = open; i < name.length; i++) {
    const c = name[i]!;
    if (c === 'o' && !/[\w$]/.test(name[i - 1] ?? ' ')) {
      const operator = OPERATOR.exec(name.slice(i));
      if (operator !== null && !operator[0].startsWith('operator ')) {
        i += operator[0].length - 1;
        continue;
      }
    }
    if (c in CLOSING) expected.push(CLOSING[c]!);
    else if (c === expected.at(-1) && !(c === '>' && name[i - 1] === '-')) {
      expected.pop();
      if (expected.length === 0) return i;
    }
  }
  return name.length - 1;
}
