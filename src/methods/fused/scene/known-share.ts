/** How much of what a call may decode to learning knows: where nearly all stacks were lost, those left over say nothing of the others. */
import type { Places } from '../../../context/places.js';
import { KIND, grainsOf } from '../../../context/symbols.js';
import type { ContextModel } from '../../../signatures/context-model.js';
import type { Trace } from '../../../trace/table.js';

/** Per context (index into `places.contexts`), 0..1; null where learning lost no such stacks. O(contexts). */
export function knownShares({ lost = [] }: ContextModel, { contexts, symbols }: Places): Float64Array | null {
  if (lost.length === 0) return null;
  const shares = new Map(lost.map(([before, call, known, gone]) => [`${before}>${call}`, known / (known + gone)]));
  const kinds = symbols.map((symbol) => grainsOf(symbol)[KIND]!);
  return Float64Array.from({ length: contexts.size }, (_, k) => {
    const pair = `${kinds[contexts.before[k]!]!}>${kinds[contexts.symbol[k]!]!}`;
    return shares.get(pair) ?? 1;
  });
}

/** Per name of a call: 1 if learning lost stacks of such calls. What little it knows of them is the program's, whoever makes them. */
export function callsWithLostStacks({ lost = [] }: ContextModel, { calls }: Trace): Uint8Array {
  const names = new Set(lost.map(([, call]) => /^\w*/.exec(call)![0]));
  return Uint8Array.from(calls, (name) => (names.has(name) ? 1 : 0));
}
