/**
 * The ladder: ways to look at a context. Decoding starts with how the call alone divides among functions and lets each rung that
 * learning knows correct what was before (decoder.ts). The choice was found by decoding held-out learning runs
 * (docs/accuracy.md), never by the cases' truth.
 *
 * The first rungs leave out kind and side, which only some tracers tell, so that signatures learned with one tracer serve the
 * traces of another; they are followed by rungs that do not.
 */
import { BARE, CALL, FINE, KIND, OUTCOME, SIDE, SIZED } from './symbols.js';

/** Grains at which a rung looks at each position; NONE: not at all. src/context/kernel/ladder.ts goes along them. */
export interface Rung {
  readonly before2: number;
  readonly before: number;
  readonly symbol: number;
  readonly after: number;
  readonly onDescriptor: number;
  /** Whether the call before was on the same descriptor. */
  readonly same: boolean;
}

export const NONE = -1;
const rung = (
  symbol: number,
  { before2 = NONE, before = NONE, after = NONE, onDescriptor = NONE, same = false }: Partial<Rung> = {},
): Rung => ({ before2, before, symbol, after, onDescriptor, same });

export const LADDER: readonly Rung[] = [
  rung(CALL),
  rung(BARE),
  rung(CALL, { before: CALL }),
  rung(BARE, { before: BARE }),
  rung(BARE, { before: BARE, same: true }),
  rung(BARE, { before: BARE, after: BARE, same: true }),
  rung(BARE, { before2: BARE, before: BARE, after: BARE }),
  rung(KIND),
  rung(OUTCOME),
  rung(SIZED),
  rung(FINE),
  rung(KIND, { before: KIND }),
  rung(KIND, { before: FINE, same: true }),
  rung(SIDE, { before: SIDE, same: true }),
  rung(KIND, { onDescriptor: FINE }),
  rung(KIND, { before: KIND, after: KIND }),
  rung(KIND, { before: KIND, onDescriptor: SIDE }),
  rung(SIDE, { before: SIDE, after: SIDE }),
  rung(SIZED, { before: SIZED, after: SIZED, same: true }),
  rung(FINE, { before: FINE, after: FINE, same: true }),
  rung(SIDE, { before2: SIDE, before: SIDE, after: SIDE }),
  rung(SIZED, { before2: SIZED, before: SIZED, after: SIZED, same: true }),
  rung(FINE, { before2: FINE, before: FINE, after: FINE, same: true }),
];

/** Rungs from here on look at kinds. */
const WITH_KIND = 7;

/**
 * Per rung, its block: rungs without kinds before those with, and in each the call alone before the call among others. A bug
 * shows as an outcome never seen in its place, so what the outcome says by itself must not overrule what the place says.
 */
export const BLOCK: readonly number[] = LADDER.map(
  ({ before, onDescriptor }, r) => (r < WITH_KIND ? 0 : 2) + (before === NONE && onDescriptor === NONE ? 0 : 1),
);
