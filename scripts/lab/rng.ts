/** Random numbers that a seed decides: mulberry32 over a hash of the seed's parts. */
export interface Rng {
  /** In [0, 1). */
  next(): number;
  between(low: number, high: number): number;
  /** A whole number in [0, n). */
  below(n: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** A key, in proportion to its weight. */
  weighted(weights: Readonly<Record<string, number>>): string;
  shuffled<T>(list: readonly T[]): T[];
  /** Exponentially distributed. */
  exponential(mean: number): number;
}

export function rngOf(...seed: readonly (string | number)[]): Rng {
  let state = hash(seed.join('\0'));
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    between: (low, high) => low + (high - low) * next(),
    chance: (share) => next() < share,
    pick: (from) => from[below(from.length)]!,
    exponential: (mean) => -mean * Math.log(1 - next()),
    weighted(weights) {
      const entries = Object.entries(weights);
      let left = next() * entries.reduce((sum, [, w]) => sum + w, 0);
      for (const [key, weight] of entries) if ((left -= weight) < 0) return key;
      return entries.at(-1)![0];
    },
    shuffled(list) {
      const out = [...list];
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [out[i], out[j]] = [out[j]!, out[i]!];
      }
      return out;
    },
  };
}

/** FNV-1a, 32 bit. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
