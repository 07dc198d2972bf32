/** The outcome of `regress` as a Prometheus text file. */
import type { MethodEvaluation } from '../evaluate/evaluation.js';
import { type Regression, totalCosts } from '../regress/regression.js';
import { type Metric, type Sample, prometheusText } from './prometheus-text.js';
import type { Reporter } from './reporter.js';

export const prometheusReporter: Reporter<Regression> = {
  id: 'prometheus',
  what: 'text file for node_exporter',
  extension: 'prom',
  render: (d) => prometheusText(metricsOf(d)),
};

function metricsOf(d: Regression): Metric[] {
  const methods = Object.entries(d.evaluation.methods);
  const { after } = totalCosts(d);
  const one = (value: number): Sample[] => [{ labels: {}, value }];
  const each = (value: (m: MethodEvaluation) => number): Sample[] =>
    methods.map(([method, m]) => ({ labels: { method }, value: value(m) }));
  const metric = (name: string, help: string, samples: Sample[]): Metric => ({
    name: `perfscope_regress_${name}`,
    help,
    samples,
  });
  return [
    metric('passed', '1 when no gate was crossed and the run was complete.', one(d.passed ? 1 : 0)),
    metric('timestamp_seconds', 'When the run began, Unix time.', one(Date.parse(d.at) / 1000)),
    metric('info', 'Version and label of the run.', [
      { labels: { version: d.tool.version, label: d.label ?? '' }, value: 1 },
    ]),
    metric(
      'gate_crossed',
      '1 when the gate was crossed.',
      d.gates.map((g) => ({ labels: { gate: g.condition }, value: g.crossed ? 1 : 0 })),
    ),
    metric(
      'cases_at_most',
      'Cases whose related, root or path rank is at most k.',
      methods.flatMap(([method, { total }]) =>
        (['related', 'root', 'path'] as const).flatMap((rank) =>
          ([1, 3, 5] as const).map((k) => ({
            labels: { method, rank, k: String(k) },
            value: total[rank][`top${k}`],
          })),
        ),
      ),
    ),
    metric(
      'cases_guilty',
      'Cases with a guilty function.',
      each((m) => m.total.guilty),
    ),
    metric(
      'mrr',
      'Mean reciprocal rank of the related functions.',
      each((m) => m.total.related.mrr),
    ),
    metric(
      'verdicts_right',
      'Right verdicts on cases without a guilty function.',
      each((m) => m.total.verdicts.right),
    ),
    metric(
      'verdicts_of',
      'Cases without a guilty function.',
      each((m) => m.total.verdicts.of),
    ),
    metric(
      'false_alarms',
      'Healthy prefixes that were not quiet.',
      each((m) => m.total.healthyPrefixes.falseAlarms),
    ),
    metric(
      'cases_failed',
      'Cases that failed.',
      each((m) => m.total.failed),
    ),
    metric(
      'related_rank',
      'Related rank of a case; not there when the function was not reported.',
      methods.flatMap(([method, { cases }]) =>
        cases.flatMap((c) => (c.related === null ? [] : [{ labels: { method, case: c.id }, value: c.related }])),
      ),
    ),
    metric(
      'time_calibrations',
      'Processor time of a part over all cases, in multiples of the calibration.',
      Object.entries(after.time).map(([part, value]) => ({ labels: { part }, value })),
    ),
    metric('memory_calibrations', 'Largest memory, summed over all cases, likewise.', one(after.memory)),
    metric(
      'calibration_seconds',
      'Processor seconds of the calibration: the speed of the machine.',
      d.calibration === null ? [] : one(d.calibration.seconds),
    ),
  ];
}
