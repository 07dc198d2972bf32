/**
 * The gates of `regress`: how much worse than the baseline a run may be. Each is an option (`--max-worse-ranks`), an
 * environment variable (PERFSCOPE_MAX_WORSE_RANKS) and a key of the config file (`maxWorseRanks`). Pure.
 */
import type { Changes } from './changes.js';

export interface GateSpec {
  readonly default: number;
  readonly unit: string;
  /** What is counted, one sentence. */
  readonly what: string;
  readonly reason: string;
}

export const REGRESS_GATES = {
  worseRanks: {
    default: 0,
    unit: 'cases',
    what: 'Cases whose root, related or path rank is worse than in the baseline.',
    reason: 'An analysis gives the same ranks every time.',
  },
  worseVerdicts: {
    default: 0,
    unit: 'cases',
    what: 'Cases whose verdict or resource was right, or whose healthy prefix was quiet, and is no more.',
    reason: 'As above.',
  },
  newFailures: {
    default: 0,
    unit: 'cases',
    what: 'Cases that fail now and did not.',
    reason: 'A crash on one case is a defect whatever the totals say.',
  },
  missingCases: {
    default: 0,
    unit: 'cases',
    what: 'Cases and methods of the baseline that were not run, although no --case was given.',
    reason: 'A bug set that shrinks unnoticed makes every other gate weaker.',
  },
  lostTop: {
    default: 0,
    unit: 'cases',
    what: 'Fall of any top-1, top-3 or top-5 total (related, root or path).',
    reason: 'Matters where maxWorseRanks allows some cases to lose.',
  },
  lostMrr: {
    default: 0.01,
    unit: 'MRR',
    what: 'Fall of the mean reciprocal rank of related functions.',
    reason: 'As above; in a set of 20 cases, one that falls from the 4th place to the 5th costs 0.0025.',
  },
  caseTime: {
    default: 1.6,
    unit: 'times',
    what: 'Processor time of a part (learn, read, a method) of one case, against the baseline.',
    reason: 'Catches twice the time; one measurement of the same code is up to 1.5 times another (docs/nightly.md).',
  },
  totalTime: {
    default: 1.3,
    unit: 'times',
    what: 'The same, summed over all cases.',
    reason: 'Sums are steadier; parts too short to be judged in one case are judged here.',
  },
  caseMemory: {
    default: 1.4,
    unit: 'times',
    what: 'Largest memory of one case, against the baseline.',
    reason:
      'Garbage collection comes sooner or later: up to 1.23 times between runs of the same code (docs/nightly.md).',
  },
  totalMemory: {
    default: 1.2,
    unit: 'times',
    what: 'The same, summed over all cases.',
    reason: 'Sums are steadier.',
  },
} as const satisfies Record<string, GateSpec>;

export type GateName = keyof typeof REGRESS_GATES;
export type GateLimits = { readonly [Name in GateName]: number };

export const DEFAULT_LIMITS = Object.fromEntries(
  Object.entries(REGRESS_GATES).map(([name, spec]) => [name, spec.default]),
) as unknown as GateLimits;

export interface GateResult {
  readonly name: GateName | 'total';
  /** The condition in words: "worseRanks <= 0". */
  readonly condition: string;
  readonly value: number;
  readonly crossed: boolean;
  /** Who crossed it: "fused redis-849: related rank 1 -> 3". Empty when it holds. */
  readonly reasons: readonly string[];
}

/** Every gate, crossed or not, in the order of the list. */
export function judge(changes: Changes, limits: GateLimits): GateResult[] {
  return (Object.keys(REGRESS_GATES) as GateName[]).map((name) => {
    const limit = limits[name];
    const found = changes[name];
    // What is counted is counted; of all else the largest decides.
    const counted = REGRESS_GATES[name].unit === 'cases' && name !== 'lostTop';
    const value = counted ? found.length : found.reduce((most, f) => Math.max(most, f.value), 0);
    const crossed = value > limit;
    const guilty = counted ? found : found.filter((f) => f.value > limit).sort((a, b) => b.value - a.value);
    const reasons = crossed ? guilty.map((f) => f.text) : [];
    return { name, condition: `${name} <= ${limit}`, value, crossed, reasons };
  });
}
