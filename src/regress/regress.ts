/** Evaluates bug sets, measures each case in a process of its own, and holds both against a baseline. */
import { availableParallelism } from 'node:os';
import { Slots } from '../pool/slots.js';
import { cancellation } from '../pool/stage.js';
import { PerfscopeError } from '../errors.js';
import type { CaseOutcome, CaseTask } from '../evaluate/case-stage.js';
import { type EvaluateOptions, type NamedTask, evaluate } from '../evaluate/evaluate.js';
import type { Gate } from '../evaluate/gates.js';
import { type Baseline, makeBaseline } from './baseline.js';
import { type Cost, leastCost } from './cost.js';
import { DEFAULT_LIMITS, type GateLimits } from './gates.js';
import { type Regression, changesSince, givenParameters, regression } from './regression.js';
import { type RunCase, runCaseInProcess } from './run-case.js';

export interface RegressOptions extends Pick<
  EvaluateOptions,
  'methods' | 'cases' | 'parameters' | 'jobs' | 'signal' | 'onProgress'
> {
  /** What to compare with; null: nothing yet. */
  readonly baseline: Baseline | null;
  readonly limits?: Partial<GateLimits> | undefined;
  /** Conditions on totals, as those of `evaluate`. */
  readonly gates?: readonly Gate[] | undefined;
  /** The bug sets are not all that the baseline was made of. Default: whether `cases` is given. */
  readonly some?: boolean | undefined;
  /** Times that a case is measured at most, before it is said to cost more. Default: 3. */
  readonly attempts?: number | undefined;
  /** Measure every case that often, as a new baseline asks for. */
  readonly always?: boolean | undefined;
  /** Seconds after which a case has failed. Default: 600. */
  readonly caseTimeLimit?: number | undefined;
  /** Runs and measures one case. Default: in a process of its own. */
  readonly runCase?: RunCase | undefined;
  readonly label?: string | undefined;
}

export interface RegressOutcome {
  readonly document: Regression;
  /** The baseline that this run makes: write it when the changes are wanted. */
  readonly newBaseline: Baseline;
}

const ATTEMPTS = 3;

export async function regress(folders: readonly string[], options: RegressOptions): Promise<RegressOutcome> {
  const at = new Date().toISOString();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const some = options.some ?? (options.cases !== undefined && options.cases.length > 0);
  const meter = new Meter(options);
  let evaluation = await evaluate(folders, {
    methods: options.methods,
    cases: options.cases,
    parameters: options.parameters,
    signal: options.signal,
    onProgress: options.onProgress,
    runCases: (cases) => meter.runCases(cases),
  });
  const { baseline } = options;
  const run = () => ({ evaluation, costs: meter.costs, some });
  const cancelled = () => options.signal?.aborted === true;
  for (let k = 1; k < (options.attempts ?? ATTEMPTS) && !cancelled(); k++) {
    const again =
      options.always === true ? [...meter.costs.keys()] : baseline === null ? [] : dear(baseline, run(), limits);
    if (again.length === 0) break;
    try {
      await meter.again(again);
    } catch (error) {
      if (!cancelled()) throw error;
      evaluation = { ...evaluation, status: 'partial' };
    }
  }
  const document = regression(
    run(),
    { baseline, limits, gates: options.gates ?? [] },
    { at, label: options.label ?? null },
  );
  return { document, newBaseline: makeBaseline({ ...run(), parameters: givenParameters(evaluation) }, baseline) };
}

/** The cases that seem to cost too much; all of them when only their sum does. */
function dear(baseline: Baseline, run: Parameters<typeof changesSince>[1], limits: GateLimits): string[] {
  const changes = changesSince(baseline, run);
  const over = (name: 'caseTime' | 'caseMemory' | 'totalTime' | 'totalMemory') =>
    changes[name].filter((c) => c.value > limits[name]);
  if (over('totalTime').length + over('totalMemory').length > 0) return [...run.costs.keys()];
  return [...new Set([...over('caseTime'), ...over('caseMemory')].map((c) => c.case!))];
}

/** Runs cases side by side and keeps the least that each was measured at. */
class Meter {
  readonly costs = new Map<string, Cost>();
  private readonly tasks = new Map<string, CaseTask>();
  private readonly slots: Slots;
  private readonly run: RunCase;

  constructor(private readonly options: RegressOptions) {
    this.slots = new Slots(options.jobs ?? availableParallelism());
    this.run = options.runCase ?? runCaseInProcess;
  }

  async *runCases(cases: readonly NamedTask[]): AsyncGenerator<CaseOutcome> {
    for (const { id, task } of cases) {
      if (this.tasks.has(id)) {
        const advice = 'A baseline tells cases by their ids, so these must differ.';
        throw new PerfscopeError('usage', `two cases have the id ${id}`, {}, advice);
      }
      this.tasks.set(id, task);
    }
    const running = cases.map(({ id }) => this.measure(id));
    // Those that are waited for later may fail first.
    for (const one of running) one.catch(() => undefined);
    for (const one of running) yield (await one).outcome;
  }

  async again(ids: readonly string[]): Promise<void> {
    let done = 0;
    const tell = () => this.options.onProgress?.({ stage: 'measure again', done: done++, total: ids.length });
    tell();
    await Promise.all(ids.map((id) => this.measure(id).then(tell)));
  }

  private async measure(id: string) {
    const { signal } = this.options;
    await this.slots.take(signal, cancellation);
    try {
      const measured = await this.run(this.tasks.get(id)!, { signal, timeLimit: this.options.caseTimeLimit });
      const before = this.costs.get(id);
      if (measured.cost !== null)
        this.costs.set(id, before === undefined ? measured.cost : leastCost([before, measured.cost]));
      return measured;
    } finally {
      this.slots.give();
    }
  }
}
