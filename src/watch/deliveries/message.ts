/** What is told of an incident: as a document of our own, as text for people, and as Slack wants it. Pure. */
import path from 'node:path';
import { plural } from '../../report/text.js';
import { type Incident, PAGE_FILE, RESULT_FILE } from '../incident.js';

/** The JSON of a webhook of one's own, and a line of stdout. Its fields stay; new ones may come. */
export interface IncidentMessage {
  readonly document: 'perfscope-incident-message';
  readonly schemaVersion: 1;
  readonly id: string;
  readonly host: string;
  readonly openedAt: string;
  readonly status: 'analysed' | 'failed';
  /** One line. */
  readonly title: string;
  readonly triggers: Incident['triggers'];
  readonly outcome: Incident['outcome'];
  readonly failure: string | null;
  readonly lostEvents: number;
  readonly folder: string;
  readonly result: string | null;
  readonly page: string | null;
  /** Where the page is to be had, if that was told. */
  readonly url: string | null;
}

export function messageOf(incident: Incident, folder: string, base: string | null): IncidentMessage {
  const { id, host, openedAt, triggers, outcome, failure, snapshot } = incident;
  const done = outcome !== null;
  return {
    document: 'perfscope-incident-message',
    schemaVersion: 1,
    id,
    host,
    openedAt,
    status: done ? 'analysed' : 'failed',
    title: titleOf(incident),
    triggers,
    outcome,
    failure,
    lostEvents: snapshot?.lost ?? 0,
    folder,
    result: done ? path.join(folder, RESULT_FILE) : null,
    page: done ? path.join(folder, PAGE_FILE) : null,
    url: base !== null && done ? `${base.replace(/\/+$/, '')}/pages/${id}.html` : null,
  };
}

function titleOf({ host, outcome, triggers, moreTriggers }: Incident): string {
  const others = triggers.length + moreTriggers - 1;
  const why = `${triggers[0]?.reason ?? 'an incident'}${others > 0 ? ` (and ${plural(others, 'other')})` : ''}`;
  return `${host}: ${outcome === null ? 'no analysis' : `${outcome.verdict}, ${outcome.words}`} - ${why}`;
}

/** For people, a line each; the first is the title. */
export function linesOf(m: IncidentMessage): string[] {
  const lines = [m.title];
  if (m.failure !== null) lines.push(m.failure);
  for (const [i, s] of (m.outcome?.suspects ?? []).entries()) {
    const tied = s.tied > 0 ? `, as likely as ${plural(s.tied, 'other')}` : '';
    lines.push(`${i + 1}. ${s.function} (${Math.round(100 * s.confidence)} % sure${tied})`);
  }
  lines.push(...(m.outcome?.reasons ?? []));
  if (m.lostEvents > 0) lines.push(`${plural(m.lostEvents, 'event')} were lost by the tracer`);
  lines.push(m.url ?? m.page ?? m.folder);
  return lines;
}

/** https://docs.slack.dev/messaging/formatting-message-text: three characters are written as entities, all else stays text. */
export function slackText(m: IncidentMessage): { readonly text: string } {
  const safe = (line: string) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const [title, ...rest] = linesOf(m);
  return { text: [safe(title!), ...rest.map((line) => `• ${safe(line)}`)].join('\n') };
}
