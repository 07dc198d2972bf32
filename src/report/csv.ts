/** A row a suspect, for spreadsheets and scripts. */
import type { ResultDocument } from '../result.js';
import { csvText } from './csv-text.js';
import { sentence } from './messages.js';
import type { Reporter } from './reporter.js';

const HEADER = [
  'trace',
  'method',
  'verdict',
  'rank',
  'function',
  'object',
  'score',
  'confidence',
  'tied_with',
  'call_path',
  'inferred',
  'detectors',
  'why',
];

export const csvReporter: Reporter<ResultDocument> = {
  id: 'csv',
  what: 'one row a suspect',
  extension: 'csv',
  render: (d) =>
    csvText(
      HEADER,
      d.suspects.map((s) => [
        d.trace.path,
        d.method,
        d.verdict,
        s.rank,
        s.function,
        s.object,
        s.score,
        s.confidence,
        s.tiedWith.join(' '),
        s.callPath.join(' '),
        s.inferred,
        [...new Set(s.evidence.map((e) => e.detector))].join(' '),
        s.evidence.map((e) => sentence(e.message, d.trace)).join('; '),
      ]),
    ),
};
