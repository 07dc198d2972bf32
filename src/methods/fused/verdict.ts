/**
 * The verdict: whether the environment did it, else whether the program misbehaves, as odds: how much the mix of calls changes at the onset,
 * how many calls are beyond what load and learning explain, how long threads compute and wait beyond what they ever did, whether
 * descriptors are left open; all of it against how unsteady this server is while all is well, and how much of it a growing load may explain.
 * Logistic regression; the weights were fitted to windows of real and injected incidents, of healthy servers and of the healthy beginnings of incidents (docs/accuracy-history.md has
 * what they do on servers left out of the fit). Verdict and ranking are two answers: the one neither hides nor changes the other.
 */
import type { Message } from '../../result.js';
import type { MethodOutcome } from '../method.js';
import type { Outside } from './environment/outside.js';
import type { Finding } from './finding.js';
import type { Onset } from './scene/onset.js';

/** Weights of logarithms, each with what is added before: far below it nothing differs. */
const CHANGE = { weight: 1.79, least: 10 };
const SHARES = [
  { detector: 'rate', weight: 1.24, least: 0.005 },
  { detector: 'busy', weight: 2.61, least: 0.1 },
  { detector: 'blocked', weight: 0.79, least: 0.03 },
] as const;
/** Descriptors left open count as soon as they are alarming. */
const LEAK = 3.11;
/** Below this dispersion a server is as steady as chance has it; where it is not known, it is as most have it. */
const STEADY = { weight: -0.54, least: 0.5, usual: 2 };
/** More of all that a server does is what its clients ask of it. */
const GROWTH = -5;
const BIAS = 6.17;

export interface Window {
  readonly onset: Onset;
  /** At the onset, beyond what the load explains: votes (scene/onset.ts). */
  readonly change: number;
  readonly findings: readonly Finding[];
  /** Of learning (signatures/dispersion.ts). */
  readonly dispersion: number | undefined;
  /** Rate of the usual calls after the onset by that before (scene/load.ts). */
  readonly growth: number;
}

/** Probability, 0..1. */
export function oddsOfDefect({ change, findings, dispersion, growth }: Window): number {
  const of = (detector: string) => findings.find((f) => f.detector === detector);
  const sum =
    CHANGE.weight * Math.log(change + CHANGE.least) +
    SHARES.reduce((s, { detector, weight, least }) => s + weight * Math.log((of(detector)?.share ?? 0) + least), 0) +
    (of('leak')?.alarming === true ? LEAK : 0) +
    STEADY.weight * Math.log(Math.max(STEADY.least, dispersion ?? STEADY.usual)) +
    GROWTH * Math.log(Math.max(1, growth)) +
    BIAS;
  return 1 / (1 + Math.exp(-sum));
}

/** Three to two: who is called for a healthy server believes no alarm any more, and nobody is called for a sick one below it. */
const SURE = 0.6;
/** In fewer calls nothing that is not alarming by itself can be told from chance. */
export const FEWEST_CALLS = 30;

/** Detectors that need no healthy past in the window: where they alone speak, nothing is known to have begun in it. */
const FROM_THE_BEGINNING: ReadonlySet<string> = new Set(['unlike', 'loop', 'sluggish']);

export interface Evidence extends Window {
  readonly outside: Outside | null;
  /** Of the window. */
  readonly calls: number;
  /** Calls that were learned from. */
  readonly learned: number;
}

type Judged = Pick<MethodOutcome, 'verdict' | 'externalResource' | 'reasons' | 'odds'>;

/** A defect that is older than the window began at none of its moments, and changes nothing in it that odds could be made of. */
export function isOlder({ findings }: Pick<Evidence, 'findings'>): boolean {
  const alarms = findings.filter((f) => f.alarming);
  return alarms.length > 0 && alarms.every((f) => FROM_THE_BEGINNING.has(f.detector));
}

/** `named`: whether some function can be blamed, or there are none to name. */
export function judge(evidence: Evidence, named: boolean): Judged {
  const { onset, findings, outside, calls, learned } = evidence;
  const at = onset.ns / 1e9;
  const alarms = findings.filter((f) => f.alarming);
  const odds = oddsOfDefect(evidence);
  const older = alarms.some((f) => FROM_THE_BEGINNING.has(f.detector));
  const bug = older || odds >= SURE;
  if (outside !== null && (bug || outside.circumstantial !== true))
    return { verdict: 'external', externalResource: outside.resource, reasons: [outside.reason], odds: undefined };
  const reasons = alarms.map((f): Message => ({ code: `alarm-${f.detector}`, args: { share: f.share, at } }));
  if (!bug && alarms.length > 0) reasons.push({ code: 'no-odds', args: { odds } });
  if (alarms.length === 0) reasons.push(bug ? { code: 'odds', args: { odds, at } } : { code: 'nothing-odd', args: {} });
  const few = !bug && calls < FEWEST_CALLS;
  // What is odd against next to nothing is any work that begins.
  const unlearned = bug && !older && learned < FEWEST_CALLS;
  // Where an alarm decides against them, they are of something else.
  const told = !few && !unlearned && !(older && odds < SURE);
  if (few) reasons.push({ code: 'few-calls', args: { calls } });
  else if (unlearned) reasons.push({ code: 'few-learned', args: { calls: learned } });
  else if (told && odds > 1 - SURE && odds < SURE) reasons.push({ code: 'nearly-even', args: {} });
  return {
    verdict: few || unlearned || (bug && !named) ? 'inconclusive' : bug ? 'bug' : 'none',
    externalResource: null,
    reasons,
    odds: told ? odds : undefined,
  };
}
