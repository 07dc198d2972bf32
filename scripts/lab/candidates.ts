/** Which functions get which faults: drawn by the seed, mixed in how visible the function is and in what the fault does. */
import { type Fault, OPERATORS, type Operator, strength, suits } from './operators.js';
import { type Rng, rngOf } from './rng.js';
import type { Server } from './server.js';
import type { Survey } from './survey.js';
import type { Program, TargetFunction } from './target/program.js';

/** How much of the learning runs a function is on: a share of their stacks. */
export type Visibility = 'never' | 'rare' | 'some' | 'often';

export interface Candidate {
  readonly id: string;
  readonly symbol: string;
  readonly function: string;
  readonly fault: Fault;
  readonly visibility: Visibility;
  /** Share of the stacks of the learning runs. */
  readonly share: number;
  /** Calls a second in the healthy server. */
  readonly rate: number;
}

/** Calls a second below which a fault may not be met in time. */
const CALLED_ENOUGH = 0.25;
/** A function on more of the stacks is `main` by another name. */
const ROOT_SHARE = 0.75;
/** Faults in these are crashes or say nothing of the server: what ends the program, its allocator, and what templates of libraries made. */
const LEFT_OUT =
  /^(?:std|boost|__gnu_cxx)::|usage|^_?exit|abort|assert|die$|malloc|calloc|realloc|palloc|^free|_free$|strdup|memcpy|panic|operator (new|delete)|::~|xcalloc/i;
const VISIBILITIES: readonly Visibility[] = [
  'rare',
  'some',
  'often',
  'never',
  'some',
  'rare',
  'often',
  'some',
  'never',
];

interface Target {
  readonly target: TargetFunction;
  readonly rate: number;
  readonly share: number;
}

export function visibilityOf(share: number): Visibility {
  return share === 0 ? 'never' : share < 0.02 ? 'rare' : share < 0.15 ? 'some' : 'often';
}

/** Up to `count` candidates, in the order in which to try them. */
export function candidates(server: Server, program: Program, survey: Survey, seed: string, count: number): Candidate[] {
  const rng = rngOf(seed, server.name, 'candidates');
  const groups = new Map<Visibility, Target[]>();
  for (const each of rng.shuffled(eligible(program, survey))) {
    const visibility = visibilityOf(each.share);
    groups.set(visibility, [...(groups.get(visibility) ?? []), each]);
  }
  const operators = operatorOrder(server, program, rng);
  const chosen: Candidate[] = [];
  const taken = new Map<string, number>();
  for (let turn = 0; turn < 40 * count && chosen.length < count; turn++) {
    const group = groups.get(VISIBILITIES[turn % VISIBILITIES.length]!);
    if (group === undefined) continue;
    const { target, rate, share } = group[Math.floor(turn / VISIBILITIES.length) % group.length]!;
    const operator = operators[chosen.length % operators.length]!;
    // Without the path of a Go package.
    const short = target.name.replace(/^.*\/(?=\w)/, '').replace(/[^\w]+/g, '_');
    const id = `${server.name}-${operator}-${short}`;
    const often = taken.get(target.name) ?? 0;
    if (often >= 2 || !suits(operator, target) || chosen.some((c) => c.id === id)) {
      // This operator waits for a function that suits it, unless none comes along for a while.
      if (turn % 7 === 6) operators.push(operators.splice(chosen.length % operators.length, 1)[0]!);
      continue;
    }
    taken.set(target.name, often + 1);
    chosen.push({
      id,
      symbol: target.symbol,
      function: target.name,
      fault: strength(operator, rate, server.concurrent, rng),
      visibility: visibilityOf(share),
      share,
      rate,
    });
  }
  return chosen;
}

function eligible(program: Program, survey: Survey): Target[] {
  const names = new Map<string, number>();
  for (const f of program.targets) names.set(f.name, (names.get(f.name) ?? 0) + 1);
  const { calls, functions } = survey.learned.usual;
  return program.targets.flatMap((target) => {
    const rate = survey.called[target.symbol]?.rate ?? 0;
    const share = (functions[target.name]?.calls ?? 0) / Math.max(1, calls);
    const left =
      rate < CALLED_ENOUGH ||
      share > ROOT_SHARE ||
      target.noReturn ||
      target.name === 'main' ||
      // In Rust these are one function for different types, or its closures.
      (names.get(target.name)! > 1 && !target.rust) ||
      LEFT_OUT.test(target.name);
    return left ? [] : [{ target, rate, share }];
  });
}

/** Each operator that suits any function, in turn, in an order of the seed's; contention only where there is somebody to contend with. */
function operatorOrder(server: Server, program: Program, rng: Rng): Operator[] {
  const suitable = (o: Operator) => program.targets.some((target) => suits(o, target));
  const common: Operator[] = [
    'compute',
    'sleep',
    'skip',
    'error',
    ...(server.concurrent ? ['serialize' as const] : []),
  ];
  const fitting = OPERATORS.filter((o) => o !== 'serialize' || server.concurrent);
  return rng.shuffled([...fitting, ...common].filter(suitable));
}
