/**
 * Names of .NET methods in perf maps (DOTNET_PerfMapEnabled=1), by the assembly that declares them:
 * `instance void [demo] Demo.Server+<HandleAsync>d__5::MoveNext()[Tier1]`. See PerfMap::LogJITCompiledMethod in dotnet/runtime.
 */

export interface DotnetMethod {
  readonly assembly: string;
  /** `Demo.Server.HandleAsync`; nested classes behind `+`, without type arguments. */
  readonly name: string;
}

/** Behind the blank of the declaring assembly: type arguments and parameters have theirs without one. */
const METHOD = /^(?:\S.* )?\[([\w.-]+)\] ([^:]+)::(.+?)\((?:.*)\)(?:\[[\w-]+\])?$/;
/** Type arguments (`[System.__Canon,int]`) and their number (`` `1 ``). */
const ARGUMENTS = /\[[^\]]*\]|`\d+/g;
/** Classes that the compiler makes for closures and for the states of async methods and iterators. */
const MADE_CLASS = /\+<(?:([^+]+)>d(?:__\d+)?|>c(?:__DisplayClass\d+_\d+)?)$/;
/** Closures and local functions: `<Handle>b__0`, `<Handle>g__Retry|5_0`. */
const MADE_METHOD = /^<(.+)>[bg]__/;

/** Takes the name of a .NET method apart; null when it is none. What the compiler made of a part of a method goes by the method. */
export function dotnetMethod(name: string): DotnetMethod | null {
  const match = METHOD.exec(name);
  if (match === null) return null;
  let type = match[2]!.replace(ARGUMENTS, '');
  let method = match[3]!.replace(ARGUMENTS, '');
  for (let made = MADE_CLASS.exec(type); made !== null; made = MADE_CLASS.exec(type)) {
    type = type.slice(0, made.index);
    method = made[1] ?? method;
  }
  return { assembly: match[1]!, name: `${type}.${MADE_METHOD.exec(method)?.[1] ?? method}` };
}
