/**
 * A clock made of the order of lines and of durations, for recordings without times. A call on one line is over when the next line begins; one
 * whose halves stand on two lines lasted from the one to the other. So each line has an earliest and a latest moment. The earliest ones alone
 * would not do: what all calls since then needed for their way to the next would show, at once, as one long pause before a line that is
 * tied. So the steadiest clock between the two tells what a step from line to line usually takes, and only what is more is a pause. Where
 * lines show whole seconds, each lies within its own.
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
  /** What each line shows, ns since the first moment that any shows; NaN for nothing. */
  private readonly shown: number[] = [NaN];
  /** What the calls on one line took up to each line's end, ns. */
  private readonly inside: number[] = [0];
  /** The moment of the first line, ns; NaN while it is not settled. */
  private begins = NaN;
  /** In the order of their second lines. */
  private readonly halves: Halves[] = [];

  /** `stepNs`: what the times that lines show are multiples of; 0 where they show none. */
  constructor(private readonly stepNs = 0) {}

  /** The next line: its number. `shown`: its time, rounded down. */
  next(shown = NaN): number {
    this.shown.push(shown);
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

  /** When each line began, in whole ns: the same wherever 0 lies. O(lines). */
  moments(): Float64Array {
    const zero = this.fromFirst();
    let least = this.earliest();
    let most = this.latest(least);
    if (this.stepNs > 0 && least.length > 1) {
      // The recording began somewhere within a second. Once that is settled, calls on two lines tie most others to its first line.
      this.begins = Math.min(most[1]!, Math.max(least[1]!, this.likelyBegin()));
      least = this.earliest();
      most = this.latest(least);
    }
    const moments = withPauses(tautString(least, most), least);
    return moments.map((ns, line) => Math.round(ns) + this.before(line) + zero);
  }

  /** Makes what the lines show relative to the least of it, and gives that: sums of large numbers are rounded otherwise. */
  private fromFirst(): number {
    let first = Infinity;
    for (const ns of this.shown) if (ns < first) first = ns;
    if (first === Infinity) return 0;
    this.shown.forEach((ns, line) => (this.shown[line] = ns - first));
    return first;
  }

  /** Like `latest`: without what the calls on the lines before took. */
  private earliest(): Float64Array {
    const least = this.shownTimes();
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
    this.shown.forEach((ns, line) => {
      if (ns >= 0) most[line] = Math.min(most[line]!, this.stepEnd(ns, line));
    });
    if (!Number.isNaN(this.begins)) most[0] = most[1] = Math.max(this.begins, least[1]!);
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

  /** What the lines show, as the least of their moments. The recording ends within a step: by how many lines that and the one before have. */
  private shownTimes(): Float64Array {
    const least = Float64Array.from(this.shown, (ns, line) => (ns > 0 ? ns - this.before(line) : 0));
    if (this.stepNs === 0) return least;
    const times = this.shown.filter((ns) => ns >= 0);
    const last = times.at(-1) ?? 0;
    least[0] = this.begins || 0;
    const share = Math.round(this.stepNs * shareOf(times, last, -this.stepNs));
    least[least.length - 1] = last + share - this.before(least.length - 1);
    return least;
  }

  /** How far in its first step the recording begins, by how many lines that and the next have. */
  private likelyBegin(): number {
    const first = this.shown.find((ns) => ns >= 0) ?? 0;
    return first + Math.round(this.stepNs * (1 - shareOf(this.shown, first, this.stepNs)));
  }

  /** The latest moment of a line that shows `ns`, without what the calls before took. */
  private stepEnd(ns: number, line: number): number {
    return ns + this.stepNs - this.before(line);
  }

  /** What the calls on the lines before a line took, ns. */
  private before(line: number): number {
    return line === 0 ? 0 : this.inside[line - 1]!;
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

/** How much of a step the lines fill that show `time`, if those of the one beside it fill theirs. */
function shareOf(times: readonly number[], time: number, beside: number): number {
  return Math.min(1, count(times, time) / Math.max(1, count(times, time + beside)));
}

function count(times: readonly number[], time: number): number {
  return times.reduce((sum, each) => sum + Number(each === time), 0);
}
