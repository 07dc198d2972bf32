/**
 * The odds that the program misbehaves in a window, where no detector alone raises an alarm: how much the mix of calls changes at the onset,
 * how long threads compute beyond what they ever did, and how many calls are beyond what load and learning explain, weighed by
 * logistic regression. The weights were fitted to windows of real and injected incidents, of healthy servers and of the healthy
 * beginnings of incidents; docs/accuracy.md has what they do on servers left out of the fit.
 */
import type { Finding } from './finding.js';
import type { Onset } from './scene/onset.js';

/** Weights of the logarithms, each with what is added before: far below it nothing differs. */
const CHANGE = { weight: 1.4, least: 10 };
const COMPUTING = { weight: 0.53, least: 0.01 };
const CALLS = { weight: 0.96, least: 0.005, most: 0.1 };
const BIAS = -0.68;

/** Probability, 0..1. */
export function oddsOfDefect(onset: Onset, findings: readonly Finding[]): number {
  const of = (detector: string) => findings.find((f) => f.detector === detector);
  const sum =
    CHANGE.weight * Math.log(onset.strength + CHANGE.least) +
    COMPUTING.weight * Math.log((of('busy')?.share ?? 0) + COMPUTING.least) +
    CALLS.weight * Math.log(Math.min(CALLS.most, of('rate')?.share ?? 0) + CALLS.least) +
    BIAS;
  return 1 / (1 + Math.exp(-sum));
}
