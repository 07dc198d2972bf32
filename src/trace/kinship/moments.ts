/** Groups remembered, those that did it last: of many thousand processes each may have a descriptor of the same number. */
const MOST_GROUPS = 256;

/** When each of some groups did something last, in numbers of events. What was lately asked for is found without a look at the others. */
export class Moments {
  /** By group, in the order of moments. */
  private readonly lasts = new Map<number, number>();
  /** All moments in their order, and whose they are; some are no longer the last of their group. */
  private groups: number[] = [];
  private moments: number[] = [];

  /** -1: none is known. */
  of(group: number): number {
    return this.lasts.get(group) ?? -1;
  }

  /** `now` is later than all moments before. */
  note(group: number, now: number): void {
    const { lasts } = this;
    // Behind all others.
    lasts.delete(group);
    lasts.set(group, now);
    if (lasts.size > MOST_GROUPS) lasts.delete(lasts.keys().next().value!);
    this.groups.push(group);
    this.moments.push(now);
    if (this.moments.length < 4 * MOST_GROUPS) return;
    this.groups = [...lasts.keys()];
    this.moments = [...lasts.values()];
  }

  /** Whether there was something to forget. */
  forget(group: number): boolean {
    return this.lasts.delete(group);
  }

  /** The latest of all groups, -1 for none. */
  latest(): number {
    for (let i = this.moments.length - 1; i >= 0; i--) if (this.isLast(i)) return this.moments[i]!;
    return -1;
  }

  /** The only other group that did it after `since`; -1: none did, or several. */
  onlyOther(group: number, since: number): number {
    let only = -1;
    for (let i = this.moments.length - 1; i >= 0 && this.moments[i]! > since; i--) {
      if (this.groups[i] === group || !this.isLast(i)) continue;
      if (only >= 0) return -1;
      only = this.groups[i]!;
    }
    return only;
  }

  /** All other groups that did it after `since`, in the order in which they did. */
  others(group: number, since: number): number[] {
    const found: number[] = [];
    for (let i = this.moments.length - 1; i >= 0 && this.moments[i]! > since; i--)
      if (this.groups[i] !== group && this.isLast(i)) found.push(this.groups[i]!);
    return found.reverse();
  }

  private isLast(i: number): boolean {
    return this.lasts.get(this.groups[i]!) === this.moments[i];
  }
}
