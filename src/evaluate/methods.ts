/** What `evaluate` can compare: the methods of `analyze`, and the baselines that a person would try first. */
import { METHODS, type Method, loadMethod } from '../coordinator/methods.js';

export interface EvaluationMethod {
  readonly name: string;
  readonly what: string;
  /** `oracle`: path of the incident with stacks, for a baseline that needs them. */
  load(oracle: string | null): Promise<Method>;
}

export const EVALUATION_METHODS: readonly EvaluationMethod[] = METHODS.map((m) => ({
  name: m.name,
  what: m.what,
  load: () => loadMethod(m.name),
}));
