/** The text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/), for node_exporter's textfile collector. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  /** Default: a gauge. */
  readonly type?: 'gauge' | 'counter';
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric without samples is left out. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .filter((m) => m.samples.length > 0)
    .map(({ name, help, type = 'gauge', samples }) => {
      const head = [
        `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
        `# TYPE ${name} ${type}`,
      ];
      return [...head, ...samples.map((s) => `${name}${labelText(s.labels)} ${valueText(s.value)}`)].join('\n') + '\n';
    })
    .join('');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function valueText(n: number): string {
  return Number.isNaN(n) ? 'NaN' : n === Infinity ? '+Inf' : n === -Infinity ? '-Inf' : String(n);
}
