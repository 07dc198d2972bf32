/** What `evaluate` can compare: the methods of `analyze`, and the baselines that a person would try first. */
import { METHODS, type Method, loadMethod } from '../methods/registry.js';

export interface EvaluationMethod {
  readonly name: string;
  readonly what: string;
  /** `oracle`: path of the incident with stacks, for a baseline that needs them. */
  load(oracle: string | null): Promise<Method>;
}

const BASELINES: readonly EvaluationMethod[] = [
  {
    name: 'time',
    what: 'baseline: most time in calls',
    load: async () => (await import('./baselines.js')).timeBaseline,
  },
  {
    name: 'count',
    what: 'baseline: most calls',
    load: async () => (await import('./baselines.js')).countBaseline,
  },
  {
    name: 'ratio',
    what: 'baseline: kinds of call that grew from the first to the second half, as of strace -c',
    load: async () => (await import('./baselines.js')).ratioBaseline,
  },
  {
    name: 'pasd',
    what: "baseline: statistical debugging; sees the oracle's stacks",
    load: async (oracle) => (await import('./baselines.js')).pasdBaseline(oracle),
  },
];

export const EVALUATION_METHODS: readonly EvaluationMethod[] = [
  ...METHODS.map((m) => ({ name: m.name, what: m.what, load: () => loadMethod(m.name) })),
  ...BASELINES,
];
