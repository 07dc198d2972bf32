/**
 * A clock made of the order of lines and of durations, for recordings without times. A call on one line is over when the next line begins; one
 * whose halves stand on two lines lasted from the one to the other. So each line has an earliest and a latest moment. The earliest ones alone
 * would not do: what all calls since then needed for their way to the next would show, at once, as one long pause before a line that is
 * tied. So the steadiest clock between the two tells what a step from line to line usually takes, and only what is more is a pause.
 */
import { tautString } from './taut-string.js';

/** How often bounds go from one half of a call to the other, and on: what is gained after that is little. */
const ROUNDS = 4;
/** A step that takes up to so many times as long as half of them is none of those in which anybody pauses. */
const USUAL = 2;

interface Halves {
  readonly from: number;
  readonly to: number;
  readonly ns: number;
}

export class LineClock {
  /** What the calls on one line took up to each line's end, ns. */
  private readonly inside: number[] = [0];
  /** In the order of their second lines. */
  private readonly halves: Halves[] = [];

  /** The next line: its number. */
  next(): number {
    return this.inside.push(this.inside.at(-1)!) - 1;
  }

  /** The call of this line took so long. */
  pass(ns: number): void {
    this.inside[this.inside.length - 1]! += ns;
  }

  /** A call lasted from a line to this one. */
  lasted(from: number, ns: number): void {
    this.halves.push({ from, to: this.inside.length - 1, ns });
  }

  /** When each line began, ns. O(lines). */
  moments(): Float64Array {
    const least = this.earliest();
    const string = tautString(least, this.latest(least));
    return withPauses(string, least).map((ns, line) => ns + (line === 0 ? 0 : this.inside[line - 1]!));
  }

  /** Like `latest`: without what the calls on the lines before took. */
  private earliest(): Float64Array {
    const least = new Float64Array(this.inside.length);
    const rise = () => {
      let next = 0;
      for (let line = 1; line < least.length; line++) {
        least[line] = Math.max(least[line]!, least[line - 1]!);
        for (; this.halves[next]?.to === line; next++) {
          const half = this.halves[next]!;
          least[line] = Math.max(least[line]!, least[half.from]! + this.between(half));
        }
      }
    };
    rise();
    for (let round = 1; round < ROUNDS; round++) {
      for (const half of this.halves)
        least[half.from] = Math.max(least[half.from]!, least[half.to]! - this.between(half));
      rise();
    }
    return least;
  }

  private latest(least: Float64Array): Float64Array {
    const most = new Float64Array(least.length).fill(least.at(-1)!);
    for (let round = 0; round < ROUNDS; round++) {
      for (const half of this.halves) most[half.to] = Math.min(most[half.to]!, most[half.from]! + this.between(half));
      let next = this.halves.length - 1;
      for (let line = most.length - 1; line > 0; line--) {
        for (; this.halves[next]?.to === line; next--) {
          const half = this.halves[next]!;
          most[half.from] = Math.min(most[half.from]!, most[line]! - this.between(half));
        }
        most[line - 1] = Math.min(most[line - 1]!, most[line]!);
      }
    }
    // Durations are rounded.
    return most.map((ns, line) => Math.max(ns, least[line]!));
  }

  /** Of a call on two lines, what the calls on the lines between do not account for, ns. */
  private between({ from, to, ns }: Halves): number {
    return ns - (this.inside[to - 1]! - this.inside[from]!);
  }
}

/** Where the steps of a straight stretch are longer than usual, the rest is a pause, at its end. */
function withPauses(string: Float64Array, least: Float64Array): Float64Array {
  const end = string.length - 1;
  const steps = Float64Array.from({ length: end }, (_, k) => string[k + 1]! - string[k]!);
  const usual = USUAL * (steps.slice().sort()[Math.floor(end / 2)] ?? 0);
  const found = string.slice();
  for (let from = 0, to = 0; from < end; from = to) {
    const step = steps[from]!;
    for (to = from + 1; to < end && Math.abs(steps[to]! - step) <= 1e-9 * step; to++);
    for (let line = from + 1; line < to && step > usual; line++)
      found[line] = Math.max(least[line]!, string[from]! + usual * (line - from));
  }
  return found;
}
