/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html): a result a suspect, for viewers and gates that take findings
 * of static analysis. A trace knows functions and no lines, so locations are logical ones.
 */
import type { ResultDocument, Suspect } from '../result.js';
import { sentence } from './messages.js';
import type { Reporter } from './reporter.js';
import { verdictWords } from './summary.js';

/** Where the verdict blames nobody, suspects are for information; only what fails has a level (3.27.10). */
const AS_FAULT = { kind: 'fail', level: 'warning' } as const;
const AS_INFORMATION = { kind: 'informational', level: 'none' } as const;
const RULE = 'suspected-function';

export const sarifReporter: Reporter<ResultDocument> = {
  id: 'sarif',
  what: 'a finding a suspect, for code scanning',
  extension: 'sarif',
  render: (d) => {
    const run = {
      tool: {
        driver: {
          name: d.tool.name,
          version: d.tool.version,
          semanticVersion: d.tool.version,
          rules: [
            {
              id: RULE,
              name: 'SuspectedFunction',
              shortDescription: { text: 'Function likely to blame for an incident' },
              fullDescription: {
                text: 'What the server did in the trace of an incident speaks against this function.',
              },
              defaultConfiguration: { level: 'warning' },
            },
          ],
        },
      },
      invocations: [
        {
          executionSuccessful: d.status !== 'failed',
          toolExecutionNotifications: d.warnings.map((w) => ({
            descriptor: { id: w.code },
            level: 'warning',
            message: { text: sentence(w, d.trace) },
          })),
        },
      ],
      results: d.suspects.map((s) => finding(s, d)),
      properties: {
        trace: d.trace.path,
        method: d.method,
        verdict: d.verdict,
        verdictText: verdictWords(d),
        onset: d.onset ?? null,
      },
    };
    const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
    return `${JSON.stringify(log, null, 2)}\n`;
  },
};

function finding(s: Suspect, d: ResultDocument) {
  const heaviest = [...s.evidence].sort((a, b) => b.weight - a.weight);
  const said = [...new Set(heaviest.map((e) => sentence(e.message, d.trace)))];
  const tied = s.tiedWith.length === 0 ? '' : ` It cannot be told apart from ${s.tiedWith.join(', ')}.`;
  const text = `${s.function} is suspected (place ${s.rank}, ${Math.round(100 * s.confidence)} % sure).${tied} ${said.map((t) => `${t}.`).join(' ')}`;
  const names = [s.function, ...s.callPath];
  return {
    ruleId: RULE,
    ruleIndex: 0,
    ...(d.verdict === 'bug' ? AS_FAULT : AS_INFORMATION),
    message: { text: text.trim() },
    rank: Math.round(1000 * s.confidence) / 10,
    locations: [{ logicalLocations: [location(s.function, s.object)] }],
    // Innermost first, as SARIF has frames.
    stacks:
      s.callPath.length === 0
        ? []
        : [
            {
              message: { text: 'Call path as learned' },
              frames: names.map((name) => ({ location: { logicalLocations: [location(name, s.object)] } })),
            },
          ],
    // The same function in another incident is the same finding.
    partialFingerprints: { 'function/v1': `${s.object}!${s.function}` },
    properties: { score: s.score, confidence: s.confidence, tiedWith: s.tiedWith, inferred: s.inferred },
  };
}

function location(name: string, object: string) {
  return { name, fullyQualifiedName: object === '' ? name : `${object}!${name}`, kind: 'function' };
}
