/** The page of a batch: its incidents over time, what recurs, what looks alike, what failed. Pure. */
import { type BatchSummary, type IncidentRow, isDamaged } from '../../batch/summary.js';
import { duration, grouped, plural } from '../text.js';
import type { Cell, PlainChart, PlainPage, PlainTable } from './plain-page.js';
import { renderPage } from './page.js';

/** Rows of a table: the rest is in summary.json. */
const ROWS = 1000;
const NAMES = 5;
const DAYS = 4000;
const SERIES = ['bug', 'external', 'inconclusive', 'none', 'failed'] as const;

/** @param pages ids of incidents that have a page of their own; the others are linked to their results */
export function archivePage(summary: BatchSummary, pages: ReadonlySet<string> = new Set()): string {
  const page = archiveData(summary, pages);
  return renderPage('plain', page.title, page);
}

export function archiveData(s: BatchSummary, pages: ReadonlySet<string> = new Set()): PlainPage {
  const fileOf: FileOf = (id) => (pages.has(id) ? `pages/${id}.html` : `results/${id}.json`);
  const { incidents, analysed, failed, damaged, pending, verdicts } = s.total;
  const ofDays = overDays(s.incidents);
  return {
    title: `${plural(incidents, 'incident')}: ${grouped(verdicts.bug)} with a bug`,
    mood: verdicts.bug > 0 ? 'bug' : failed > 0 ? 'external' : 'none',
    lines: [
      `${grouped(analysed)} analysed, ${grouped(failed)} failed${pending > 0 ? `, ${grouped(pending)} not done yet` : ''}`,
      `verdicts: ${Object.entries(verdicts)
        .map(([v, n]) => `${grouped(n)} ${v}`)
        .join(', ')}`,
      ...(damaged > 0 ? [`${grouped(damaged)} of the analysed were damaged in part`] : []),
    ],
    charts: ofDays === null ? [] : [ofDays],
    tables: [functions(s, fileOf), alike(s, fileOf), failures(s, fileOf), all(s, fileOf)].filter(
      (t) => t.rows.length > 0,
    ),
    madeBy: `perfscope ${s.tool.version}`,
  };
}

/** Where an incident is told, beside the page. */
type FileOf = (id: string) => string;

/** Null where fewer than two days are known. */
function overDays(rows: readonly IncidentRow[]): PlainChart | null {
  const days = new Map<string, IncidentRow[]>();
  for (const row of rows) {
    if (row.startedAt === null) continue;
    const day = row.startedAt.slice(0, 10);
    const there = days.get(day);
    if (there === undefined) days.set(day, [row]);
    else there.push(row);
  }
  if (days.size < 2) return null;
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1)).slice(-DAYS);
  const kind = (row: IncidentRow) => (row.status === 'failed' ? 'failed' : row.verdict);
  const series = SERIES.map((name) => {
    return { name, values: sorted.map(([, there]) => there.filter((r) => kind(r) === name).length) };
  });
  return {
    id: 'days',
    title: 'Incidents over time',
    help: 'By the day (UTC) on which their traces begin.',
    times: sorted.map(([day]) => Date.parse(day) / 1000),
    series: series.filter((one) => one.values.some((n) => n > 0)),
    kind: 'bars',
  };
}

const day = (time: string | null) => (time === null ? null : time.slice(0, 10));
const list = (names: readonly string[]) =>
  names.slice(0, NAMES).join(', ') + (names.length > NAMES ? ` and ${plural(names.length - NAMES, 'other')}` : '');
const more = (rows: number) => (rows > ROWS ? `${grouped(rows - ROWS)} more are in summary.json.` : null);
const number = (title: string, extra = false) => ({ title, numeric: true, extra });
const words = (title: string, extra = false) => ({ title, extra });

function functions({ functions: found, incidents }: BatchSummary, fileOf: FileOf): PlainTable {
  const names = new Map(incidents.map((r) => [r.id, r.name]));
  const recurring = found.filter((f) => f.incidents.length > 1);
  return {
    id: 'functions',
    title: 'Functions that recur',
    caption: 'Functions among the first five suspects of several incidents with a bug',
    columns: [
      words('function'),
      number('incidents'),
      number('best rank'),
      words('programs'),
      number('hosts', true),
      words('first', true),
      words('last'),
      number('days', true),
      words('an example', true),
    ],
    rows: recurring.slice(0, ROWS).map((f): Cell[] => {
      const id = f.incidents[0]!;
      const seen = [f.hosts.length, day(f.first), day(f.last), f.days];
      const example = { text: names.get(id) ?? id, file: fileOf(id) };
      return [f.function, f.incidents.length, f.bestRank, list(f.programs), ...seen, example];
    }),
    more: more(recurring.length),
  };
}

function alike({ alike: groups, incidents }: BatchSummary, fileOf: FileOf): PlainTable {
  const names = new Map(incidents.map((r) => [r.id, r.name]));
  return {
    id: 'alike',
    title: 'Incidents that look alike',
    caption: 'Groups of incidents with the same suspects and episodes',
    columns: [
      number('incidents'),
      words('program'),
      words('functions'),
      words('episodes', true),
      words('first', true),
      words('last'),
      words('an example'),
    ],
    rows: groups.slice(0, ROWS).map((g): Cell[] => {
      const id = g.incidents[0]!;
      const example = { text: names.get(id) ?? id, file: fileOf(id) };
      return [g.incidents.length, g.program, list(g.functions), list(g.episodes), day(g.first), day(g.last), example];
    }),
    more: more(groups.length),
  };
}

function failures({ incidents }: BatchSummary, fileOf: FileOf): PlainTable {
  const failed = incidents.filter((r) => r.error !== null || isDamaged(r));
  return {
    id: 'failures',
    title: 'Failed, or analysed in part',
    caption: 'Incidents without a result, or with damaged input',
    columns: [words('incident'), words('what'), words('why'), number('attempts', true)],
    rows: failed.slice(0, ROWS).map((r): Cell[] => {
      const incident = { text: r.name, file: fileOf(r.id) };
      if (r.error === null) return [incident, 'in part', r.warnings.join(', '), null];
      return [incident, r.error.code, r.error.message, r.error.attempts];
    }),
    more: more(failed.length),
  };
}

function all({ incidents }: BatchSummary, fileOf: FileOf): PlainTable {
  // Bugs first, then the latest.
  const order = (r: IncidentRow) => SERIES.indexOf(r.status === 'failed' ? 'failed' : (r.verdict ?? 'failed'));
  const time = (r: IncidentRow) => r.startedAt ?? '';
  const rows = [...incidents].sort(
    (a, b) => order(a) - order(b) || (time(a) < time(b) ? 1 : time(a) > time(b) ? -1 : 0),
  );
  return {
    id: 'incidents',
    title: 'Incidents',
    caption: 'Incidents, those with a bug first, then the latest',
    columns: [
      words('incident'),
      words('verdict'),
      words('first suspect'),
      number('sure, %'),
      words('program', true),
      words('begins'),
      words('length', true),
      number('calls', true),
    ],
    rows: rows.slice(0, ROWS).map((r): Cell[] => {
      const first = r.suspects[0];
      const verdict =
        r.verdict === null ? 'failed' : r.verdict + (r.externalResource === null ? '' : ` (${r.externalResource})`);
      const begins = r.startedAt === null ? null : r.startedAt.slice(0, 16).replace('T', ' ');
      const about = [r.program, begins, r.span === null ? null : duration(r.span), r.events];
      return [
        { text: r.name, file: fileOf(r.id) },
        verdict,
        first?.function ?? null,
        first === undefined ? null : Math.round(100 * first.confidence),
        ...about,
      ];
    }),
    more: more(rows.length),
  };
}
