/** Two traces, or two windows of one, against each other: each is analysed, and the results are compared. */
import type { ResultDocument, Section } from '../result.js';
import { type AnalyzeOptions, analyzeIncident } from './analyze.js';
import { type Comparison, compareResults } from './compare.js';
import type { WindowOptions } from './window.js';

export interface CompareOptions extends Omit<AnalyzeOptions, keyof WindowOptions | 'sections'> {
  /** The windows; default: each trace as a whole. */
  readonly windows?: { readonly before?: WindowOptions | undefined; readonly after?: WindowOptions | undefined };
  /** Compare stacks as well: a differential flame graph is drawn of them. */
  readonly stacks?: boolean | undefined;
}

/**
 * @param before paths of a trace (as analyzeIncident takes them), or the result of one that has its section `work`
 * @throws PerfscopeError for input that cannot be used
 */
export async function compareTraces(
  before: string | readonly string[] | ResultDocument,
  after: string | readonly string[] | ResultDocument,
  { windows = {}, stacks = false, ...options }: CompareOptions,
): Promise<Comparison> {
  const sections: Section[] = stacks ? ['work', 'stacks'] : ['work'];
  const resultOf = (side: typeof before, window: WindowOptions | undefined) =>
    isResult(side) ? side : analyzeIncident(side, { ...options, ...window, sections });
  // One after the other: each has all threads.
  const first = await resultOf(before, windows.before);
  return compareResults(first, await resultOf(after, windows.after));
}

function isResult(side: string | readonly string[] | ResultDocument): side is ResultDocument {
  return typeof side === 'object' && 'schemaVersion' in side;
}
