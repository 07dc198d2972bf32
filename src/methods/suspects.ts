/** From a method's ranked functions to the suspects of the result document. Pure. */
import type { RankedFunction } from './method.js';
import type { Suspect } from '../result.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { places } from './ranks.js';

/**
 * The first `top` suspects with their ranks. Ranks are those among all functions ranked, so a tie that is cut by `top`
 * keeps its worst place and names all its members in `tiedWith`; so are named those whose evidence is the same and who are
 * only put in order by other reasons.
 */
export function suspectsOf(ranked: readonly RankedFunction[], signatures: SignatureDatabase, top: number): Suspect[] {
  const ranks = places(ranked.map((f) => f.score));
  return ranked.slice(0, top).map((f, i) => {
    const { rank, tieFrom, tieTo } = ranks[i]!;
    const tied: string[] = [];
    for (let k = tieFrom; k < tieTo; k++) if (k !== i) tied.push(ranked[k]!.name);
    return {
      rank,
      function: f.name,
      object: f.function < 0 ? signatures.program : signatures.functions[f.function]!.object,
      score: f.score,
      confidence: f.confidence,
      tiedWith: [...new Set([...tied, ...(f.alike ?? [])])],
      callPath: f.callPath,
      inferred: f.inferred,
      evidence: f.evidence,
    };
  });
}
