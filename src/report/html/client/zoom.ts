/** The stretch of the window that all charts show; they follow it, and each may change it. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export class Zoom {
  range: Range;
  private readonly followers: ((range: Range) => void)[] = [];

  constructor(
    readonly whole: Range,
    /** No stretch is shorter: there are no finer data. */
    private readonly least: number,
  ) {
    this.range = whole;
  }

  follow(follower: (range: Range) => void): void {
    this.followers.push(follower);
  }

  show({ from, to }: Range): void {
    const length = Math.min(this.whole.to - this.whole.from, Math.max(this.least, to - from));
    const middle = (from + to) / 2;
    const begin = Math.min(this.whole.to - length, Math.max(this.whole.from, middle - length / 2));
    if (begin === this.range.from && begin + length === this.range.to) return;
    this.range = { from: begin, to: begin + length };
    for (const follower of this.followers) follower(this.range);
  }

  /** Shows `by` times as long a stretch around the middle of this one. */
  scale(by: number): void {
    const { from, to } = this.range;
    const grown = ((to - from) * (by - 1)) / 2;
    this.show({ from: from - grown, to: to + grown });
  }

  /** Moves by a part of what is shown. */
  shift(by: number): void {
    const { from, to } = this.range;
    this.show({ from: from + by * (to - from), to: to + by * (to - from) });
  }
}
