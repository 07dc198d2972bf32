/** What is counted while `watch` runs, for /metrics. */
export const COUNTERS = {
  triggers: 'Triggers by what became of them',
  webhooks: 'Webhooks of Alertmanager by what became of them',
  snapshots: 'Snapshots by how they ended',
  analyses: 'Analyses by how they ended',
  deliveries: 'Messages by delivery and how they ended',
  verdicts: 'Analysed incidents by verdict',
} as const;
export type Counter = keyof typeof COUNTERS;

export class Counters {
  private readonly counts = new Map<Counter, Map<string, { labels: Readonly<Record<string, string>>; n: number }>>();

  add(counter: Counter, labels: Readonly<Record<string, string>>): void {
    const of = this.counts.get(counter) ?? new Map<string, { labels: Readonly<Record<string, string>>; n: number }>();
    this.counts.set(counter, of);
    const key = JSON.stringify(labels);
    const entry = of.get(key) ?? { labels, n: 0 };
    of.set(key, entry);
    entry.n++;
  }

  samples(counter: Counter): { labels: Readonly<Record<string, string>>; value: number }[] {
    return [...(this.counts.get(counter)?.values() ?? [])].map(({ labels, n }) => ({ labels, value: n }));
  }

  /** How many in all, of those that have these labels. */
  sum(counter: Counter, labels: Readonly<Record<string, string>> = {}): number {
    return this.samples(counter)
      .filter((s) => Object.entries(labels).every(([k, v]) => s.labels[k] === v))
      .reduce((sum, s) => sum + s.value, 0);
  }
}
