/**
 * Names of Erlang and Elixir functions in perf maps (`erl +JPperf true`): `$gen_server:loop/7`, `$'Elixir.Demo.Server':handle_call/3`,
 * `$store:'-load/1-fun-0-'/2`. See erts/emulator/beam/jit of Erlang/OTP.
 */

export interface ErlangFunction {
  /** `Elixir.Demo.Server`. */
  readonly module: string;
  /** `Elixir.Demo.Server:handle_call/3`: with the number of arguments, which is part of a function's name there. */
  readonly name: string;
}

const ATOM = String.raw`'[^']+'|[a-zA-Z][\w@.]*`;
const FUNCTION = new RegExp(String.raw`^\$?(${ATOM}):(${ATOM}|-.+-)\/(\d+)$`);
/** A fun, or a comprehension, in the function that it stands in. */
const MADE_OF = /^-(.+?\/\d+)-.+-$/;

/** Takes the name of an Erlang function apart; null when it is none. A fun goes by the function that it stands in. */
export function erlangFunction(symbol: string): ErlangFunction | null {
  const match = FUNCTION.exec(symbol);
  if (match === null) return null;
  const [module, own] = [bare(match[1]!), bare(match[2]!)];
  return { module, name: `${module}:${MADE_OF.exec(own)?.[1] ?? `${own}/${match[3]}`}` };
}

const bare = (atom: string): string => atom.replace(/^'|'$/g, '');
