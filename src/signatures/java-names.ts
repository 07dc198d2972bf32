/**
 * Names of Java methods, as the agents that write perf maps print them, in one form: `demo.Srv$Handler.run`, `demo.Srv$Log.<init>`.
 * Return type and arguments go (overloads are one method, as in C++), and so does what differs from run to run: the number and the
 * address of a hidden class (`demo.Srv$Handler$$Lambda$6/0x00007fcaf0003c00`). Code that a compiler made of a part of a method goes by the
 * method: lambdas and coroutines of Kotlin, anonymous functions of Scala, closures of Groovy and Clojure. javac's `lambda$run$0` keeps its name: those of
 * one method are numbered in the order of the source, and are told apart.
 */

export interface JavaMethod {
  /** Qualified name of the class, `demo.Srv$Handler`. */
  readonly type: string;
  /** `run`, `<init>`, `lambda$main$0`. */
  readonly method: string;
}

/** `void demo.Srv$Handler.run(java.lang.String, int)`: HotSpot's own map (jcmd PID Compiler.perfmap, -XX:+DumpPerfMapAtExit). */
const HOTSPOT = /^(?:[^\s()]+ )?([^\s():;[\]]+)\.([^\s().:;/[\]]+)\([^()]*\)$/;
/** `Ldemo/Srv$Handler;::run`, with `dottedclass` `demo.Srv$Handler::run`: perf-map-agent. The name may end with the argument types. */
const MAP_AGENT = /^(?:L([\w$/+-]+);|((?:[\w$-]+\.)+[\w$/+-]+))::([\w$<>-]+)(?:\(.*)?$/;
/** `Ldemo/Srv$Handler;run()V`: libperf-jvmti.so of the kernel's tools. */
const JVMTI = /^L([\w$/+.-]+);([\w$<>-]+)\(.*\)[\w$/;[]+$/;
/** `demo/Srv$Handler.run()V_hot`: OpenJ9 (-Xjit:perfTool). */
const OPENJ9 = /^((?:[\w$-]+\/)*[\w$-]+)\.([\w$<>-]+)\(.*\)[\w$/;[]+_[\w-]+$/;
/** Behind the name of a hidden class: where it lies in this process. */
const ADDRESS = /[/+.]0x[0-9a-f]+/g;
/** The class that the JVM makes for a lambda; older ones number it by its turn. */
const LAMBDA_NUMBER = /(\$\$Lambda)\$\d+/g;

/** Takes the name of a Java method apart; null when it is none. */
export function javaMethod(name: string): JavaMethod | null {
  const printed = printedMethod(name);
  return printed && enclosing(printed);
}

/** Whether the code was made of a part of the method that `javaMethod` names. */
export function isMadeOfMethod(name: string): boolean {
  const printed = printedMethod(name);
  if (printed === null) return false;
  const { type, method } = enclosing(printed);
  return type !== printed.type || method !== printed.method;
}

function printedMethod(name: string): JavaMethod | null {
  if (!/[(:]/.test(name)) return null;
  const match = HOTSPOT.exec(name) ?? JVMTI.exec(name) ?? OPENJ9.exec(name);
  if (match !== null) return { type: plainClass(match[1]!), method: match[2]! };
  const agent = MAP_AGENT.exec(name);
  return agent === null ? null : { type: plainClass(agent[1] ?? agent[2]!), method: agent[3]! };
}

/** Kotlin 2: `run$lambda$0`, also in each other; arguments with defaults; the body of an open suspending function. */
const KOTLIN_MADE = /(?:\$lambda(?:\$\d+)+|\$default|\$suspendImpl)+$/;
/** Scala: `$anonfun$run$1`, `$anonfun$run$1$adapted`, `run$adapted`. */
const SCALA_MADE = /^(?:\$anonfun\$(.+?)(?:\$\d+)+|(.+))\$adapted$|^\$anonfun\$(.+?)(?:\$\d+)+$/;
/** Classes of one function that Kotlin (`Srv$run$1.invokeSuspend`), Scala 2.11 (`Srv$$anonfun$run$1.apply`) and Groovy (`Srv$_run_closure1.doCall`) make. */
const MADE_CLASS =
  /^(.+?)(?:\$([a-z]\w*)\$\d+|\$\$anonfun\$(\w+?)\$\d+|\$_(\w+?)_closure\d+)(?:\$\d+|\$\$anonfun\$\w+\$\d+|\$_closure\d+)*$/;
const ONLY_METHOD = /^(?:invoke(?:Suspend)?|apply(?:\$\w+)?|doCall)$/;
/** Functions of Clojure are classes; those without a name are numbered by their turn. */
const CLOJURE_FUNCTION = /^(?:invoke(?:Static|Prim)?|doInvoke|applyTo)$/;
const CLOJURE_INNER = /(?:\$(?:fn|reify|iter)__\d+(?:__\d+)?)+$/;

function enclosing({ type, method }: JavaMethod): JavaMethod {
  const made = ONLY_METHOD.test(method) ? MADE_CLASS.exec(type) : null;
  if (made !== null) return { type: made[1]!, method: (made[2] ?? made[3] ?? made[4])! };
  if (CLOJURE_FUNCTION.test(method) && (CLOJURE_INNER.test(type) || method === 'invokeStatic'))
    return { type: type.replace(CLOJURE_INNER, ''), method: 'invoke' };
  const scala = SCALA_MADE.exec(method);
  if (scala !== null) return { type, method: (scala[1] ?? scala[2] ?? scala[3])! };
  const kotlin = method.replace(KOTLIN_MADE, '');
  return { type, method: kotlin === '' ? method : kotlin };
}

function plainClass(name: string): string {
  return name.replace(ADDRESS, '').replaceAll('/', '.').replace(LAMBDA_NUMBER, '$1');
}
