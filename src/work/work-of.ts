/** Puts the section `work` of a window together. Pure; a few passes over the rows, so it is made only where a report needs it. */
import { unitsOf } from '../methods/fused/detectors/unit.js';
import { sceneOf } from '../methods/fused/scene/scene.js';
import type { MethodInput } from '../methods/method.js';
import { cellAt, gridOf } from '../timeline/cells.js';
import { rowsByThread } from '../trace/table.js';
import { unitTable } from '../units/unit-table.js';
import { frequentEpisodes } from './frequent-episodes.js';
import { unitLengths } from './unit-lengths.js';
import type { Work, WorkKind } from './work.js';

/** Cells that intervals are made of; shorter ones would part what belongs together. */
export const CELLS = 40;
/** Kinds that are told: the others have few units. */
const KINDS = 200;

export function workOf(input: MethodInput): Work {
  const { fromNs, toNs } = input;
  return {
    from: fromNs / 1e9,
    to: toNs / 1e9,
    cells: CELLS,
    ...kindsOf(input),
    episodes: frequentEpisodes(sceneOf(input)),
  };
}

function kindsOf(input: MethodInput): Pick<Work, 'kinds' | 'moreUnits'> {
  const { trace } = input;
  const { units, appearances } = unitsOf(input);
  const grid = gridOf(input, CELLS);
  const { start } = trace.columns;
  const largest = Array.from({ length: appearances.length }, (_, v) => v)
    .sort((a, b) => appearances.units[b]! - appearances.units[a]! || a - b)
    .slice(0, KINDS);
  const place = new Int32Array(appearances.length).fill(-1);
  largest.forEach((v, k) => (place[v] = k));
  const counts = new Uint32Array(largest.length * CELLS);
  const issued = new Float64Array(largest.length * CELLS);
  const ns = new Float64Array(largest.length * CELLS);
  const rows = rowsByThread(trace);
  const table = unitTable(units, trace.columns.thread, rows);
  const lengths = trace.hasDurations ? unitLengths(trace, units, rows, table, input.toNs) : null;
  let moreUnits = 0;
  for (let u = 0; u < units.length; u++) {
    const k = place[appearances.of[u]!]!;
    if (k < 0) {
      moreUnits++;
      continue;
    }
    const at = k * CELLS + cellAt(grid, start[units.first[u]!]!);
    counts[at]!++;
    issued[at]! += units.calls[u]!;
    if (lengths !== null) ns[at]! += lengths[u]!;
  }
  const kinds = largest.map((v, k): WorkKind => {
    const own = [k * CELLS, (k + 1) * CELLS] as const;
    return {
      calls: callsOf(trace.calls, appearances.bits.subarray(v * appearances.words, (v + 1) * appearances.words)),
      units: [...counts.subarray(...own)],
      issued: [...issued.subarray(...own)],
      seconds: lengths === null ? null : Array.from(ns.subarray(...own), (n) => Math.round(n) / 1e9),
    };
  });
  return { kinds, moreUnits };
}

function callsOf(names: readonly string[], bits: Uint32Array): string[] {
  return names.filter((_, call) => ((bits[call >>> 5]! >>> (call & 31)) & 1) === 1);
}
