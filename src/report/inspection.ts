/** Reports of `inspect`. */
import { painter } from './paint.js';
import type { Inspection } from '../coordinator/inspect.js';
import { csvText } from './csv-text.js';
import { jsonReporter } from './json.js';
import { sentence } from './messages.js';
import type { Reporter } from './reporter.js';
import { table, wrap } from './columns.js';
import { bytes, duration, grouped, moment, plural, startOf } from './text.js';
import { forAnyNames } from './any-names.js';

const THREADS_SHOWN = 12;
const CALLS_SHOWN = 15;
const LABEL_WIDTH = 10;

const tableReporter: Reporter<Inspection> = {
  id: 'table',
  what: 'for people, as wide as the terminal',
  extension: 'txt',
  render(d, { width, color }) {
    const paint = painter(color);
    const lines: string[] = [];
    const labelled = (label: string, text: string) => {
      const [first, ...rest] = wrap(text, Math.max(20, width - LABEL_WIDTH)).split('\n');
      lines.push(paint.dim(label.padEnd(LABEL_WIDTH)) + first!, ...rest.map((l) => ' '.repeat(LABEL_WIDTH) + l));
    };
    const t = d.trace;
    const start = startOf(t);
    const records =
      t.format === 'perf-data' || t.format === 'ftrace-ring'
        ? `in ${plural(t.lines, 'record')}`
        : `of text in ${plural(t.lines, 'line')}`;
    labelled('trace', `${t.path}, ${bytes(t.bytes)} ${records}`);
    labelled('format', `${t.format}: ${t.formatReason}`);
    labelled('span', `${duration(t.span)}${start === '' ? '' : ` from ${start}`} (clock: ${t.clock})`);
    labelled(
      'calls',
      `${grouped(t.events)} of ${plural(d.calls.length, 'kind')} in ${plural(d.units, 'execution unit')}, ${grouped(t.unfinished)} never returned`,
    );
    labelled('threads', `${grouped(t.threads)} of ${plural(t.processes, 'process', 'processes')}`);
    const recorded = [
      d.hasDurations ? 'durations' : 'no durations',
      d.hasStacks ? 'stacks' : 'no stacks',
      d.schedulerEvents > 0 ? plural(d.schedulerEvents, 'scheduler event') : 'no scheduler events',
    ];
    labelled('recorded', recorded.join(', '));
    labelled(
      'skipped',
      `${plural(t.skippedLines, 'line')} not understood, ${plural(d.notices, 'line')} that ${d.notices === 1 ? 'is' : 'are'} no call (signals, exits)`,
    );
    for (const e of d.skipped.examples) labelled('', `line ${e.line}: ${e.reason}: ${e.text}`);
    for (const w of d.warnings) labelled('warning', sentence(w, t));

    const dim = (text: string, row: number) => (row < 0 ? paint.dim(text) : text);
    const busy = [...d.threads].sort((a, b) => b.calls - a.calls).slice(0, THREADS_SHOWN);
    const columns = [
      { title: 'tid', align: 'right' as const },
      { title: 'pid', align: 'right' as const },
      { title: 'calls', align: 'right' as const },
      { title: 'from' },
      { title: 'name', shrinkTo: 6 },
      { title: 'program', shrinkTo: 8 },
    ];
    const rows = busy.map((x) => [
      String(x.tid),
      String(x.pid),
      grouped(x.calls),
      moment(t, x.firstAt),
      x.name,
      x.program,
    ]);
    lines.push('', ...table(columns, rows, width, dim));
    if (d.threads.length > busy.length) lines.push(`... and ${plural(d.threads.length - busy.length, 'thread')} more`);

    const frequent = d.calls.slice(0, CALLS_SHOWN);
    const callColumns = [
      { title: 'call', shrinkTo: 8 },
      { title: 'count', align: 'right' as const },
      { title: 'failed', align: 'right' as const },
      ...(d.hasDurations
        ? [
            { title: 'time', align: 'right' as const },
            { title: 'longest', align: 'right' as const },
          ]
        : []),
    ];
    const callRows = frequent.map((c) => [
      c.call,
      grouped(c.count),
      grouped(c.failed),
      ...(c.seconds === null || c.longest === null ? [] : [duration(c.seconds), duration(c.longest)]),
    ]);
    lines.push('', ...table(callColumns, callRows, width, dim));
    if (d.calls.length > frequent.length)
      lines.push(`... and ${plural(d.calls.length - frequent.length, 'kind')} more`);
    return lines.join('\n') + '\n';
  },
};

const csvReporter: Reporter<Inspection> = {
  id: 'csv',
  what: 'one row a kind of call',
  extension: 'csv',
  render: (d) =>
    csvText(
      ['trace', 'call', 'count', 'failed', 'seconds', 'longest'],
      d.calls.map((c) => [d.trace.path, c.call, c.count, c.failed, c.seconds, c.longest]),
    ),
};

export const INSPECTION_REPORTERS: readonly Reporter<Inspection>[] = forAnyNames([
  tableReporter,
  { ...jsonReporter, what: 'the whole document' },
  csvReporter,
]);
