/**
 * Stacks that the trace carries, in the place of decoded ones: rows, contexts and so cells are told apart by their stack's node as well, and
 * each decodes to that very node. Everything behind the decoder works on as it is.
 */
import { NO_STACK } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';
import { type Decoded, Decoder } from './decoder.js';
import type { ContextTable } from './contexts.js';
import type { Places } from './places.js';
import { TupleNumbers } from './tuple-numbers.js';

/** What tells nothing: no stack, or a broken one. */
const NOTHING = -1;

/** Places with a node each. */
export interface RecordedPlaces extends Places {
  /** Per context: its node, NOTHING where the stack does not tell. */
  readonly nodeOfContext: Int32Array;
}

/** Parts places and contexts by the node of the rows' stacks. O(rows). */
export function partedByNode(trace: Trace, places: Places, nodeOfStack: Int32Array): RecordedPlaces {
  const { stack } = trace.columns;
  const parted = new TupleNumbers(); // a place and a node
  const ofRow = new Int32Array(trace.length);
  for (let i = 0; i < trace.length; i++) {
    const s = stack === null ? NO_STACK : stack[i]!;
    ofRow[i] = parted.intern(places.ofRow[i]!, s === NO_STACK ? NOTHING : Math.max(NOTHING, nodeOfStack[s]!));
  }
  const contexts = new TupleNumbers(); // a context and a node
  const contextOf = Int32Array.from({ length: parted.size }, (_, p) =>
    contexts.intern(places.contextOf[parted.first[p]!]!, parted.second[p]!),
  );
  const column = (of: Int32Array) => Int32Array.from(contexts.first, (k) => of[k]!);
  const table = places.contexts;
  const parts: ContextTable = {
    size: contexts.size,
    before2: column(table.before2),
    before: column(table.before),
    symbol: column(table.symbol),
    after: column(table.after),
    onDescriptor: column(table.onDescriptor),
    sameDescriptor: Uint8Array.from(contexts.first, (k) => table.sameDescriptor[k]!),
  };
  return {
    ...places,
    ofRow,
    contextOf,
    classOf: Int32Array.from(parted.first, (place) => places.classOf[place]!),
    contexts: parts,
    nodeOfContext: Int32Array.from(contexts.second),
  };
}

const UNKNOWN: Decoded = { nodes: new Int32Array(0), weights: new Float64Array(0) };

/** Knows the node of each context of such places; of others what was learned. */
export class RecordedDecoder extends Decoder {
  override reader(rows: Parameters<Decoder['reader']>[0] | RecordedPlaces): (context: number) => Decoded {
    if (!('nodeOfContext' in rows)) return super.reader(rows);
    return (context) => {
      const node = rows.nodeOfContext[context]!;
      return node < 0 ? UNKNOWN : { nodes: Int32Array.of(node), weights: Float64Array.of(1) };
    };
  }
}
