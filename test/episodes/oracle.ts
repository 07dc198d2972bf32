/** Definitions of docs/episodes.md turned into the slowest possible code, to check the miners against. */
export interface Plain {
  readonly calls: readonly number[];
  readonly support: number;
}

/** Ends of the occurrences of `episode` in `sequence` that begin exactly at `start`. */
function endsFrom(sequence: readonly number[], start: number, episode: readonly number[], maxGap: number): number[] {
  if (sequence[start] !== episode[0]) return [];
  if (episode.length === 1) return [start];
  const ends: number[] = [];
  for (let next = start + 1; next <= start + 1 + maxGap && next < sequence.length; next++) {
    ends.push(...endsFrom(sequence, next, episode.slice(1), maxGap));
  }
  return ends;
}

/** Most pairwise non-overlapping occurrences, by trying everything from every position. */
export function support(sequence: readonly number[], episode: readonly number[], maxGap: number): number {
  const best: number[] = new Array<number>(sequence.length + 1).fill(0);
  for (let i = sequence.length - 1; i >= 0; i--) {
    best[i] = best[i + 1]!;
    for (const end of endsFrom(sequence, i, episode, maxGap)) best[i] = Math.max(best[i]!, 1 + best[end + 1]!);
  }
  return best[0]!;
}

export function occursIn(longer: readonly number[], episode: readonly number[], maxGap: number): boolean {
  return longer.some((_, start) => endsFrom(longer, start, episode, maxGap).length > 0);
}

/** Every closed frequent episode, by generating every sequence of calls. */
export function closedEpisodes(
  sequences: readonly (readonly number[])[],
  minSupport: number,
  maxLength: number,
  maxGap: number,
): Plain[] {
  const alphabet = [...new Set(sequences.flat())];
  const frequent: Plain[] = [];
  let candidates: number[][] = alphabet.map((call) => [call]);
  for (let length = 1; length <= maxLength; length++) {
    for (const calls of candidates) {
      const total = sequences.reduce((sum, sequence) => sum + support(sequence, calls, maxGap), 0);
      if (total >= minSupport) frequent.push({ calls, support: total });
    }
    candidates = candidates.flatMap((calls) => alphabet.map((call) => [...calls, call]));
  }
  return frequent.filter(
    (e) =>
      !frequent.some(
        (longer) =>
          longer.support === e.support &&
          longer.calls.length > e.calls.length &&
          occursIn(longer.calls, e.calls, maxGap),
      ),
  );
}
