/** What a signature database covers, as data; reporters print it. */
import type { LearnedFunction, LearnedSymbols, SignatureDatabase } from './database.js';
import { kindOfName, normaliseName } from './names.js';
import type { StackCounts } from './stack-counts.js';
import { alwaysTogether, splitByContext } from './told-apart.js';

/** Functions with the same episodes: plain signatures cannot tell them apart. */
export interface IndistinguishableGroup {
  /** Names, in the database's order. */
  readonly functions: readonly string[];
  /** The episodes that they share, as names of calls. */
  readonly episodes: readonly (readonly string[])[];
}

export interface CoverageReport {
  readonly program: string;
  /** Functions seen in learning. */
  readonly functions: number;
  /** Of these, functions that were the innermost of the program for some call: the others only called on. */
  readonly innermost: number;
  /** Calls in learning, and those whose stack told something. */
  readonly events: number;
  readonly eventsWithStack: number;
  /** What these stacks are worth; null where the signatures are of a version that did not tell. */
  readonly stacks: StackCounts | null;
  /** How unsteady the mix of calls was (dispersion.ts); null where that is not known. */
  readonly dispersion: number | null;
  /** Distinct episodes over all functions. */
  readonly episodes: number;
  /** Calls by what is known of the name of the innermost own function. */
  readonly names: {
    /** Certainly that of the function. */
    readonly sure: number;
    /** None, but the function's range: `redis-server@0x4a0f0`. */
    readonly range: number;
    /** Only that of the exported function before it: `aeMain+?`. */
    readonly behind: number;
    /** As the tracer printed it, with nothing to check it by. */
    readonly unchecked: number;
    /** Object files that have functions without sure names. */
    readonly missing: readonly LearnedSymbols[];
    /** Learned names that several functions of the program have, which are learned as one. */
    readonly shared: readonly string[];
  };
  /** Compared with the binary's symbols, where they were given. */
  readonly binary: null | {
    readonly functions: number;
    /** Functions of the binary that were seen, and their share. */
    readonly seen: number;
    readonly share: number;
    /** Names in the binary that were not seen, sorted. They made no system call in learning, or were inlined. */
    readonly unseen: readonly string[];
    /** Functions seen that the binary does not name: of modules and libraries, or a sign of another build. */
    readonly foreign: readonly string[];
  };
  /** Groups of two and more, the largest first. */
  readonly groups: readonly IndistinguishableGroup[];
  /** Functions in these groups. */
  readonly indistinguishable: number;
  /** What is left of the groups when calls are decoded by their context (told-apart.ts). */
  readonly inContext: {
    /** Groups that fall apart into single functions. */
    readonly dissolved: number;
    /** Groups of two and more that remain, the largest first. */
    readonly groups: readonly (readonly string[])[];
    /** Functions in these. */
    readonly indistinguishable: number;
    /** Of these, functions that were on the stack of exactly the same learned calls as another one: no trace of such calls tells them apart. */
    readonly alwaysTogether: number;
  };
}

/** `binary.functions`: function names of the program's file (binary/elf.ts), normalised or not. O(episodes). */
export function coverageReport(
  db: SignatureDatabase,
  binary?: { readonly functions: readonly string[] },
): CoverageReport {
  const members = equalEpisodes(db);
  const groups = members.map((group) => described(db, group));
  const split = splitByContext(db.model, members);
  const left = split.flatMap((parts) => parts.filter((part) => part.length > 1)).sort((a, b) => b.length - a.length);
  const episodes = new Set(db.functions.flatMap((f) => f.episodes.map((e) => e.calls.join(' '))));
  return {
    program: db.program,
    functions: db.functions.length,
    innermost: db.functions.filter((f) => f.ownCalls > 0).length,
    events: db.learned.events,
    eventsWithStack: db.learned.eventsWithStack,
    stacks: db.learned.stacks ?? null,
    dispersion: db.model.dispersion ?? null,
    episodes: episodes.size,
    names: sureNames(db),
    binary: binary === undefined ? null : compareWithBinary(db.functions, binary.functions),
    groups,
    indistinguishable: total(members),
    inContext: {
      dissolved: split.filter((parts) => parts.every((part) => part.length === 1)).length,
      groups: left.map((part) => part.map((f) => db.functions[f]!.name)),
      indistinguishable: total(left),
      alwaysTogether: total(alwaysTogether(db.model, left)),
    },
  };
}

const total = (groups: readonly (readonly number[])[]): number => groups.reduce((sum, group) => sum + group.length, 0);

function sureNames({ functions, symbols = [] }: SignatureDatabase): CoverageReport['names'] {
  const ofObject = new Map(symbols.map((s) => [s.object, s]));
  const calls = { sure: 0, range: 0, behind: 0, unchecked: 0 };
  const missing = new Set<LearnedSymbols>();
  for (const { name, object, ownCalls } of functions) {
    const kind = kindOfName(name);
    const source = ofObject.get(object);
    const known = kind !== 'name' ? kind : source?.names === 'unchecked' ? 'unchecked' : 'sure';
    calls[known] += ownCalls;
    if (known !== 'sure' && ownCalls > 0 && source !== undefined) missing.add(source);
  }
  const learned = new Set(functions.map(({ name }) => name));
  const shared = symbols.flatMap((s) => s.shared ?? []).filter((name) => learned.has(name));
  return { ...calls, missing: symbols.filter((s) => missing.has(s)), shared };
}

/** Groups of functions whose sets of episodes are equal, whatever their supports, the largest first. */
function equalEpisodes(db: SignatureDatabase): number[][] {
  const byEpisodes = new Map<string, number[]>();
  db.functions.forEach((f, i) => {
    const key = f.episodes
      .map((e) => e.calls.join(' '))
      .sort()
      .join('|');
    const group = byEpisodes.get(key);
    if (group === undefined) byEpisodes.set(key, [i]);
    else group.push(i);
  });
  return [...byEpisodes.values()].filter((group) => group.length > 1).sort((a, b) => b.length - a.length);
}

function described(db: SignatureDatabase, group: readonly number[]): IndistinguishableGroup {
  return {
    functions: group.map((f) => db.functions[f]!.name),
    episodes: db.functions[group[0]!]!.episodes.map((e) => e.calls.map((c) => db.calls[c]!)),
  };
}

function compareWithBinary(learned: readonly LearnedFunction[], symbols: readonly string[]): CoverageReport['binary'] {
  const inBinary = new Set(symbols.map(normaliseName));
  const names = new Set(learned.map((f) => f.name));
  const seen = [...inBinary].filter((name) => names.has(name)).length;
  return {
    functions: inBinary.size,
    seen,
    share: inBinary.size === 0 ? 0 : seen / inBinary.size,
    unseen: [...inBinary].filter((name) => !names.has(name)).sort(),
    foreign: [...names].filter((name) => !inBinary.has(name)).sort(),
  };
}
