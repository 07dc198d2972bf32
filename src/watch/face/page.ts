/** The page of all incidents, and what a list of them says to programs. Pure. */
import { renderPage } from '../../report/html/page.js';
import type { Cell, PlainPage } from '../../report/html/plain-page.js';
import { plural } from '../../report/text.js';
import { TOOL } from '../../version.js';
import type { Incident } from '../incident.js';

/** Incidents shown, the latest first. */
const ROWS = 500;

export interface IncidentRow {
  readonly id: string;
  readonly openedAt: string;
  readonly state: Incident['state'];
  readonly reason: string;
  readonly verdict: string | null;
  readonly suspect: string | null;
  readonly confidence: number | null;
  readonly failure: string | null;
  /** Paths of this server; null where there is none. */
  readonly page: string | null;
  readonly result: string | null;
}

export function rowsOf(incidents: readonly Incident[]): IncidentRow[] {
  return incidents
    .slice(-ROWS)
    .reverse()
    .map(({ id, openedAt, state, triggers, outcome, failure }) => {
      const first = outcome?.suspects[0];
      const done = state === 'analysed';
      return {
        id,
        openedAt,
        state,
        reason: triggers[0]?.reason ?? '',
        verdict: outcome?.verdict ?? null,
        suspect: first?.function ?? null,
        confidence: first?.confidence ?? null,
        failure,
        page: done ? `/pages/${id}.html` : null,
        result: done ? `/results/${id}.json` : null,
      };
    });
}

export function incidentsPage(host: string, incidents: readonly Incident[]): string {
  const rows = rowsOf(incidents);
  const bugs = rows.filter((r) => r.verdict === 'bug').length;
  const page: PlainPage = {
    title: `${host}: ${plural(incidents.length, 'incident')}`,
    mood: bugs > 0 ? 'bug' : 'none',
    lines: [`${bugs} of the last ${rows.length} with a bug`],
    charts: [],
    tables: [
      {
        id: 'incidents',
        title: 'Incidents',
        caption: 'Incidents, the latest first',
        columns: [
          { title: 'opened' },
          { title: 'why' },
          { title: 'verdict' },
          { title: 'first suspect' },
          { title: 'sure, %', numeric: true },
        ],
        rows: rows.map((r): Cell[] => [
          r.page === null ? r.openedAt : { text: r.openedAt, file: r.page.slice(1) },
          r.reason,
          r.verdict ?? (r.state === 'taken' ? 'not analysed yet' : `failed: ${r.failure ?? ''}`),
          r.suspect,
          r.confidence === null ? null : Math.round(100 * r.confidence),
        ]),
        more: rows.length < incidents.length ? `The ${incidents.length - rows.length} before are not shown.` : null,
      },
    ],
    madeBy: `perfscope ${TOOL.version}`,
  };
  return renderPage('plain', page.title, page);
}
