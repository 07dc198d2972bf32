/**
 * The work of one window against that of another: kinds of units whose rate or length changed, and episodes that are new or gone. Pure.
 *
 * Kinds are matched by what they do: the units of both windows are clustered together, by the calls that they are made of, as an analysis
 * clusters those of one. Intervals are of how much the cells of each window vary (ratios.ts), and as wide as so many factors ask for.
 */
import type { Part } from '../evaluate/bootstrap.js';
import { type ClusteringOptions, clusterAppearances } from '../outliers/clustering.js';
import { type ComparedEpisodes, comparedEpisodes } from './compared-episodes.js';
import { type Ratio, mayBeChance, ratioOfMeans } from './ratios.js';
import type { Work, WorkKind } from './work.js';

export interface ComparedWork {
  /** Seconds of the windows. */
  readonly seconds: { readonly before: number; readonly after: number };
  /** Kinds that changed, those first whose share of the threads' time or of the calls moved most. */
  readonly kinds: readonly KindChange[];
  /** Kinds that changed but are not listed, and those that did not change. */
  readonly moreKinds: number;
  readonly unchanged: number;
  /** Units of kinds that are too rare to be told in the windows' own documents. */
  readonly leftOut: { readonly before: number; readonly after: number };
  readonly episodes: ComparedEpisodes;
}

export interface KindChange {
  /** Calls that more than half of its units issue. */
  readonly calls: readonly string[];
  readonly state: 'new' | 'gone' | 'changed';
  readonly before: KindFigures;
  readonly after: KindFigures;
  /** Units a second, after by before, with an interval; of those that do not hold 1, 95 in 100 are right. */
  readonly rate: Ratio | null;
  /** Mean length of a unit likewise; null where one side has too few, or no durations. */
  readonly length: Ratio | null;
  /** Mean calls of a unit likewise: a loop inside of one changes neither of the others. */
  readonly issued: Ratio | null;
}

export interface KindFigures {
  readonly units: number;
  readonly perSecond: number;
  /** Mean seconds of a unit; null where there is none, or no durations. */
  readonly meanSeconds: number | null;
  /** Mean calls of a unit; null where there is none. */
  readonly meanCalls: number | null;
  /** Threads that are at such work at a time; null without durations. */
  readonly threads: number | null;
}

/** Less is no change worth a line, however sure. */
const LEAST_FACTOR = 1.25;
/** Fewer units, in both windows together, tell nothing. */
const FEWEST = 5;
const TOLD = 40;
/** Factors of a kind: how often, how long, how many calls. */
const MEASURES = 3;

export function comparedWork(before: Work, after: Work, options: ClusteringOptions): ComparedWork {
  const seconds = { before: before.to - before.from, after: after.to - after.from };
  const kinds = joined(before, after, options)
    .map((kind) => ({ kind, sides: { before: side(kind.before, before), after: side(kind.after, after) } }))
    .filter(({ sides }) => sides.before.figures.units + sides.after.figures.units >= FEWEST);
  const share = seconds.before / (seconds.before + seconds.after);
  const { all, factors } = judged(kinds, share);
  const weight = movedOf(all);
  const changed = all
    .filter((kind) => changesIn(kind, share, factors) > 0)
    .sort((a, b) => weight(b) - weight(a) || (text(a) < text(b) ? -1 : 1));
  return {
    seconds,
    kinds: changed.slice(0, TOLD),
    moreKinds: Math.max(0, changed.length - TOLD),
    unchanged: all.length - changed.length,
    leftOut: { before: before.moreUnits, after: after.moreUnits },
    episodes: comparedEpisodes(before.episodes, after.episodes),
  };
}

interface Joined {
  readonly before: readonly WorkKind[];
  readonly after: readonly WorkKind[];
}

/** Kinds of both windows that do the same. */
function joined(before: Work, after: Work, options: ClusteringOptions): Joined[] {
  const kinds = [...before.kinds, ...after.kinds];
  const numbers = new Map<string, number>();
  for (const { calls } of kinds) for (const call of calls) if (!numbers.has(call)) numbers.set(call, numbers.size);
  const words = Math.max(1, (numbers.size + 31) >>> 5);
  // One vector for what both have: clustering is of distinct ones.
  const vectors = new Map<string, { bits: Uint32Array; before: WorkKind[]; after: WorkKind[]; units: number }>();
  kinds.forEach((kind, k) => {
    const bits = new Uint32Array(words);
    for (const call of kind.calls) bits[numbers.get(call)! >>> 5]! |= 1 << (numbers.get(call)! & 31);
    const key = bits.join();
    const vector = vectors.get(key) ?? { bits, before: [], after: [], units: 0 };
    vectors.set(key, vector);
    (k < before.kinds.length ? vector.before : vector.after).push(kind);
    vector.units += sum(kind.units);
  });
  const list = [...vectors.values()];
  const bits = new Uint32Array(list.length * words);
  list.forEach((v, k) => bits.set(v.bits, k * words));
  const units = Uint32Array.from(list, (v) => v.units);
  const clusters = clusterAppearances({ length: list.length, of: new Uint32Array(0), units, words, bits }, options);
  const out = Array.from({ length: clusters.length }, () => ({ before: [] as WorkKind[], after: [] as WorkKind[] }));
  list.forEach((v, k) => {
    const kind = out[clusters.of[k]!]!;
    for (const one of v.before) kind.before.push(one);
    for (const one of v.after) kind.after.push(one);
  });
  return out;
}

type Side = ReturnType<typeof side>;
interface Pair {
  readonly kind: Joined;
  readonly sides: { readonly before: Side; readonly after: Side };
}

/**
 * The kinds, with intervals as wide as it takes for so many factors of which so many are told: of those told one in twenty is
 * chance on average, and where nothing changed nineteen comparisons in twenty tell none (Y. Benjamini and Y. Hochberg, 1995; with
 * intervals, Y. Benjamini and D. Yekutieli, 2005).
 */
function judged(pairs: readonly Pair[], share: number): { all: KindChange[]; factors: number } {
  const most = pairs.length * MEASURES;
  for (let told = most; ;) {
    const factors = most / Math.max(1, told);
    const all = pairs.map(({ kind, sides }) => changeOf(kind, sides, factors));
    const found = told === 0 ? 0 : all.reduce((n, kind) => n + changesIn(kind, share, factors), 0);
    if (found === told) return { all, factors };
    told = found;
  }
}

/** How many of the factors of a kind are another. */
function changesIn({ rate, length, issued, before, after }: KindChange, share: number, factors: number): number {
  const rates = isFar(rate) && !mayBeChance(before.units, after.units, share, factors);
  return Number(rates) + Number(isFar(length)) + Number(isFar(issued));
}

function changeOf(kind: Joined, sides: Pair['sides'], factors: number): KindChange {
  const [b, a] = [sides.before.figures, sides.after.figures];
  return {
    calls: commonCalls([...kind.before, ...kind.after]),
    state: b.units === 0 ? 'new' : a.units === 0 ? 'gone' : 'changed',
    before: b,
    after: a,
    rate: ratioOfMeans(sides.before.rate, sides.after.rate, factors),
    length: ratioOfMeans(sides.before.length, sides.after.length, factors),
    issued: ratioOfMeans(sides.before.issued, sides.after.issued, factors),
  };
}

/** A kind in one window: figures, and its parts by cell. */
function side(kinds: readonly WorkKind[], { cells, from, to }: Work) {
  const seconds = to - from;
  const counts = Array.from({ length: cells }, (_, c) => sum(kinds.map((k) => k.units[c]!)));
  const timed = kinds.every((k) => k.seconds !== null);
  const lengths = counts.map((_, c) => sum(kinds.map((k) => k.seconds?.[c] ?? 0)));
  const units = sum(counts);
  const taken = sum(lengths);
  const calls = counts.map((_, c) => sum(kinds.map((k) => k.issued[c]!)));
  const figures: KindFigures = {
    units,
    perSecond: seconds > 0 ? units / seconds : 0,
    meanSeconds: timed && units > 0 ? taken / units : null,
    meanCalls: units > 0 ? sum(calls) / units : null,
    threads: timed && seconds > 0 ? taken / seconds : null,
  };
  // Half a unit more than was seen: of what never happened in one window there is a ratio then, too.
  const rate = counts.map((n): Part => ({ sum: n + 0.5 / cells, of: seconds / cells }));
  const length = timed ? counts.map((n, c): Part => ({ sum: lengths[c]!, of: n })) : [];
  const issued = counts.map((n, c): Part => ({ sum: calls[c]!, of: n }));
  return { figures, rate, length, issued };
}

function commonCalls(kinds: readonly WorkKind[]): string[] {
  const weights = new Map<string, number>();
  const all = sum(kinds.map((k) => sum(k.units)));
  for (const kind of kinds)
    for (const call of kind.calls) weights.set(call, (weights.get(call) ?? 0) + sum(kind.units));
  return [...weights].filter(([, n]) => n > all / 2).map(([call]) => call);
}

/** Surely another, and by more than a little. */
export function isFar(ratio: Ratio | null): boolean {
  if (ratio === null) return false;
  return ratio.ratio > 1
    ? ratio.low > 1 && ratio.ratio >= LEAST_FACTOR
    : ratio.high < 1 && ratio.ratio <= 1 / LEAST_FACTOR;
}

/** By how much a kind's part of all threads' time in units moved, or its part of all calls, whichever moved more. */
function movedOf(all: readonly KindChange[]): (kind: KindChange) => number {
  const time = (f: KindFigures) => f.threads ?? 0;
  const calls = (f: KindFigures) => f.perSecond * (f.meanCalls ?? 0);
  const parts = [time, calls].map((amount) => {
    const whole = (side: 'before' | 'after') => sum(all.map((k) => amount(k[side]))) || 1;
    const [was, is] = [whole('before'), whole('after')];
    return ({ before, after }: KindChange) => Math.abs(amount(after) / is - amount(before) / was);
  });
  return (kind) => Math.max(...parts.map((part) => part(kind)));
}

const text = ({ calls }: KindChange) => calls.join();
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
