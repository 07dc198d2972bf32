/**
 * Too many calls: kinds of calls (a call after another) that from the onset on are far more frequent than both the window's own
 * earlier part and learning lead one to expect. Novel kinds are the special case that nothing was expected.
 *
 * A growing load moves all kinds; a defect moves few. So what was expected is first scaled by the load factor, the weighted median
 * over kinds of how their rates grew. And a job runs once, while a defect goes on: kinds seen only for a moment count less.
 */
import type { DetectorInput, Finding, Item, Mark } from './finding.js';
import { ROWS_KEPT } from './finding.js';
import { OUTCOME, KIND } from '../context/symbols.js';
import type { Parameters } from '../parameters.js';
import type { Scene } from './scene.js';

/** Fewer calls are chance. */
const FEWEST = 4;
/** The part after the onset is looked at in so many slices. */
const SLICES = 40;
/** Share from which the detector has its full say. */
const FULL = 0.1;
/** Kinds with fewer calls before the onset say nothing about the load. */
const LOAD_CALLS = 10;

interface ClassCount {
  before: number;
  after: number;
  expected: number;
  /** Odd part of each call, 0..1. */
  odd: number;
  novel: boolean;
}

export function rate(input: DetectorInput): Finding {
  const { scene, cells, onset, parameters } = input;
  const counts = countClasses(scene, onset.ns, parameters);
  let after = 0;
  let excess = 0;
  for (const c of counts) {
    after += c.after;
    excess += c.odd * c.after;
  }
  const share = after === 0 ? 0 : excess / after;

  const { classOf, trace } = scene;
  const weight = counts.map((c) => (c.odd === 0 ? 0 : c.odd * Math.pow(c.odd * c.after, parameters.rateWeight - 1)));
  const onContext = new Map<number, number>();
  const onCallees = new Map<number, number>();
  const items = new Map<number, { rows: number[]; cells: Map<number, number> }>();
  const last = new Int32Array(trace.threads.length).fill(-1);
  for (let i = scene.firstRow; i < scene.endRow; i++) {
    const t = trace.columns.thread[i]!;
    const before = last[t]!;
    last[t] = i;
    const w = weight[classOf[i]!]!;
    if (w === 0 || trace.columns.start[i]! < onset.ns) continue;
    const cell = cells.ofRow[i]!;
    onContext.set(cell, (onContext.get(cell) ?? 0) + w);
    if (counts[classOf[i]!]!.novel && before >= 0) {
      const from = cells.ofRow[before]!;
      onCallees.set(from, (onCallees.get(from) ?? 0) + w * parameters.calleeWeight);
    }
    let item = items.get(classOf[i]!);
    if (item === undefined) items.set(classOf[i]!, (item = { rows: [], cells: new Map() }));
    if (item.rows.length < ROWS_KEPT) item.rows.push(i);
    item.cells.set(cell, (item.cells.get(cell) ?? 0) + 1);
  }
  const marks: Mark[] = [
    ...[...onContext].map(([cell, w]) => ({ cell, weight: w, on: 'context' as const })),
    ...[...onCallees].map(([cell, w]) => ({ cell, weight: w, on: 'callees' as const })),
  ];
  const told = [...items].map(([k, item]): Item => {
    const c = counts[k]!;
    const { before, call } = scene.classes[k]!;
    return {
      rows: item.rows,
      episode: [before, call],
      cells: [...item.cells].sort((a, b) => b[1] - a[1]).map(([cell]) => cell),
      weight: weight[k]! * c.after,
      count: c.after,
      expected: c.expected,
      code: c.expected < 1 ? 'never-before' : 'far-more-often',
      args: {},
    };
  });
  told.sort((a, b) => b.weight - a.weight || (a.episode.join() < b.episode.join() ? -1 : 1));
  return {
    detector: 'rate',
    share,
    strength: Math.min(1, share / FULL),
    alarming: share >= parameters.rateAlarm,
    marks,
    items: told,
  };
}

/** Counts of each class before and after the onset, and what was to be expected after it. */
function countClasses(scene: Scene, onsetNs: number, parameters: Parameters): ClassCount[] {
  const { trace, classOf, classes, decoder, fromNs, toNs } = scene;
  const { start } = trace.columns;
  const counts = classes.map((): ClassCount => ({ before: 0, after: 0, expected: 0, odd: 0, novel: false }));
  const seen = new Uint8Array(classes.length * SLICES);
  const [timeBefore, timeAfter] = [onsetNs - fromNs, toNs - onsetNs];
  let before = 0;
  for (let i = scene.firstRow; i < scene.endRow; i++) {
    const c = counts[classOf[i]!]!;
    if (start[i]! < onsetNs) {
      c.before++;
      before++;
    } else {
      c.after++;
      const slice = Math.min(SLICES - 1, Math.floor(((start[i]! - onsetNs) / timeAfter) * SLICES));
      seen[classOf[i]! * SLICES + slice] = 1;
    }
  }
  const load = Math.max(1, loadFactor(counts, timeBefore, timeAfter));
  const usual = (before / timeBefore) * timeAfter; // calls after the onset, had nothing changed
  const numbers = (grain: number) => decoder.texts[grain]!;
  counts.forEach((c, k) => {
    if (c.after < FEWEST) return;
    const { before: previous, call } = classes[k]!;
    const learned = decoder.bigram(OUTCOME, numbers(OUTCOME).get(previous) ?? -1, numbers(OUTCOME).get(call) ?? -1);
    const share = decoder.total === 0 ? 0 : learned / decoder.total;
    c.expected = load * Math.max((c.before / timeBefore) * timeAfter, share * usual);
    let slices = 0;
    for (let b = 0; b < SLICES; b++) slices += seen[k * SLICES + b]!;
    const lasting = Math.min(1, slices / SLICES / parameters.rateLasting) ** 2;
    c.odd = lasting * Math.max(0, 1 - (parameters.rateFactor * (c.expected + 0.5)) / c.after);
    const kind = [previous, call].map((text) => numbers(KIND).get(withoutOutcome(text)) ?? -1);
    c.novel = c.odd > 0 && decoder.bigram(KIND, kind[0]!, kind[1]!) === 0;
  });
  return counts;
}

/** Weighted median, over classes, of the rate after the onset by the rate before; weights: calls before. */
function loadFactor(counts: readonly ClassCount[], timeBefore: number, timeAfter: number): number {
  const steady = counts.filter((c) => c.before >= LOAD_CALLS);
  const growth = steady.map((c) => ({ factor: (c.after / timeAfter) * (timeBefore / c.before), weight: c.before }));
  growth.sort((a, b) => a.factor - b.factor);
  const half = growth.reduce((sum, g) => sum + g.weight, 0) / 2;
  let sum = 0;
  for (const g of growth) if ((sum += g.weight) >= half) return g.factor;
  return 1;
}

function withoutOutcome(text: string): string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : text.slice(0, equals);
}
