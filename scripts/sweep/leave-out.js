/**
 * Choosing values of parameters on all servers but one. A trial is `{ name, value, sets }`, where `sets` are the rows of each bug set
 * (rows of an evaluation, docs/evaluation.md) with that one parameter moved. Pure.
 */

/** Gains smaller than this are rounding. */
const ROUNDING = 1e-9;

/** What a case is worth: reciprocal rank or a right verdict, less a half for a false alarm on its healthy beginning. */
function merit(row) {
  const guilty = row.category !== 'external' && row.category !== 'none';
  const right = guilty ? (row.related === null ? 0 : 1 / row.related) : row.verdictRight ? 1 : 0;
  const alarm = row.healthyPrefixVerdict !== null && row.healthyPrefixVerdict !== 'none';
  return right - (alarm ? 0.5 : 0);
}

/** Sum over sets of the mean over the cases of all servers but `server`: a large set does not outvote a small one. */
function meritWithout(server, sets) {
  return sets.reduce((sum, rows) => {
    const others = rows.filter((r) => r.server !== server);
    return sum + others.reduce((s, r) => s + merit(r), 0) / Math.max(1, others.length);
  }, 0);
}

/** For each parameter the value that does best without `server`; parameters whose default does best are left out. */
export function chosenWithout(server, defaults, trials) {
  const best = new Map();
  const usual = meritWithout(server, defaults);
  for (const { name, value, sets } of trials) {
    const gain = meritWithout(server, sets) - usual;
    if (gain > Math.max(ROUNDING, best.get(name)?.gain ?? 0)) best.set(name, { value, gain });
  }
  return Object.fromEntries([...best].map(([name, { value }]) => [name, value]));
}

export function serversOf(sets) {
  return [...new Set(sets.flat().map((r) => r.server))].sort();
}
