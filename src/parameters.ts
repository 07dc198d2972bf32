/**
 * Every parameter of the methods: name, default, unit and the reason for the default, in one place. Flags
 * (`--unit-gap`), environment (`PERFSCOPE_UNIT_GAP`) and config keys (`unitGap`) are made from this list; stages take
 * the resolved `Parameters`. docs/parameters.md is printed from it.
 */
export interface ParameterSpec {
  readonly group: 'units' | 'clustering' | 'outliers' | 'episodes' | 'learning' | 'matching' | 'fused';
  readonly default: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** What it is, one sentence. */
  readonly what: string;
  /** Why this default: the paper, a measurement, a man page. */
  readonly reason: string;
}

export const PARAMETERS = {
  unitGap: {
    group: 'units',
    default: 0.05,
    unit: 's',
    min: 0,
    max: 3600,
    what: 'A pause between two calls of a thread that is longer than this ends its execution unit.',
    reason:
      'Not published; well above the scheduling quantum and below the shortest timer period of common servers (0.1 s).',
  },
} as const satisfies Record<string, ParameterSpec>;

export type ParameterName = keyof typeof PARAMETERS;
export type Parameters = { readonly [Name in ParameterName]: number };

export const DEFAULT_PARAMETERS = Object.fromEntries(
  Object.entries(PARAMETERS).map(([name, spec]) => [name, spec.default]),
) as unknown as Parameters;
