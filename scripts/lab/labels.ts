/** The truth of a case with a guilty function: what an analysis should find, and what that rests on. */
import type { Operator } from './operators.js';
import type { Incident } from './record/incident.js';
import type { Screened } from './screen.js';
import { type StackSurvey, type StackedCall, surveyStacks } from './stacks.js';

export interface Labels {
  readonly category: string;
  readonly rootCauseFunctions: readonly string[];
  readonly callPathFunctions: readonly string[];
  readonly observableFunctions: readonly string[];
  /** Functions that are on more stacks than before, because of the fault. */
  readonly symptomFunctions: readonly string[];
  /** Calls of the oracle, and those with the root on their stack. */
  readonly oracleCalls: number;
  readonly rootOnOracle: number;
  readonly mostFrequent: string;
}

/** Faults in which the function's body is not run, or its result is not what it did: they show at its callers. */
const SHOWS_AT_CALLERS: readonly Operator[] = ['skip', 'error', 'fail-after'];
/** On more of the stacks of learning a function says nothing about where. */
const EVERYWHERE = 0.75;

export function labelsOf(
  screened: Screened,
  incident: Incident,
  oracle: readonly StackedCall[],
  learned: StackSurvey,
  /** Callers of a function that were seen at run time. */
  callersOf: (name: string) => readonly string[],
): Labels {
  const root = screened.function;
  const seen = surveyStacks([oracle]);
  const on = (name: string) => seen.functions[name]?.calls ?? 0;
  const perSecond = (count: number, survey: StackSurvey) => count / Math.max(survey.seconds, 0.5);
  /** How many more calls a second have the function on their stack than in learning; the load differs by up to 1.4. */
  const growth = (name: string) =>
    perSecond(on(name), seen) - 1.4 * perSecond(learned.functions[name]?.calls ?? 0, learned);

  const ownCallers = [...new Set([...incident.callers, ...screened.callers])];
  // The body that a fault runs has the patched entry for its caller, which is the same function.
  const callPath = pathTo(root, seen, learned, (name) =>
    name === root && ownCallers.length > 0 ? ownCallers : callersOf(name),
  ).filter((name) => name !== root);
  const observable =
    on(root) === 0 && SHOWS_AT_CALLERS.includes(screened.fault.operator)
      ? observableOf(
          callPath.filter((name) => share(name, learned) <= EVERYWHERE),
          on,
          growth,
          learned,
        )
      : [];
  const grown = Object.keys(seen.functions)
    .filter(
      (name) => name !== root && name !== 'main' && name !== '_start' && !observable.includes(name) && growth(name) > 5,
    )
    .sort((a, b) => growth(b) - growth(a));
  return {
    category: category(screened, incident),
    rootCauseFunctions: [root],
    callPathFunctions: callPath,
    observableFunctions: observable,
    symptomFunctions: grown.slice(0, 6),
    oracleCalls: oracle.length,
    rootOnOracle: on(root),
    mostFrequent: mostFrequent(oracle, seen.seconds),
  };
}

/**
 * The root's callers, innermost first: as on the oracle's stacks, or in learning. Where it is on neither, by the callers that patched
 * entries saw, up to the nearest function that is on stacks, and from there on as these say.
 */
function pathTo(
  root: string,
  seen: StackSurvey,
  learned: StackSurvey,
  callersOf: (name: string) => readonly string[],
): readonly string[] {
  const onStacks = (name: string) => seen.functions[name]?.path ?? learned.functions[name]?.path;
  const open: (readonly string[])[] = [[]];
  const met = new Set([root]);
  for (let at = 0; at < open.length; at++) {
    const chain = open[at]!;
    const last = chain.at(-1) ?? root;
    const known = onStacks(last);
    if (known !== undefined && (known.length > 0 || chain.length > 0)) return [...chain, ...known];
    for (const caller of callersOf(last)) {
      if (met.has(caller)) continue;
      met.add(caller);
      open.push([...chain, caller]);
    }
  }
  // No caller of a caller is on stacks: as far as can be seen.
  return open.at(-1)!;
}

/** The innermost two callers that are on more stacks than before; else the innermost that is on any. */
function observableOf(
  callers: readonly string[],
  on: (name: string) => number,
  growth: (name: string) => number,
  learned: StackSurvey,
): readonly string[] {
  const present = callers.filter((name) => on(name) > 0);
  const grown = present.filter((name) => growth(name) > 2);
  if (grown.length > 0) return grown.slice(0, 2);
  return present.length > 0 ? present.slice(0, 1) : callers.filter((name) => name in learned.functions).slice(0, 1);
}

function share(name: string, learned: StackSurvey): number {
  return (learned.functions[name]?.calls ?? 0) / Math.max(1, learned.calls);
}

/** By what the fault does, and by what was seen of it. */
function category({ fault, rate, hits }: Screened, incident: Incident): string {
  if (fault.operator === 'endless') return 'infinite-loop';
  if (fault.operator === 'serialize') return 'contention';
  if (incident.symptoms.includes('descriptors')) return 'leak';
  const failing = SHOWS_AT_CALLERS.includes(fault.operator);
  // Called over and over since it does not do its work: hits are of three seconds.
  if (failing && hits / 3 > 15 * rate + 200) return fault.operator === 'skip' ? 'infinite-loop' : 'retry-storm';
  const { clients } = incident.after;
  const healthyRate = incident.healthyEvents / Math.max(1, incident.healthySeconds);
  const stormy =
    (failing || fault.operator === 'repeat') && incident.anomalousEvents / incident.seconds > 3 * healthyRate;
  if (clients.rate < 0.05 * incident.before.clients.rate && !stormy) return 'hang';
  return stormy ? 'retry-storm' : 'slowdown';
}

function mostFrequent(oracle: readonly StackedCall[], seconds: number): string {
  const counts = new Map<string, number>();
  for (const { call, functions } of oracle) {
    const key = `${call} <- ${functions[0] ?? '?'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  return top.map(([key, n]) => `${key} ${Math.round(n / Math.max(seconds, 0.5))}/s`).join('; ');
}
