/** The closed frequent episodes of a window, with a bound of what is not among them. O(rows looked at x longest episode). */
import { outcomesOf } from '../changes/episodes.js';
import { mineClosedEpisodes } from '../episodes/mine.js';
import type { Scene } from '../methods/fused/scene/scene.js';
import type { FrequentEpisodes } from './work.js';

/** Rows that are looked at: stretches of equal length, evenly over the window, where it has more. */
const STRETCHES = 8;
const ROWS_A_STRETCH = 60_000;
const LONGEST = 8;
/** Rarer than this part of the rows, or than so often, is not frequent. */
const LEAST_SHARE = 1e-4;
const FEWEST = 5;
/** Episodes that are listed. */
const MOST = 500;

export function frequentEpisodes(scene: Scene): FrequentEpisodes {
  const { texts, ofPlace } = outcomesOf(scene);
  const { symbols, offsets, seconds } = sequences(scene, ofPlace);
  const minSupport = Math.max(FEWEST, Math.ceil(LEAST_SHARE * symbols.length));
  const mined = mineClosedEpisodes(symbols, offsets, { minSupport, maxLength: LONGEST, maxGap: 0 });
  const order = Array.from({ length: mined.length }, (_, e) => e).sort(
    (a, b) => mined.support[b]! - mined.support[a]! || a - b,
  );
  const found = order.slice(0, MOST).map((e) => ({
    calls: Array.from(mined.symbols.subarray(mined.offsets[e]!, mined.offsets[e + 1]!), (s) => texts[s]!),
    count: mined.support[e]!,
  }));
  const next = order[MOST];
  const floor = next === undefined ? mined.minSupport - 1 : Math.max(mined.minSupport - 1, mined.support[next]!);
  return { seconds, floor, longest: LONGEST, found };
}

/** Calls of each thread in each stretch, one sequence each; and how long the stretches last. */
function sequences(scene: Scene, ofPlace: Uint32Array) {
  const { trace, places, firstRow, endRow, fromNs, toNs } = scene;
  const { thread, start } = trace.columns;
  const rows = endRow - firstRow;
  const whole = rows <= STRETCHES * ROWS_A_STRETCH;
  const stretches = whole ? 1 : STRETCHES;
  const size = whole ? rows : ROWS_A_STRETCH;
  const symbols = new Uint32Array(stretches * size);
  const offsets = [0];
  let ns = whole ? toNs - fromNs : 0;
  for (let s = 0, at = 0; s < stretches; s++) {
    const from = firstRow + (whole ? 0 : Math.floor((s * (rows - size)) / (STRETCHES - 1)));
    if (!whole) ns += start[from + size - 1]! - start[from]!;
    const counts = new Map<number, number>();
    for (let i = from; i < from + size; i++) counts.set(thread[i]!, (counts.get(thread[i]!) ?? 0) + 1);
    const next = new Map<number, number>();
    for (const [t, n] of counts) {
      next.set(t, at);
      offsets.push((at += n));
    }
    for (let i = from; i < from + size; i++) {
      const to = next.get(thread[i]!)!;
      symbols[to] = ofPlace[places.ofRow[i]!]!;
      next.set(thread[i]!, to + 1);
    }
  }
  return { symbols, offsets, seconds: ns / 1e9 };
}
