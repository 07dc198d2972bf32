/**
 * Unlike anything learned: kinds of calls (a call after another) that make up far more of the window than of the learning runs.
 * It is what is left to go by where the trace began when the server was sick already: then the window has no earlier part to
 * compare with, and `rate` finds nothing. So it speaks only where the part before the onset is itself unlike learning.
 *
 * Kinds are seen without descriptor kinds and sides, which only some tracers tell. O(rows + contexts).
 */
import { previousOf } from '../../../context/previous.js';
import { BARE, grainsOf } from '../../../context/symbols.js';
import { NANOSECONDS_PER_SECOND } from '../../../trace/units-of-measure.js';
import { countPlaces, folded } from '../scene/counts.js';
import { type Counted, excess } from './excess.js';
import type { DetectorInput, Finding } from '../finding.js';
import { type Scene, lowerBound } from '../scene/scene.js';

/** Fewer calls are chance. */
const FEWEST = 4;

export function unlike({ scene, cells, onset, parameters }: DetectorInput): Finding {
  const pairs = pairsOf(scene);
  const oddShare = (kinds: readonly Counted[]) =>
    kinds.reduce((sum, c) => sum + c.odd * c.count, 0) /
    Math.max(
      1,
      kinds.reduce((sum, c) => sum + c.count, 0),
    );
  const silent: Finding = { detector: 'unlike', share: 0, strength: 0, alarming: false, marks: [], items: [] };
  const before = compare(scene, pairs, onset.ns, parameters.rateFactor);
  if (oddShare(before) < parameters.unlikeAlarm) return silent;
  const kinds = compare(scene, pairs, scene.toNs, parameters.rateFactor);
  if (oddShare(kinds) < parameters.unlikeAlarm) return silent;
  const found = excess('unlike', { kindOf: pairs.ofPlace, kinds, fromNs: scene.fromNs }, scene, cells, parameters);
  return { ...found, strength: Math.min(1, found.share), alarming: true };
}

interface Pairs {
  readonly ofPlace: Int32Array;
  readonly texts: readonly (readonly [string, string])[];
  /** Share of the learned calls; and the most in a second of learning. */
  readonly learned: Float64Array;
  readonly peaks: Float64Array;
}

function pairsOf(scene: Scene): Pairs {
  const { contexts, symbols, contextOf } = scene.places;
  const { decoder } = scene;
  const bare = symbols.map((s) => grainsOf(s)[BARE]!);
  const previous = previousOf(contexts, symbols);
  const numbers = new Map<string, number>();
  const texts: (readonly [string, string])[] = [];
  const ofContext = Uint32Array.from({ length: contexts.size }, (_, k) => {
    const [before, call] = [bare[previous[k]!]!, bare[contexts.symbol[k]!]!];
    const key = `${before} ${call}`;
    let n = numbers.get(key);
    if (n === undefined) numbers.set(key, (n = texts.push([before, call]) - 1));
    return n;
  });
  const number = (text: string) => decoder.texts[BARE]!.get(text) ?? -1;
  const learned = Float64Array.from(texts, ([before, call]) =>
    decoder.total === 0 ? 0 : decoder.bigram(BARE, number(before), number(call)) / decoder.total,
  );
  const peaks = Float64Array.from(texts, ([before, call]) => decoder.peak(BARE, number(before), number(call)));
  return { ofPlace: contextOf.map((k) => ofContext[k]!), texts, learned, peaks };
}

/** Counts pairs up to a moment, and how far they are beyond their share of learning. */
function compare(scene: Scene, { ofPlace, texts, learned, peaks }: Pairs, toNs: number, factor: number): Counted[] {
  const { places, firstRow, endRow } = scene;
  const end = Math.max(firstRow, Math.min(endRow, lowerBound(scene.trace, toNs)));
  const all = end - firstRow;
  const seconds = (toNs - scene.fromNs) / NANOSECONDS_PER_SECOND;
  const counts = folded(countPlaces(places, firstRow, end), ofPlace, texts.length);
  return texts.map((episode, k): Counted => {
    const count = counts[k]!;
    // A quiet server's shares are of few calls: rates are compared as well.
    const expected = Math.max(learned[k]! * all, peaks[k]! * seconds);
    const odd = count < FEWEST ? 0 : Math.max(0, 1 - (factor * (expected + 0.5)) / count);
    return { count, expected, odd, novel: odd > 0 && learned[k] === 0, episode };
  });
}
