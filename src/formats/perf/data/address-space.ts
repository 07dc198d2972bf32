/** What lies where in the memory of a process: executable mappings of files, later ones over earlier ones. */
export interface Mapping {
  readonly begin: number;
  readonly end: number;
  /** Where the file's bytes at `begin` stand in it. */
  readonly offset: number;
  readonly path: string;
}

/** The kernel allows no more (max_map_count). */
const MOST_MAPPINGS = 65530;

export class AddressSpace {
  /** In order, not overlapping. */
  private mappings: Mapping[] = [];

  get size(): number {
    return this.mappings.length;
  }

  copy(): AddressSpace {
    const copy = new AddressSpace();
    copy.mappings = [...this.mappings];
    return copy;
  }

  [Symbol.iterator](): Iterator<Mapping> {
    return this.mappings[Symbol.iterator]();
  }

  add(mapping: Mapping): void {
    const { begin, end } = mapping;
    if (!(end > begin)) return;
    const from = this.firstBehind(begin);
    let to = from;
    const parts: Mapping[] = [];
    for (let m = this.mappings[to]; m !== undefined && m.begin < end; m = this.mappings[++to]) {
      if (m.begin < begin) parts.push({ ...m, end: begin });
      if (m.end > end) parts.push({ ...m, begin: end, offset: m.offset + end - m.begin });
    }
    parts.push(mapping);
    parts.sort((a, b) => a.begin - b.begin);
    this.mappings.splice(from, to - from, ...parts);
    if (this.mappings.length > MOST_MAPPINGS) this.mappings.shift();
  }

  find(address: number): Mapping | null {
    const mapping = this.mappings[this.firstBehind(address)];
    return mapping !== undefined && mapping.begin <= address ? mapping : null;
  }

  /** The first mapping that ends behind the address. */
  private firstBehind(address: number): number {
    let low = 0;
    let high = this.mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.mappings[middle]!.end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
