/** Rows of an evaluation, in brief. */
import { type CaseRow, type Evaluation, compareMethods, summarise } from '../../src/evaluate/evaluation.js';

/** A guilty case that is rightly called a bug and whose function is not found, but for what is said otherwise. */
export const row = (part: Partial<CaseRow> = {}): CaseRow => ({
  id: 'x',
  system: 's',
  category: 'hang',
  server: part.system ?? 's',
  operator: null,
  recorder: null,
  root: null,
  related: null,
  path: null,
  scope: null,
  verdict: 'bug',
  externalResource: null,
  suspects: 0,
  healthyPrefixVerdict: null,
  odds: null,
  healthyPrefixOdds: null,
  seconds: 1,
  status: 'ok',
  error: null,
  first: [],
  relatedFirst: [],
  verdictRight: true,
  resourceRight: null,
  ...part,
});

/** Related ranks as text, `redis 1 3 -, nginx 2`: a case each, named redis-0, redis-1, ... */
export function ranked(text: string): CaseRow[] {
  return text.split(', ').flatMap((part) => {
    const [server, ...ranks] = part.split(' ');
    return ranks.map((r, k) =>
      row({ id: `${server}-${k}`, system: server!, related: r === '-' ? null : Number(r), root: null }),
    );
  });
}

export function evaluationOf(methods: Readonly<Record<string, readonly CaseRow[]>>): Evaluation {
  const summaries = Object.fromEntries(Object.entries(methods).map(([m, rows]) => [m, summarise(rows)]));
  return {
    schemaVersion: 1,
    tool: { name: 'perfscope', version: '0' },
    status: 'ok',
    parameters: {},
    methods: summaries,
    comparisons: compareMethods(summaries),
  };
}
