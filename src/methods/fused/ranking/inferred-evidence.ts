/** An inferred function as the result document has it. Pure. */
import type { Scene } from '../scene/scene.js';
import type { RankedFunction } from '../../method.js';
import { evidence } from './evidence.js';
import type { Inferred } from './inferred.js';

/** `most` is the score of the first suspect. */
export function inferredFunction(found: Inferred, scene: Scene, most: number): RankedFunction {
  const { name, score, callPath, caller, issuer, coverage } = found;
  const told = evidence(scene, found.detector, found.item, 1);
  const code = issuer === '' ? 'inferred-issuer' : 'inferred-between';
  return {
    function: -1,
    name,
    score,
    confidence: Math.min(1, coverage) * (score / most),
    callPath,
    evidence: [{ ...told, message: { code, args: { ...told.message.args, caller, issuer } } }],
    inferred: true,
  };
}
