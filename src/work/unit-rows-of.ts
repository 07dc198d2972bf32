/** Lists the units of a window with what makes them odd; the units and marks are the detector's own. O(rows). Pure. */
import { type OddUnits, oddUnits } from '../methods/fused/detectors/unit.js';
import type { MethodInput } from '../methods/method.js';
import { rowsByThread } from '../trace/table.js';
import { unitTable } from '../units/unit-table.js';
import { unitLengths } from './unit-lengths.js';
import type { UnitRows } from './unit-rows.js';

/** More rows than this are no longer a document. */
export const MOST_UNITS = 500_000;

export function unitRowsOf(input: MethodInput, most = MOST_UNITS): UnitRows {
  const { trace, toNs } = input;
  const found = oddUnits(input);
  const { units, members, clusters, marks } = found;
  const kindOf = new Uint32Array(units.length);
  const markOf = new Uint8Array(units.length);
  for (let c = 0; c + 1 < clusters.length; c++)
    for (let m = clusters[c]!; m < clusters[c + 1]!; m++) {
      kindOf[members[m]!] = c;
      markOf[members[m]!] = marks[m]!;
    }
  const odd = markOf.reduce((n, mark) => n + (mark === 0 ? 0 : 1), 0);
  // Of the others so many that the whole list is no longer than it may be.
  const share = Math.min(1, Math.max(0, most - odd) / Math.max(1, units.length - odd));
  const kept: number[] = [];
  for (let u = 0, like = 0; u < units.length; u++) {
    if (markOf[u] !== 0) kept.push(u);
    else if (Math.floor(like * share) < Math.floor(++like * share)) kept.push(u);
  }
  const { start, thread } = trace.columns;
  const rows = rowsByThread(trace);
  const lengths = trace.hasDurations ? unitLengths(trace, units, rows, unitTable(units, thread, rows), toNs) : null;
  const threadOf = (u: number) => trace.threads[thread[units.first[u]!]!]!;
  return {
    tid: kept.map((u) => threadOf(u).tid),
    pid: kept.map((u) => threadOf(u).pid),
    begin: kept.map((u) => start[units.first[u]!]! / 1e9),
    seconds: lengths === null ? null : kept.map((u) => Math.round(lengths[u]!) / 1e9),
    calls: kept.map((u) => units.calls[u]!),
    kind: kept.map((u) => kindOf[u]!),
    abnormal: kept.map((u) => markOf[u]!),
    kinds: kindNames(trace.calls, found),
    left: units.length - kept.length,
  };
}

function kindNames(calls: readonly string[], { appearances, members, clusters }: OddUnits): string[] {
  const { words, bits, of } = appearances;
  return Array.from({ length: clusters.length - 1 }, (_, c) => {
    const own = members.subarray(clusters[c]!, clusters[c + 1]!);
    const issue = new Uint32Array(calls.length);
    for (const u of own)
      for (let w = 0; w < words; w++)
        for (let left = bits[of[u]! * words + w]!; left !== 0; left &= left - 1)
          issue[32 * w + 31 - Math.clz32(left & -left)]!++;
    return calls.filter((_, call) => issue[call]! > own.length / 2).join(', ');
  });
}
