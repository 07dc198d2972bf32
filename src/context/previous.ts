/**
 * The call before, for whoever counts pairs of calls. An allocator takes memory from the kernel when its own is used up: whether such a call
 * comes between two others tells how full the heap is, not what the program does. So what follows it comes after the call before it. Nor do a
 * few more such calls say that anything is wrong (methods/fused/detectors/rate.ts, scene/onset.ts).
 */
import type { ContextTable } from './contexts.js';
import type { Symbol } from './symbols.js';

/** Calls of mmap for files are rare beside those of allocators, and not told apart by all tracers. */
const ALLOCATING: ReadonlySet<string> = new Set(['brk', 'madvise', 'mmap', 'mprotect', 'mremap', 'munmap']);

export function isAllocating({ call }: Pick<Symbol, 'call'>): boolean {
  return ALLOCATING.has(call);
}

/** The same of a symbol's text, at any grain. */
export function tellsAllocation(text: string): boolean {
  return isAllocating({ call: /^\w*/.exec(text)![0] });
}

/** Per context: the symbol of the call before it, or of the one before that where the former only took or gave back memory. */
export function previousOf({ before2, before }: ContextTable, symbols: readonly Symbol[]): Int32Array {
  const allocating = symbols.map(isAllocating);
  return before.map((symbol, k) => (allocating[symbol] === true ? before2[k]! : symbol));
}
