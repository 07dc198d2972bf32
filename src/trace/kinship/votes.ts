/** Pairs counted: a thousand processes have half as many, and each takes 60 bytes. Of more, those met first. */
const MOST_PAIRS = 2 ** 20;

/** What speaks for and against two groups of threads being one process: counts, by pair. */
export class Votes {
  private readonly counts = new Map<number, number>();

  /** `size`: how many groups there are, numbered from 0. */
  constructor(readonly size: number) {}

  add(a: number, b: number, votes = 1): void {
    if (a === b) return;
    const pair = this.key(a, b);
    const before = this.counts.get(pair);
    if (before === undefined && this.counts.size >= MOST_PAIRS) return;
    this.counts.set(pair, (before ?? 0) + votes);
  }

  of(a: number, b: number): number {
    return this.counts.get(this.key(a, b)) ?? 0;
  }

  /** All pairs that have votes, those with most first. */
  pairs(): { a: number; b: number; votes: number }[] {
    return [...this.counts]
      .map(([pair, votes]) => ({ a: Math.floor(pair / this.size), b: pair % this.size, votes }))
      .sort((x, y) => y.votes - x.votes || x.a - y.a || x.b - y.b);
  }

  private key(a: number, b: number): number {
    return Math.min(a, b) * this.size + Math.max(a, b);
  }
}
