/**
 * The default method: independent detectors look at the window, and what they find odd is attributed to functions by decoded calling
 * context (docs/accuracy.md tells how, docs/accuracy-history.md what was tried). Pure; linear in the rows of the trace.
 */
import type { MethodInput, MethodOutcome, RankedFunction } from '../method.js';
import { blame } from './ranking/blame.js';
import { ContextTree } from './ranking/context-tree.js';
import { type Told, evidenceOf } from './ranking/evidence.js';
import { fuse } from './ranking/fuse.js';
import { inferred } from './ranking/inferred.js';
import { inferredFunction } from './ranking/inferred-evidence.js';
import { massesOf } from './ranking/masses.js';
import { blocked } from './detectors/blocked.js';
import { busy } from './detectors/busy.js';
import { environment } from './environment/environment.js';
import type { Detector, DetectorInput, Finding } from './finding.js';
import { leak } from './detectors/leak.js';
import { longRows } from './detectors/long.js';
import { loop } from './detectors/loop.js';
import { type Onset, findOnset, unexplainedChange } from './scene/onset.js';
import { rate } from './detectors/rate.js';
import { growthAt } from './scene/load.js';
import { sluggish } from './detectors/sluggish.js';
import { unit, unitsOf } from './detectors/unit.js';
import { unlike } from './detectors/unlike.js';
import { type Cells, type Scene, cellsOf, sceneOf } from './scene/scene.js';
import { type Steps, stepsOf } from './scene/steps.js';
import { FEWEST_CALLS, isOlder, judge } from './verdict.js';
import { withoutSignalReturns } from '../../trace/without-signal-returns.js';

const DETECTORS: readonly Detector[] = [rate, unlike, loop, sluggish, busy, blocked, leak];

/** Suspects with less than this share of the first one's score are noise. */
const LEAST_SCORE = 0.02;
/** Each is compared with all others, and nobody reads more. */
const MOST_SUSPECTS = 1000;
/** Sums of the same weights in another order differ by no more. */
const ROUNDING = 1e-9;

export function fusedMethod(given: MethodInput): MethodOutcome {
  const { parameters, signatures } = given;
  const input = { ...given, trace: withoutSignalReturns(given.trace) };
  const scene = sceneOf(input);
  const onset = findOnset(scene, parameters.onsetEarlier);
  const cells = cellsOf(scene, onset.ns);
  const passed = unitsOf({ ...scene, parameters });
  const steps = stepsOf(scene, cells, onset.ns);
  const shown: DetectorInput = { scene, cells, onset, long: longRows(scene, onset.ns, passed), steps, parameters };
  const odd = unit(shown, passed);
  const found = DETECTORS.map((detect) => detect(shown));
  const findings = consequencesLeftOut([...found, odd.finding]);
  const { units } = odd;
  const outside = environment(scene, cells, onset.ns, findings, parameters.slowFactor);
  const { dispersion } = signatures.model;
  const calls = scene.endRow - scene.firstRow;
  const growth = growthAt(scene, onset.ns);
  const change = unexplainedChange(scene, onset, growth);
  const { events: learned } = signatures.learned;
  const evidence = { onset, change, findings, outside, dispersion, growth, calls, learned };
  const older = isOlder(evidence);
  const ranked = rankedFunctions(input, scene, cells, older ? { ...onset, strength: 0 } : onset, steps, findings);
  // Without functions to name, that none is named says nothing.
  const judged = judge(evidence, ranked.length > 0 || signatures.functions.length === 0);
  const begins = judged.verdict === 'bug' || (judged.verdict === 'inconclusive' && calls >= FEWEST_CALLS);
  const began = judged.externalResource !== null || (begins && !older);
  return { units, clusters: [], onset: began ? onset.ns / 1e9 : null, ranked, ...judged };
}

function rankedFunctions(
  input: MethodInput,
  scene: Scene,
  cells: Cells,
  onset: Onset,
  steps: Steps,
  findings: readonly Finding[],
): RankedFunction[] {
  const { callGraph, signatures, parameters } = input;
  const { functions, model } = signatures;
  const speaking = findings.filter((f) => f.strength > 0);
  const tree = new ContextTree(model, functions.length);
  const blamed = blame(tree, cells, calmCalls(cells, findings), speaking, parameters);
  const masses = massesOf(scene, cells, onset, steps, tree);
  const byFindings = new Float64Array(functions.length);
  for (const { fn, score } of blamed) byFindings[fn] = score;
  const scores = fuse(masses, byFindings, aboutCallsAndTime(findings.filter((f) => f.alarming)));
  const blamedOf = new Map(blamed.map((b) => [b.fn, b]));
  const most = scores.reduce((max, score) => Math.max(max, score), 0);
  const nothing = speaking.map(() => 0);
  const suspects = Array.from(scores.keys())
    .filter((f) => scores[f]! > 0 && scores[f]! >= LEAST_SCORE * most)
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, MOST_SUSPECTS)
    .sort((a, b) => a - b)
    .map((f): Suspected => {
      const coverage = [...(blamedOf.get(f)?.coverage ?? nothing), ...masses.map(({ share }) => share[f]!)];
      return { fn: f, score: scores[f]!, coverage, usual: tree.learnedShares()[f]! };
    });
  const ranked = suspects.map((s): RankedFunction => ({
    function: s.fn,
    name: functions[s.fn]!.name,
    score: s.score,
    confidence: confidence(s, suspects),
    callPath: tree.pathAbove(s.fn).map((f) => functions[f]!.name),
    evidence: [],
    inferred: false,
  }));
  const joined =
    callGraph === undefined ? [] : inferred(callGraph, scene, cells, signatures, speaking, blamed, parameters);
  for (const found of joined) {
    // As far below the function it is inferred from as the findings see it.
    const source = found.source ?? blamed[0];
    const score =
      source === undefined ? found.score : (scores[source.fn]! * found.score) / Math.max(source.score, found.score);
    if (score > 0 && score >= LEAST_SCORE * most) ranked.push(inferredFunction({ ...found, score }, scene, most));
  }
  ranked.sort((a, b) => b.score - a.score || a.function - b.function);
  const spoken: Told[] = [
    ...speaking,
    ...masses.map(({ detector, items, weight }) => ({ detector, items, strength: weight })),
  ];
  const byFunction = new Map(suspects.map((s) => [s.fn, s]));
  return ranked.map((found, place) => {
    const suspect = byFunction.get(found.function);
    if (suspect === undefined || place >= (input.told ?? Infinity)) return found;
    return {
      ...found,
      evidence: evidenceOf(scene, cells, spoken, suspect, tree),
      alike: alike(suspect, suspects).map((f) => functions[f]!.name),
    };
  });
}

/** Descriptors left open change the order of calls as well: what is odd about calls and time is then their consequence. */
function aboutCallsAndTime(alarms: readonly Finding[]): number {
  return alarms.some((f) => f.detector === 'leak') ? 0.25 : 1;
}

/** A function with some evidence against it: `coverage` by each finding and mass. */
interface Suspected {
  readonly fn: number;
  readonly score: number;
  readonly coverage: readonly number[];
  readonly usual: number;
}

/** Where threads are stuck, what they should have closed stays open: that is a consequence, not a leak. */
function consequencesLeftOut(findings: readonly Finding[]): Finding[] {
  const stuck = findings.some((f) => f.alarming && (f.detector === 'blocked' || f.detector === 'busy'));
  return findings.filter((f) => !(stuck && f.detector === 'leak'));
}

/** Per cell: calls of the window that no detector marked. */
function calmCalls(cells: Cells, findings: readonly Finding[]): Uint32Array {
  const calm = cells.calls.slice();
  for (const { marks, strength } of findings)
    if (strength > 0) for (const m of marks) if (m.on === 'context') calm[m.cell] = 0;
  return calm;
}

/** Functions with the same evidence for and against them: learning and window never show the one without the other. */
function alike({ fn, coverage, usual }: Suspected, all: readonly Suspected[]): number[] {
  const same = (a: number, b: number) => Math.abs(a - b) <= ROUNDING * Math.max(a, b);
  return all
    .filter((b) => b.fn !== fn && same(b.usual, usual) && b.coverage.every((c, d) => same(c, coverage[d]!)))
    .map((b) => b.fn);
}

/**
 * Its part of the scores of all, each raised to this power, and of one more: it may be a function that is not among them, as if that had
 * this score. Both are calibrated on real and injected bugs (docs/accuracy.md has the table).
 */
const SURENESS = 2;
const SOMEBODY_ELSE = 2;
function confidence({ score }: Suspected, all: readonly Suspected[]): number {
  const sum = all.reduce((total, s) => total + s.score ** SURENESS, SOMEBODY_ELSE ** SURENESS);
  return score ** SURENESS / sum;
}
