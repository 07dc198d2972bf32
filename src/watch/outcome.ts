/** What a result says, cut to what fits into a message. Pure. */
import { reasons, verdictWords } from '../report/summary.js';
import type { ResultDocument } from '../result.js';
import type { Outcome } from './incident.js';
import { printable } from './words.js';

const SUSPECTS = 5;
const REASONS = 5;

export function outcomeOf(d: ResultDocument, seconds: number): Outcome {
  return {
    verdict: d.verdict,
    externalResource: d.externalResource,
    odds: d.odds ?? null,
    words: verdictWords(d),
    reasons: reasons(d)
      .slice(0, REASONS)
      .map((r) => printable(r, 1000)),
    suspects: d.suspects.slice(0, SUSPECTS).map((s) => {
      return { rank: s.rank, function: printable(s.function), confidence: s.confidence, tied: s.tiedWith.length };
    }),
    events: d.trace.events,
    seconds,
  };
}
