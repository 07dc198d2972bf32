/**
 * The default method: independent detectors look at the window, and what they find odd is attributed to functions by decoded calling
 * context (docs/accuracy.md tells what was tried and what it brought). Pure; linear in the rows of the trace.
 */
import type { MethodInput, MethodOutcome, RankedFunction } from '../method.js';
import { blame, type Blamed } from '../rank/blame.js';
import { evidenceOf } from '../rank/evidence.js';
import { inferred } from '../rank/inferred.js';
import { inferredFunction } from '../rank/inferred-evidence.js';
import type { Message } from '../result.js';
import { blocked } from './blocked.js';
import { busy } from './busy.js';
import { environment } from './environment.js';
import type { Detector, DetectorInput, Finding } from './finding.js';
import { leak } from './leak.js';
import { longRows } from './long.js';
import { loop } from './loop.js';
import { findOnset } from './onset.js';
import { rate } from './rate.js';
import { unit, unitsOf } from './unit.js';
import { unlike } from './unlike.js';
import { type Cells, type Scene, cellsOf, sceneOf } from './scene.js';

const DETECTORS: readonly Detector[] = [rate, unlike, loop, busy, blocked, leak];

/** Suspects with less than this share of the first one's score are noise. */
const LEAST_SCORE = 0.02;
/** Sums of the same weights in another order differ by no more. */
const ROUNDING = 1e-9;

export function fusedMethod(input: MethodInput): MethodOutcome {
  const { parameters } = input;
  const scene = sceneOf(input);
  const onset = findOnset(scene, parameters.onsetEarlier);
  const cells = cellsOf(scene, onset.ns);
  const passed = unitsOf({ ...scene, parameters });
  const shown: DetectorInput = { scene, cells, onset, long: longRows(scene, onset.ns, passed), parameters };
  const odd = unit(shown, passed);
  const found = DETECTORS.map((detect) => detect(shown));
  const findings = consequencesLeftOut([...found, odd.finding]);
  const { units } = odd;
  const outcome = { units, clusters: [], externalResource: null, ranked: [] };

  const outside = environment(scene, cells, onset.ns, findings, parameters.slowFactor);
  const at = onset.ns / 1e9;
  if (outside !== null) {
    return { ...outcome, verdict: 'external', externalResource: outside.resource, reasons: [outside.reason] };
  }
  const alarms = findings.filter((f) => f.alarming);
  if (alarms.length === 0) return { ...outcome, verdict: 'none', reasons: [{ code: 'nothing-odd', args: {} }] };
  const reasons = alarms.map((f): Message => ({ code: `alarm-${f.detector}`, args: { share: f.share, at } }));

  const speaking = findings.filter((f) => f.strength > 0);
  const blamed = blame(
    input.signatures.model,
    input.signatures.functions.length,
    cells,
    calmCalls(cells, findings),
    speaking,
    parameters,
  );
  const { callGraph, signatures } = input;
  const joined =
    callGraph === undefined ? [] : inferred(callGraph, scene, cells, signatures, speaking, blamed, parameters);
  const most = Math.max(blamed[0]?.score ?? 0, joined[0]?.score ?? 0);
  const kept = <T extends { readonly score: number }>(found: readonly T[]) =>
    found.filter(({ score }) => score > 0 && score >= LEAST_SCORE * most);
  const ranked = [
    ...kept(blamed).map((b) => ({
      ...rankedFunction(input, scene, cells, speaking, b, most),
      alike: alike(b, kept(blamed)).map((f) => signatures.functions[f]!.name),
    })),
    ...kept(joined).map((i) => inferredFunction(i, scene, most)),
  ];
  ranked.sort((a, b) => b.score - a.score);
  return {
    ...outcome,
    verdict: ranked.length === 0 ? 'inconclusive' : 'bug',
    reasons,
    ranked,
  };
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

function rankedFunction(
  input: MethodInput,
  scene: Scene,
  cells: Cells,
  findings: readonly Finding[],
  blamed: Blamed,
  most: number,
): RankedFunction {
  const { functions } = input.signatures;
  return {
    function: blamed.fn,
    name: functions[blamed.fn]!.name,
    score: blamed.score,
    confidence: confidence(blamed, findings, most),
    callPath: blamed.callPath.map((f) => functions[f]!.name),
    evidence: evidenceOf(scene, cells, findings, blamed, input.signatures.model),
    inferred: false,
  };
}

/** Functions with the same evidence for and against them: learning and window never show the one without the other. */
function alike({ fn, coverage, usual }: Blamed, all: readonly Blamed[]): number[] {
  const same = (a: number, b: number) => Math.abs(a - b) <= ROUNDING * Math.max(a, b);
  return all
    .filter((b) => b.fn !== fn && same(b.usual, usual) && b.coverage.every((c, d) => same(c, coverage[d]!)))
    .map((b) => b.fn);
}

/** How much of the odd is under the function, times its standing beside the first suspect. */
function confidence(blamed: Blamed, findings: readonly Finding[], most: number): number {
  const strength = findings.reduce((sum, f) => sum + f.strength, 0);
  const covered = findings.reduce((sum, f, d) => sum + f.strength * blamed.coverage[d]!, 0) / strength;
  return Math.min(1, covered) * (blamed.score / most);
}
