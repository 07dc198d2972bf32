/** The methods that `analyze` and `evaluate` offer, by name. Loaded when used: each brings its own machinery. */
import { PerfscopeError } from '../errors.js';
import type { MethodInput, MethodOutcome } from './method.js';
import type { MethodTask } from './method-stage.js';
import type { Pool } from '../pool/pool.js';
import type { Stage } from '../pool/stage.js';
import { SMALL_ROWS, isDoneSoonerHere } from '../pool/worth-a-thread.js';

export interface MethodContext {
  readonly pool: Pool;
  /** Run in the calling thread (which is a worker already), not on the pool. */
  readonly inline?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number | null) => void) | undefined;
}

export type Method = (input: MethodInput, context: MethodContext) => Promise<MethodOutcome>;

export interface MethodEntry {
  readonly name: string;
  readonly what: string;
  /** Whether it makes use of the binary's call graph. */
  readonly usesBinary?: boolean;
  load(): Promise<Method>;
}

export const METHODS: readonly MethodEntry[] = [
  {
    name: 'fused',
    what: 'independent detectors, merged by decoded calling context',
    usesBinary: true,
    load: () =>
      Promise.resolve((input, { pool, inline, signal }) =>
        pool.run(
          fusedStage,
          { method: 'fused', ...input },
          { signal, inline: inline ?? isDoneSoonerHere(pool, input.trace.length) },
        ),
      ),
  },
  {
    name: 'perfscope',
    what: 'the method of the PerfScope paper: outlier units, their episodes matched with signatures',
    load: async () => {
      const { perfscopeMethod } = await import('./perfscope/perfscope.js');
      return (input, { pool, inline, signal }) =>
        perfscopeMethod(input, async (stage, tasks, rows) => {
          const results = [];
          const here = inline === true || rows < SMALL_ROWS;
          for await (const result of pool.map(stage, tasks, { signal, inline: here })) results.push(result);
          return results;
        });
    },
  },
];

/** The stage `method`, whose code this thread loads only when it is to run here: it is a fifth of all, and a worker's to load. */
const fusedStage: Stage<MethodTask, MethodOutcome> = {
  name: 'method',
  run: async (task, context) => (await import('./method-stage.js')).methodStage.run(task, context),
};

export const DEFAULT_METHOD = 'fused';

/** The method of that name, ready to run. */
export async function loadMethod(name: string, methods: readonly MethodEntry[] = METHODS): Promise<Method> {
  const entry = methods.find((m) => m.name === name);
  if (entry !== undefined) return entry.load();
  const known = methods.map((m) => m.name).join(', ');
  throw new PerfscopeError('usage', `--method ${name}: no such method`, {}, `Methods are: ${known}.`);
}
