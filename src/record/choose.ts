/** Which tracer: the cheapest that works here. Facts in, choice out. */
import { PerfscopeError } from '../errors.js';
import { BACKENDS, type Backend } from './backends.js';
import type { Facts } from './facts.js';
import type { Target } from './recorder.js';
import {
  type Trouble,
  ftraceObstacle,
  ftraceTrouble,
  perfObstacle,
  perfTrouble,
  straceObstacle,
  straceTrouble,
} from './troubles.js';

export interface Choice {
  readonly backend: Backend;
  /** Why this one, for people. */
  readonly why: string;
  /** What it will cost, where that is much; '' otherwise. */
  readonly warning: string;
}

export const STRACE_COST =
  'strace stops the program twice at each call: a busy server becomes many times slower (redis-server: 50 times)';

/** What keeps a tracer from working; null: it works, as far as is known. */
export function obstacleOf(backend: Backend, facts: Facts, attach = true): Trouble | null {
  const trial = facts.trials[backend];
  if (backend === 'ftrace') {
    const trouble = ftraceObstacle(facts);
    return trouble ?? (trial === null || trial.worked ? null : ftraceTrouble(trial.said, facts));
  }
  if (backend === 'perf') {
    if (facts.perf === null || trial === null) return perfObstacle(facts);
    return trial.worked ? null : perfTrouble(trial.said, facts);
  }
  // Whom it starts, strace may trace.
  if (facts.strace !== null && !attach) return null;
  if (facts.strace === null || trial === null) return straceObstacle(facts);
  return trial.worked ? null : straceTrouble(trial.said, facts);
}

/**
 * @param wanted by the user; null: the cheapest
 * @throws PerfscopeError 'record' with what would help
 */
export function chooseBackend(facts: Facts, target: Target, wanted: Backend | null): Choice {
  const attach = target.kind !== 'command';
  const obstacle = (backend: Backend) => obstacleOf(backend, facts, attach);
  if (wanted !== null) {
    const trouble = obstacle(wanted);
    if (trouble !== null) throw impossible(`${wanted} cannot record here: ${trouble.what}`, trouble.remedy);
    return { backend: wanted, why: 'it was asked for', warning: wanted === 'strace' ? STRACE_COST : '' };
  }
  const troubles: Trouble[] = [];
  for (const backend of BACKENDS) {
    const trouble = obstacle(backend);
    if (trouble === null) return chosen(backend, troubles);
    troubles.push(trouble);
  }
  const remedies = [...new Set(troubles.map((t) => t.remedy))];
  throw impossible(`nothing can record here: ${troubles.map((t) => t.what).join('; ')}`, remedies.join(' Or: '));
}

/** @param troubles of those that cost less */
function chosen(backend: Backend, troubles: readonly Trouble[]): Choice {
  const first = troubles.map((t) => t.what).join('; ');
  switch (backend) {
    case 'ftrace':
      return { backend, why: 'it works here and costs the program least', warning: '' };
    case 'perf':
      return { backend, why: `it works here, and what costs less does not: ${first}`, warning: '' };
    case 'strace':
      return {
        backend,
        why: `it is what is left: ${first}`,
        warning: `${STRACE_COST}. With the kernel's own tracing it would not. ${troubles[0]!.remedy}`,
      };
  }
}

/** For stacks strace comes first: it unwinds as it goes, with what every program has. @throws PerfscopeError 'record' */
export function chooseStacks(facts: Facts, target: Target, wanted: Backend | null): Choice {
  if (wanted === 'ftrace')
    throw impossible('ftrace records no stacks', 'Leave --backend out: strace -k has them, or perf.');
  const unwinds = facts.strace?.stacks === true;
  if (wanted === 'perf' || (wanted === null && !unwinds)) {
    const choice = chooseBackend(facts, target, 'perf');
    const why = wanted === null ? 'no strace that unwinds stacks is here' : choice.why;
    return { ...choice, why, warning: 'perf copies 8 kB of stack at each call: keep the recording short' };
  }
  if (!unwinds && facts.strace !== null)
    throw impossible(
      'this strace was built without stacks (-k)',
      'Use --backend perf, or install a strace that has them.',
    );
  const choice = chooseBackend(facts, target, 'strace');
  const why = wanted === null ? 'its stacks need neither frame pointers nor a file of samples' : choice.why;
  return { ...choice, why, warning: `${STRACE_COST}, with stacks more: learn where nobody waits` };
}

function impossible(message: string, advice: string): PerfscopeError {
  return new PerfscopeError('record', message, {}, advice);
}
