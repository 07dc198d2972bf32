/**
 * Names of Java methods, as the agents that write perf maps print them, in one form: `demo.Srv$Handler.run`, `demo.Srv$Log.<init>`.
 * Return type and arguments go (overloads are one method, as in C++), and so does what differs from run to run: the number and the
 * address of a hidden class (`demo.Srv$Handler$$Lambda$6/0x00007fcaf0003c00`).
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
  if (!/[(:]/.test(name)) return null;
  const match = HOTSPOT.exec(name) ?? JVMTI.exec(name) ?? OPENJ9.exec(name);
  if (match !== null) return { type: plainClass(match[1]!), method: match[2]! };
  const agent = MAP_AGENT.exec(name);
  return agent === null ? null : { type: plainClass(agent[1] ?? agent[2]!), method: agent[3]! };
}

function plainClass(name: string): string {
  return name.replace(ADDRESS, '').replaceAll('/', '.').replace(LAMBDA_NUMBER, '$1');
}
