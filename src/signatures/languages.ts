/**
 * What comes with a language and not with the program, told by package, namespace or path: the standard library, the scheduler, the
 * interpreter. It is the same for every program of that language, so it is never to blame. Packages that a program brings along
 * (`node_modules`, `site-packages`, modules of Go, jars, crates) are its own: they are what is deployed, and where bugs are.
 * `--include` and `--exclude` go above all of this.
 */
import { dotnetMethod } from './dotnet-names.js';
import { erlangFunction } from './erlang-names.js';
import { goPackage } from './go-names.js';
import { javaMethod } from './java-names.js';
import { demangled, normaliseName, scriptFunction } from './names.js';

/** What a frame is that the rules speak of. */
export type RuledRole =
  /** The language's own library or engine: left out of call paths. */
  | 'library'
  /** From here inwards the call is made for nobody: a thread looks for work, or collects garbage. */
  | 'scheduler'
  /** A function of a script that has no name because an interpreter runs it. */
  | 'interpreter';

interface Rule {
  readonly language: Language;
  /** Compared with what `subjectsOf` says. */
  readonly names: RegExp;
  readonly is: RuledRole;
  readonly why: string;
}

/** `native`: any object file; `jit`: what an engine told perf of that is neither a script's function nor a Java method. */
export type Language = 'go' | 'rust' | 'c++' | 'java' | 'dotnet' | 'erlang' | 'script' | 'jit' | 'native';

/** First parts of the paths of Go's standard library (`go list std`), of what the compiler makes (`type:`, `go:`), and of copies (`vendor`). */
const GO_STANDARD =
  'archive|arena|bufio|builtin|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt|go|' +
  'hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|' +
  'structs|sync|syscall|testing|text|time|type|unicode|unique|unsafe|vendor|weak';

/** The first rule that fits decides; what none fits is left to the rules by object file (own-code.ts). */
const RULES: readonly Rule[] = [
  {
    language: 'go',
    names:
      /^runtime\.(?:mcall|mstart[01]?|schedule|findrunnable|findRunnable|stopm|park_m|goexit0|gosched_m|goschedImpl|gopreempt_m|exitsyscall0|sysmon|templateThread|gcBgMarkWorker|bgsweep|bgscavenge|forcegchelper)(?:\.abi0)?$/,
    is: 'scheduler',
    why: "a thread on its scheduler's stack runs no goroutine; frame pointers go on to the one that just parked, which did not issue the call",
  },
  {
    language: 'go',
    // Asked of the package: as a module's first part `go.etcd.io` or `log.example.org` is a host.
    names: new RegExp(`^(?:${GO_STANDARD})(?:[/:]|$)`),
    is: 'library',
    why: 'paths of the standard library have no dot in their first part, and no other module may take its names; `main` and modules without a dot are the program',
  },
  {
    language: 'go',
    names: /^golang\.org\/x\/sys(?:[/.]|$)/,
    is: 'library',
    why: 'the system calls of syscall, kept outside of the standard library',
  },
  {
    language: 'go',
    names:
      /^(?:_rt0_\w+|_?x?_?cgo_\w+|_cgoexp_\w+|crosscall\w*|threadentry|gogo|callRet|gosave\w*|setg_gcc|debugCall\w*|(?:memeq|cmp|index|count|aeshash)\w*body|_?nss_\w+)(?:\.abi0)?$/,
    is: 'library',
    why: "the runtime's assembly and C code, which has no package; other names without one are C code that the program brings",
  },
  {
    language: 'rust',
    names:
      /^(?:std|core|alloc|proc_macro|test|panic_unwind|panic_abort|compiler_builtins|rustc_demangle|addr2line|gimli|miniz_oxide|hashbrown)::|^(?:__rust_|__rustc|rust_(?:begin|eh|panic)_|_?rdl_|__rdl_)/,
    is: 'library',
    why: "the standard library and the crates in it are linked into the program's own file",
  },
  {
    language: 'rust',
    names:
      /^(?:tokio|mio|async_std|async_io|async_executor|async_task|smol|polling|futures_(?:core|util|executor)|futures)::/,
    is: 'library',
    why: 'schedulers of asynchronous tasks: all tasks run on them',
  },
  {
    language: 'c++',
    names: /^(?:std|__gnu_cxx|__gnu_debug|__cxxabiv1|__gnu_parallel)::/,
    is: 'library',
    why: "templates of the standard library are compiled into the program's own file; a program may define nothing there ([namespace.std])",
  },
  {
    language: 'java',
    names: /^java\.util\.concurrent\.(?:ThreadPoolExecutor\.getTask|ForkJoinPool\.(?:awaitWork|awaitSignal))$/,
    is: 'scheduler',
    why: "a pool's thread without a task",
  },
  {
    language: 'java',
    names:
      /^org\.(?:apache\.tomcat\.util\.threads\.(?:ThreadPoolExecutor\.getTask|TaskQueue\.(?:take|poll))|eclipse\.jetty\.util\.thread\.QueuedThreadPool(?:\$Runner)?\.(?:idleJobPoll|reservedWait)|jboss\.threads\.EnhancedQueueExecutor\$\w+\.getTask)$/,
    is: 'scheduler',
    why: 'the same in pools that servers bring along',
  },
  {
    language: 'java',
    names: /^(?:javax?|jdk|sun|com\.sun|org\.ietf\.jgss|org\.w3c\.dom|org\.xml\.sax|netscape\.javascript)\./,
    is: 'library',
    why: "packages of the JDK's modules; the class decides, not the return type that HotSpot puts in front",
  },
  {
    language: 'java',
    names: /^(?:scala|kotlin|kotlinx|groovy|groovyjarjar\w+|clojure|org\.codehaus\.groovy|org\.apache\.groovy)\./,
    is: 'library',
    why: 'standard libraries of other languages that run on the JVM',
  },
  {
    language: 'java',
    names: /\.access\$\w+$/,
    is: 'library',
    why: "accessors that compilers make for inner classes only call on; javac's are numbered, and do not say what they belong to",
  },
  {
    language: 'java',
    names:
      /\$\$Lambda\.|\$\$(?:FastClassBy|EnhancerBy|SpringCGLIB)\w*|^jdk\.internal\.|\.GeneratedMethodAccessor\d*\.|\.LambdaForm\$/,
    is: 'library',
    why: 'classes that the JVM or a framework makes at run time only call on; the code of a lambda is a method of its class',
  },
  {
    language: 'script',
    names: /^(?:node:|internal\/|native |<frozen |ext:)|^[\w.-]*$/,
    is: 'library',
    why: "Node's own modules (older ones are named without a path: events.js), and those that CPython has in its binary",
  },
  {
    language: 'script',
    names: /\/lib(?:64)?\/python[\d.]+\/(?!(?:site|dist)-packages\/)|\/python\d+\.zip\//,
    is: 'library',
    why: "Python's standard library; packages that were installed lie in site-packages or dist-packages below it",
  },
  {
    language: 'jit',
    names: /^(?:Interpreter|interpreter)$/,
    is: 'interpreter',
    why: 'the JVM names no method that it has not compiled',
  },
  {
    language: 'jit',
    names:
      /^(?:RegExp|Builtin|BytecodeHandler|Bytecode|Stub|Handler|ICStub|wasm-to-js|js-to-wasm)[:\]]|[Ss]tub|^I2C\/C2I |^JIT\$\$|^(?!JIT\$|TRACE-)[^.:;/#]*$/,
    is: 'library',
    why: "helpers of the engine, which have plain names where functions have qualified ones (PHP's a mark before them, Ruby's a class: `Store#get`)",
  },
  {
    language: 'dotnet',
    names: /^(?:System|Microsoft|Windows)(?:\.|$)|^(?:mscorlib|netstandard)$/,
    is: 'library',
    why: "the class library and ASP.NET Core, by the assembly that declares the method: those of its arguments' types tell nothing",
  },
  {
    language: 'erlang',
    names:
      /^(?:gen|gen_(?:server|statem|event|fsm|tcp|udp|sctp)|proc_lib|supervisor\w*|sys|application\w*|erl\w*|erts_\w+|init|prim_\w+|inet\w*|ssl\w*|tls_\w+|socket|file\w*|io|io_\w+|lists|maps|sets|ordsets|dict|orddict|queue|array|gb_\w+|ets|dets|mnesia\w*|binary|string|unicode|re|timer|calendar|rand|crypto|zlib|logger\w*|code\w*|error_\w+|group|user\w*|kernel|global\w*|net_\w+|rpc|erpc|pg|persistent_term|atomics|counters|os|shell\w*|proplists|base64|uri_string)$/,
    is: 'library',
    why: 'modules of the applications kernel, stdlib, erts, crypto, ssl and mnesia; `global::` is what the JIT itself needs',
  },
  {
    language: 'erlang',
    names:
      /^Elixir\.(?:Access|Agent|Application|Base|Code|Date\w*|Enum\w*|Exception|File|Float|GenServer|IO|Inspect|Integer|Kernel|Keyword|List|Logger|Macro|Map|MapSet|Module|Node|Path|Port|Process|Range|Record|Regex|Registry|Stream|String\w*|Supervisor|System|Task|Time|Tuple|URI|Version)(?:\.|$)/,
    is: 'library',
    why: "Elixir's own",
  },
  {
    language: 'native',
    names:
      /^caml(?:_[a-z]\w*|(?:Stdlib|Camlinternal\w*?|Unix|Thread|Mutex|Condition|Domain|Effect)(?:__|\.)\S*)$|^(?:Stdlib|Camlinternal\w+)\./,
    is: 'library',
    why: "OCaml's runtime, whose names begin with caml_, and its standard library are linked into the program's own file",
  },
  {
    language: 'native',
    names: /^(?:Builtins_)?InterpreterEntryTrampoline$/,
    is: 'interpreter',
    why: "V8's bytecode, run without --interpreted-frames-native-stack",
  },
  {
    language: 'native',
    names: /^_?PyEval_EvalFrame(?:Default|Ex)$/,
    is: 'interpreter',
    why: 'a Python function, run without -X perf: else the frame that called it is py::name',
  },
  {
    language: 'native',
    names: /^(?:rb_vm_exec|vm_exec_core|execute_ex|Perl_runops_standard)$/,
    is: 'interpreter',
    why: 'functions of Ruby, PHP and Perl, for which there is no way to be named on native stacks',
  },
];

const BY_LANGUAGE = new Map<Language, readonly Rule[]>(
  RULES.map(({ language }) => [language, RULES.filter((rule) => rule.language === language)]),
);

/**
 * Languages whose runtime moves tasks among threads: a goroutine that waits leaves its thread to another one, mostly without a call, and
 * goes on in whichever is free. Schedulers that are libraries (tokio, virtual threads of Java) are not told from what else a program does.
 */
const TASKS: ReadonlySet<Language> = new Set(['go']);
export function movesTasks(language: Language | undefined): boolean {
  return language !== undefined && TASKS.has(language);
}

/** Symbols that only such objects hold, whatever the program is. */
const EVIDENCE: readonly (readonly [language: Language, symbol: RegExp])[] = [
  ['go', /^runtime\.(?:goexit|mcall|mstart[01]?|systemstack|main|rt0_go|morestack|futex|asmcgocall)(?:\.abi0)?$/],
  [
    'rust',
    /::h[0-9a-f]{16}$|^_R[A-Z]|^_ZN.*17h[0-9a-f]{16}E$|^(?:std::rt::lang_start|std::sys(?:_common)?::backtrace::__rust_begin_short_backtrace|__rust_(?:alloc|try)|<?alloc::boxed::Box<|core::ops::function::FnOnce::call_once)/,
  ],
];

/** Language of an object file that holds `symbol`; null when the symbol tells none. */
export function languageOf(symbol: string): Language | null {
  return EVIDENCE.find(([, pattern]) => pattern.test(symbol))?.[0] ?? null;
}

/**
 * What the rules say of a frame; null: nothing.
 * @param jit whether the frame is of code that an engine made at run time
 * @param language of the frame's object, as far as it is told by `languageOf`
 */
export function ruledRole(symbol: string, jit: boolean, language: Language | null): RuledRole | null {
  if (jit) {
    const java = javaMethod(symbol);
    if (java !== null) return ruled('java', [`${java.type}.${java.method}`]);
    const dotnet = dotnetMethod(symbol);
    if (dotnet !== null) return ruled('dotnet', [dotnet.assembly]);
    const erlang = erlangFunction(symbol);
    if (erlang !== null) return ruled('erlang', [erlang.module]);
    const script = scriptFunction(symbol);
    // A module's own code runs once, at loading; V8 gives its place in memory to others then, and perf its name.
    if (script?.topLevel === true && script.name === '') return 'library';
    return script === null ? ruled('jit', [symbol]) : ruled('script', [script.script]);
  }
  // A part that the compiler split off is interpreted code as well.
  const anywhere = ruled('native', [symbol.includes('.') ? normaliseName(symbol) : symbol]);
  if (anywhere !== null) return anywhere;
  if (language === 'go') return ruled('go', [symbol]) ?? ruled('go', [goPackage(symbol)]);
  if (!symbol.includes('::') && !symbol.startsWith('_')) return null;
  const named = normaliseName(symbol);
  return language === 'rust' ? ruled('rust', rustPaths(symbol, named)) : ruled('c++', [named]);
}

/** Whether a frame of an interpreter has its function's name in the frame that called it. */
export function isNamedByCaller(symbol: string, caller: string): boolean {
  return caller.startsWith('py::') && symbol.includes('PyEval_');
}

/** The rule that holds for all subjects. */
function ruled(language: Language, subjects: readonly string[]): RuledRole | null {
  const rules = BY_LANGUAGE.get(language)!;
  const found = subjects.map((subject) => rules.find(({ names }) => names.test(subject)));
  return found.every((rule) => rule !== undefined) ? found[0]!.is : null;
}

/** Methods of what is no type of any crate: `<str>::trim`, `<[u8]>::copy_within`. */
const RUST_PRIMITIVE = /^(?:[[(&*]|(?:str|char|bool|[iuf]\d+|[iu]size)::)/;

/** `<A as B>::method` stands in the crate of A or in that of B, as one of them has to be its own: both must be the library's. */
function rustPaths(symbol: string, named: string): string[] {
  const both = /^<(.*?) as (.*?)>::/.exec(demangled(symbol));
  if (both === null) return [RUST_PRIMITIVE.test(named) ? 'core::' : named];
  const paths = both.slice(1).map((part) => part.replace(/^(?:&|\*const |\*mut |mut |dyn |[[(])*/, ''));
  // A type parameter or a primitive has no crate.
  const told = paths.filter((path) => /^\w+::/.test(path));
  return told.length === 0 ? ['core::'] : told;
}

/** Libraries that hold a runtime whose executable need not be on any stack, and the program that is then told of. */
const RUNTIME_LIBRARIES: readonly (readonly [file: RegExp, program: string])[] = [
  [/^libjvm\.so$/, 'java'],
  [/^libj9vm\d*\.so$/, 'java'],
  [/^libpython[\d.]+m?\.so/, 'python'],
  [/^libnode\.so/, 'node'],
  [/^libcoreclr\.so$/, 'dotnet'],
  [/^libruby[\d.-]*\.so/, 'ruby'],
];

/** Name of the runtime in a shared library, by its base name; null for any other file. */
export function runtimeOf(file: string): string | null {
  return RUNTIME_LIBRARIES.find(([pattern]) => pattern.test(file))?.[1] ?? null;
}
