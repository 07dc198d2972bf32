/**
 * Where events are missing, as the kernel overwrote them before they were read: it marks the page behind such a gap. Of one processor a gap reaches from the
 * last event before it to the first page after it; what threads did there on that processor is not known.
 */
export class Gaps {
  /** ns of the last event of each processor. */
  private readonly last = new Map<number, number>();
  /** ns. */
  readonly found: { readonly cpu: number; readonly from: number; readonly to: number }[] = [];

  /**
   * The processor's next page.
   *
   * @param begin ns of what it begins with, `end` of its last event
   * @param start ns from which on the file knows anything
   */
  page(cpu: number, marked: boolean, begin: number, end: number, start: number): void {
    const from = this.last.get(cpu) ?? Math.min(start, begin);
    if (marked && begin > from) this.found.push({ cpu, from, to: begin });
    this.last.set(cpu, Math.max(from, end));
  }

  /** Time with a gap of any processor, and the longest stretch of it: seconds. */
  get sum(): { readonly seconds: number; readonly longest: number } {
    let [seconds, longest] = [0, 0];
    let [from, to] = [-Infinity, -Infinity];
    const close = () => {
      if (to === -Infinity) return;
      seconds += (to - from) / 1e9;
      longest = Math.max(longest, (to - from) / 1e9);
    };
    for (const gap of [...this.found].sort((a, b) => a.from - b.from)) {
      if (gap.from > to) {
        close();
        ({ from, to } = gap);
      } else to = Math.max(to, gap.to);
    }
    close();
    return { seconds, longest };
  }
}
