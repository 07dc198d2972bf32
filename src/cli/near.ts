/** "Did you mean ...?": the word that the fewest slips of a finger turn into the one given. */

/** More slips than this, and it is another word; short words bear fewer. */
const MOST_SLIPS = 3;

export function nearest(given: string, words: Iterable<string>): string | null {
  const most = Math.min(MOST_SLIPS, Math.max(1, Math.floor(given.length / 3)));
  let best: string | null = null;
  let fewest = most + 1;
  for (const word of words) {
    const slips = distance(given, word);
    if (slips < fewest) [best, fewest] = [word, slips];
  }
  return best;
}

/** Letters left out, put in, exchanged, and neighbours swapped (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
