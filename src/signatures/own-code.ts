/**
 * Which frames are the program's own code: those can be to blame, and are learned. Told by what comes with a language
 * (languages.ts), then by object file, see docs/signatures.md: the program and what is bundled with it are its own; libraries
 * of the system, the kernel and, where the program is a script run by an interpreter, the interpreter itself are not.
 */
import { PerfscopeError } from '../errors.js';
import { PathCounts } from '../trace/path-counts.js';
import { NO_STACK, type StackTable } from '../trace/stacks.js';
import { javaMethod } from './java-names.js';
import { type Language, type RuledRole, languageOf, movesTasks, ruledRole, runtimeOf } from './languages.js';
import { baseName, normaliseName, scriptFunction } from './names.js';

export interface OwnCodeOptions {
  /** Base name or path of the program; default: of the executables that last (lasting.ts) the one on most stacks. */
  readonly program?: string;
  /** Patterns (`*`, `?`) of functions or objects that are the program's own though the rules say otherwise. */
  readonly include?: readonly string[];
  /** Patterns of functions or objects to leave out; stronger than `include`. */
  readonly exclude?: readonly string[];
}

/** `other`: not the program's own, whatever else it may be. */
export type FrameRole = 'own' | 'other' | Exclude<RuledRole, 'library'>;

export interface OwnCode {
  /** Path of the program's object file as the tracer printed it; the name of a runtime of which only the library is on stacks; '' where none is. */
  readonly program: string;
  /** The program is an interpreter or virtual machine: the own code is what perf maps name. */
  readonly runtime: boolean;
  /** Its language's scheduler moves tasks among threads. */
  readonly tasks: boolean;
  roleOf(functionName: string, objectName: string): FrameRole;
  owns(functionName: string, objectName: string): boolean;
  /** Whether functions of an object file are own as such, whatever their names. */
  ownsObject(objectName: string): boolean;
}

/** Stacks, and per stack the number of calls that were issued with it. */
export interface StackUse {
  readonly table: StackTable;
  readonly calls: ArrayLike<number>;
  /** Object files of programs that live on while others come and go (lasting.ts). */
  readonly lasting: ReadonlySet<string>;
}

/** What the C runtime and the linker put around a program; on every stack or on none, in no case to blame. */
const START_UP = new Set(
  (
    '_start __libc_start_main __libc_start_call_main __libc_start_main_impl __libc_csu_init __libc_csu_fini _init _fini ' +
    'frame_dummy register_tm_clones deregister_tm_clones __do_global_dtors_aux __do_global_ctors_aux ' +
    '_dl_relocate_static_pie start_thread __clone __clone3 ' +
    'unexpected_backtracing_error [unknown]'
  ).split(' '),
);

/** Where a distribution puts libraries for everybody (FHS 3.0, chapters 3.9, 3.10 and 4.6; Nix and Guix keep all in a store). */
const SYSTEM_DIRECTORIES = [
  ...['/lib', '/lib32', '/lib64', '/libx32', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libx32', '/usr/libexec'],
  ...['/usr/local/lib', '/usr/local/lib64', '/nix/store', '/gnu/store'],
];
/** Homes of many programs: that a file lies there too says nothing. */
const SHARED_PLACES = /^(?:|\/(?:opt|srv|root|tmp|mnt|var|app|usr|usr\/local|home|home\/[^/]+))$/;
const PROGRAM_FOLDERS = /\/(?:bin|sbin|lib|lib64|libexec|src|objs|build|\.libs)$/;
/** The C and C++ runtime, wherever it lies (in containers and bundles too). */
const C_RUNTIME =
  /^(?:ld-linux|ld-musl|ld64?[.-]|(?:libc|libm|libdl|librt|libpthread|libstdc\+\+|libgcc_s|libc\+\+)[.-])/;
const SHARED_LIBRARY = /\.(?:so(?:\.[\d.]+)?|node|ko(?:\.[gx]z)?)$|^ld-[\w.-]+$/;
/** Files by which JIT compilers tell perf of their code: tools/perf/Documentation/jit-interface.txt, jitdump-specification.txt. */
const JIT_OBJECT = /(?:^|\/)(?:perf-\d+\.map|jitted-\d+-\d+\.so)$/;
/**
 * Share of the program's stacks with JIT code on them from which the program counts as a runtime. Servers written in a script
 * language have it on 16 to 21 % (the three of the bug set); a native program that compiles hot expressions only (PostgreSQL's LLVM)
 * keeps such code off the stacks of system calls, since expressions issue none.
 */
const RUNTIME_SHARE = 0.02;

/** Finds the program in learning stacks and the rule for its own code. Throws `program-mismatch` when `options.program` is on none. */
export function findOwnCode(uses: readonly StackUse[], options: OwnCodeOptions = {}): OwnCode {
  const objects = new Map<string, number>();
  let jitCalls = 0;
  for (const use of uses) jitCalls += countObjects(use, objects);
  const languages = languagesOf(uses);
  const lasting = new Set(uses.flatMap((use) => [...use.lasting]));
  const program = chooseProgram(objects, lasting, options.program);
  // A virtual machine is one though nothing of the script could be named.
  const isMachine = [...objects.keys()].some((o) => runtimeOf(baseName(plainPath(o))) === baseName(plainPath(program)));
  const runtime = isMachine || (jitCalls > 0 && jitCalls >= RUNTIME_SHARE * (objects.get(program) ?? 0));
  // perf script without -F dso names no objects: then every named function has to count.
  const nameless = [...objects.keys()].every((object) => object === '' || object === '[unknown]');
  const include = matcher(options.include);
  const exclude = matcher(options.exclude);
  const ownObjects = new Map<string, boolean>();
  const ownsObject = (objectName: string): boolean => {
    let own = ownObjects.get(objectName);
    if (own === undefined) ownObjects.set(objectName, (own = isOwnObject(objectName, program, runtime)));
    return own;
  };

  function roleOf(functionName: string, objectName: string): FrameRole {
    if (functionName === '' || START_UP.has(functionName)) return 'other';
    if (exclude !== null && matchesFrame(exclude, functionName, objectName)) return 'other';
    if (include !== null && matchesFrame(include, functionName, objectName)) return 'own';
    const jit = isJitObject(objectName) || (nameless && isMadeAtRunTime(functionName));
    const ruled = ruledRole(functionName, jit, languages.get(objectName) ?? null);
    if (ruled !== null) return ruled === 'library' ? 'other' : ruled;
    if (jit) return 'own';
    if (nameless) return functionName === '[unknown]' ? 'other' : 'own';
    return ownsObject(objectName) ? 'own' : 'other';
  }
  return {
    program,
    runtime,
    tasks: movesTasks(languages.get(program)),
    roleOf,
    owns: (name, object) => roleOf(name, object) === 'own',
    ownsObject: (objectName) =>
      !(exclude !== null && matchesFrame(exclude, '', objectName)) &&
      (ownsObject(objectName) || (include !== null && matchesFrame(include, '', objectName))),
  };
}

/**
 * Name and object under which a frame is learned. Files of code made at run time are named by process, so there the object of a script's
 * function is its script, that of a Java method its class, and others have none.
 */
export function functionIdentity(functionName: string, objectName: string): { name: string; object: string } {
  const name = normaliseName(functionName);
  if (!isJitObject(objectName)) return { name, object: baseName(plainPath(objectName)) };
  const script = scriptFunction(functionName)?.script;
  return { name, object: script === undefined ? (javaMethod(functionName)?.type ?? '') : baseName(script) };
}

function isJitObject(object: string): boolean {
  return JIT_OBJECT.test(object);
}

/** Names that no native code has. */
function isMadeAtRunTime(functionName: string): boolean {
  return functionName === 'Interpreter' || scriptFunction(functionName) !== null || javaMethod(functionName) !== null;
}

function isOwnObject(object: string, program: string, runtime: boolean): boolean {
  if (object === program) return program !== '' && !runtime;
  const path = plainPath(object);
  if (!path.startsWith('/') && !SHARED_LIBRARY.test(path)) return false;
  const file = baseName(path);
  if (C_RUNTIME.test(file) || file.endsWith('.ko')) return false;
  const home = programHome(plainPath(program));
  if (home !== null && path.startsWith(`${home}/`)) return !runtime || file.endsWith('.node');
  if (!SHARED_LIBRARY.test(file)) return false;
  const system = SYSTEM_DIRECTORIES.find((directory) => path.startsWith(`${directory}/`));
  if (system === undefined) return path.startsWith('/');
  // /usr/lib/apache2/modules/mod_x.so is apache2's, /usr/lib/x86_64-linux-gnu/libz.so.1 is everybody's.
  const folders = path.slice(system.length + 1, -file.length).split('/');
  return !runtime && folders.some((folder) => isNamedFor(folder, baseName(plainPath(program))));
}

/** Folder of which everything belongs to the program; null when it lives among others (/usr/sbin, /opt). */
function programHome(program: string): string | null {
  let home = program.slice(0, Math.max(0, program.lastIndexOf('/')));
  while (PROGRAM_FOLDERS.test(home) && !SYSTEM_DIRECTORIES.includes(home)) home = home.slice(0, home.lastIndexOf('/'));
  if (SHARED_PLACES.test(home) || SYSTEM_DIRECTORIES.some((d) => d === home || d.startsWith(`${home}/`))) return null;
  return home;
}

/** `postgresql` for postgres, `mysql` for mysqld, `apache2` for apache2; never a processor's folder or a short stump. */
function isNamedFor(folder: string, program: string): boolean {
  const stem = (name: string) => name.toLowerCase().replace(/[-_.\d].*$/, '');
  const [a, b] = [stem(folder), stem(program)];
  return a.length >= 3 && b.length >= 3 && !folder.includes('-linux') && (a.startsWith(b) || b.startsWith(a));
}

/** Without what containers and deleted files add to a path. */
export function plainPath(object: string): string {
  return object.replace(/ \(deleted\)$/, '').replace(/^(?:\/proc\/\d+\/root|.*\/(?:merged|rootfs))(?=\/)/, '');
}

/** Who lasts and yet makes hardly a call for those of the busiest program only starts that one: inetd, a shell, a supervisor. */
const STARTER = 0.05;

function chooseProgram(
  objects: ReadonlyMap<string, number>,
  lasting: ReadonlySet<string>,
  wanted: string | undefined,
): string {
  const ranked = [...objects].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([object]) => object);
  const executables = ranked.filter(
    (object) =>
      plainPath(object).startsWith('/') && !SHARED_LIBRARY.test(baseName(plainPath(object))) && !isJitObject(object),
  );
  const runtimes = ranked.map((object) => runtimeOf(baseName(plainPath(object)))).filter((name) => name !== null);
  if (wanted === undefined) {
    const least = STARTER * (objects.get(executables[0]!) ?? 0);
    const server = executables.find((object) => lasting.has(object) && objects.get(object)! >= least);
    return server ?? executables[0] ?? runtimes[0] ?? '';
  }
  if (runtimes.includes(wanted)) return wanted;
  const found = ranked.find((object) => plainPath(object) === wanted || baseName(plainPath(object)) === wanted);
  if (found !== undefined) return found;
  throw new PerfscopeError(
    'program-mismatch',
    `no stack holds a frame of the program "${wanted}"`,
    {},
    executables.length > 0
      ? `The stacks are of ${executables.slice(0, 5).map(baseName).join(', ')}: give one of these with --program, or leave it out.`
      : 'The stacks name no program at all: was it recorded with symbols (strace -k, perf record --call-graph dwarf)?',
  );
}

/** Adds to `objects` the calls with each object on their stack; returns the calls with JIT code on theirs. */
function countObjects({ table, calls }: StackUse, objects: Map<string, number>): number {
  const { prefix, frame, frameObject } = table;
  // A caller's stack comes before the stacks that extend it, so one pass from the end sums up subtrees.
  const total = new Float64Array(prefix.length);
  for (let s = prefix.length - 1; s >= 0; s--) {
    total[s]! += calls[s]!;
    if (prefix[s]! !== NO_STACK) total[prefix[s]!]! += total[s]!;
  }
  const depth = new Uint32Array(prefix.length);
  for (let s = 0; s < prefix.length; s++) if (prefix[s]! !== NO_STACK) depth[s] = depth[prefix[s]!]! + 1;
  const ownJit = Array.from(
    frameObject,
    (object, f) =>
      isJitObject(table.objects[object]!) && ruledRole(table.functions[table.frameFunction[f]!]!, true, null) === null,
  );
  const objectsAbove = new PathCounts(prefix, depth, (s) => frameObject[frame[s]!]!);
  const ownJitAbove = new PathCounts(prefix, depth, (s) => (ownJit[frame[s]!]! ? 1 : 0));
  let jitCalls = 0;
  for (let s = 0; s < prefix.length; s++) {
    const object = frameObject[frame[s]!]!;
    objectsAbove.moveTo(prefix[s]!);
    if (!objectsAbove.has(object))
      objects.set(table.objects[object]!, (objects.get(table.objects[object]!) ?? 0) + total[s]!);
    if (!ownJit[frame[s]!]!) continue;
    ownJitAbove.moveTo(prefix[s]!);
    if (!ownJitAbove.has(1)) jitCalls += total[s]!;
  }
  return jitCalls;
}

/** Languages of the object files, by the functions that they hold. */
function languagesOf(uses: readonly StackUse[]): Map<string, Language> {
  const found = new Map<string, Language>();
  for (const { table } of uses) {
    table.frameObject.forEach((o, f) => {
      const object = table.objects[o]!;
      if (found.has(object) || isJitObject(object)) return;
      const language = languageOf(table.functions[table.frameFunction[f]!]!);
      if (language !== null) found.set(object, language);
    });
  }
  return found;
}

function matchesFrame(pattern: RegExp, functionName: string, objectName: string): boolean {
  return (
    pattern.test(functionName) ||
    pattern.test(normaliseName(functionName)) ||
    pattern.test(objectName) ||
    pattern.test(baseName(plainPath(objectName)))
  );
}

/** One expression for all patterns: `*` any text, `?` any character, everything else itself. */
function matcher(patterns: readonly string[] | undefined): RegExp | null {
  if (patterns === undefined || patterns.length === 0) return null;
  const sources = patterns.map((p) =>
    p
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.'),
  );
  return new RegExp(`^(?:${sources.join('|')})$`, 's');
}
