/**
 * The ladder: ways to look at a context. Decoding starts with how the call alone divides among functions and lets each rung that
 * learning knows correct what was before (decoder.ts). The choice was found by decoding held-out learning runs
 * (docs/accuracy-history.md), never by the cases' truth.
 *
 * The first rungs leave out kind and side, which only some tracers tell, so that signatures learned with one tracer serve the
 * traces of another; they are followed by rungs that do not.
 */
import { BARE, CALL, FINE, KIND, OUTCOME, SIDE, SIZED } from './symbols.js';

/** Grains at which a rung looks at each position; NONE: not at all. */
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

/** A step along the ladder: what a rung looks at beside what the step `before` did (NONE: it is the first one, and looks at the call). */
export interface Step {
  readonly before: number;
  /** Of a context, as src/context/kernel/ladder.ts numbers them. */
  readonly column: number;
  readonly grain: number;
  readonly same: boolean;
}

/** Positions besides the call itself, with their columns, in the order in which a rung looks at them. */
const POSITIONS = [
  ['before', 1],
  ['after', 3],
  ['before2', 0],
  ['onDescriptor', 4],
] as const;
const SYMBOL_COLUMN = 2;

/** The steps of all rungs, those that begin alike share their first ones; and per rung its last step. */
export function stepsOf(ladder: readonly Rung[]): {
  readonly steps: readonly Step[];
  readonly last: readonly number[];
} {
  const numbers = new Map<string, number>();
  const steps: Step[] = [];
  const numberOf = (step: Step) => {
    const key = Object.values(step).join();
    const number = numbers.get(key) ?? steps.push(step) - 1;
    numbers.set(key, number);
    return number;
  };
  const last = ladder.map((rung) =>
    POSITIONS.filter(([position]) => rung[position] !== NONE).reduce(
      (before, [position, column]) => numberOf({ before, column, grain: rung[position], same: false }),
      numberOf({ before: NONE, column: SYMBOL_COLUMN, grain: rung.symbol, same: rung.same }),
    ),
  );
  return { steps, last };
}
