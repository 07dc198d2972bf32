/**
 * Something kept for descriptors, by their numbers. A tree of nodes with 32 branches, as high as the largest number needs: it takes
 * memory by what it holds, whatever the numbers are, and a copy (of a process that forked) takes none until one of the
 * two changes, and then only along the way to what changed. Lowest numbers first is the order of the kernel and of `forEach`.
 */
const BITS = 5;
const BRANCHES = 1 << BITS;
const MASK = BRANCHES - 1;
/** A descriptor is an int (open(2)): 31 bits. */
const LARGEST = 0x7fffffff;

/** The tables that share a node know by its owner that they must not write to it. */
interface Node<T> {
  owner: object;
  readonly slots: (Node<T> | T | undefined)[];
}

export class DescriptorTable<T> {
  private root: Node<T> | undefined;
  /** Bits of a number that choose below the root. */
  private shift = 0;
  private owner: object = {};

  get(descriptor: number): T | undefined {
    let node = this.root;
    if (node === undefined || !(descriptor >= 0 && descriptor <= LARGEST) || descriptor >>> this.shift >= BRANCHES)
      return undefined;
    for (let shift = this.shift; shift > 0; shift -= BITS) {
      node = node.slots[(descriptor >>> shift) & MASK] as Node<T> | undefined;
      if (node === undefined) return undefined;
    }
    return node.slots[descriptor & MASK] as T | undefined;
  }

  /** `undefined` takes out. Numbers that no descriptor has are not kept. */
  set(descriptor: number, value: T | undefined): void {
    if (!(descriptor >= 0 && descriptor <= LARGEST)) return;
    if (value === undefined && this.get(descriptor) === undefined) return;
    let node = (this.root = this.own(this.root));
    while (descriptor >>> this.shift >= BRANCHES) {
      const higher = this.own(undefined);
      higher.slots[0] = node;
      this.root = node = higher;
      this.shift += BITS;
    }
    for (let shift = this.shift; shift > 0; shift -= BITS) {
      const branch = (descriptor >>> shift) & MASK;
      const next = node.slots[branch] as Node<T> | undefined;
      node.slots[branch] = node = this.own(next);
    }
    node.slots[descriptor & MASK] = value;
  }

  clear(): void {
    this.root = undefined;
    this.shift = 0;
  }

  /** Takes out all from the number on. */
  clearFrom(first: number): void {
    const kept: [number, T][] = [];
    for (let descriptor = 0; descriptor < first; descriptor++) {
      const value = this.get(descriptor);
      if (value !== undefined) kept.push([descriptor, value]);
    }
    this.clear();
    for (const [descriptor, value] of kept) this.set(descriptor, value);
  }

  copy(): DescriptorTable<T> {
    const copy = new DescriptorTable<T>();
    copy.root = this.root;
    copy.shift = this.shift;
    this.owner = {};
    return copy;
  }

  forEach(see: (value: T, descriptor: number) => void): void {
    if (this.root !== undefined) visit(this.root, this.shift, 0, see);
  }

  /** The node, if only this table has it; else a copy for this table alone. */
  private own(node: Node<T> | undefined): Node<T> {
    if (node === undefined) return { owner: this.owner, slots: new Array<undefined>(BRANCHES).fill(undefined) };
    return node.owner === this.owner ? node : { owner: this.owner, slots: node.slots.slice() };
  }
}

function visit<T>(node: Node<T>, shift: number, first: number, see: (value: T, descriptor: number) => void): void {
  for (let branch = 0; branch < BRANCHES; branch++) {
    const slot = node.slots[branch];
    if (slot === undefined) continue;
    // The first digit of a number of 31 bits in seven digits of 5 has one bit only: nothing overflows.
    const number = first + branch * 2 ** shift;
    if (shift > 0) visit(slot as Node<T>, shift - BITS, number, see);
    else see(slot as T, number);
  }
}
