/** An inferred function as the result document has it: in the words of the suspect from which it is inferred. Pure. */
import type { RankedFunction } from '../method.js';
import type { Inferred } from './inferred.js';

/** `source` is the suspect from which it is inferred. */
export function inferredFunction(
  { name, score, share, callPath, caller, issuer, item }: Inferred,
  source: RankedFunction,
): RankedFunction {
  const same = (episode: readonly string[]) => episode.join() === item.episode.join();
  const evidence = source.evidence.find((e) => same(e.episode)) ?? source.evidence[0];
  const message = (args: Readonly<Record<string, string | number | boolean>>) => ({
    code: 'inferred-between',
    args: { ...args, caller, issuer },
  });
  return {
    function: -1,
    name,
    score,
    confidence: source.confidence * share,
    callPath,
    evidence: evidence === undefined ? [] : [{ ...evidence, weight: 1, message: message(evidence.message.args) }],
    inferred: true,
  };
}
