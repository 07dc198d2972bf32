/** Webhooks in the shape that Alertmanager posts. */
export interface AlertPart {
  readonly name?: string;
  readonly fingerprint?: string;
  readonly status?: 'firing' | 'resolved';
  readonly startsAt?: string;
}

/** One alert, which fires now unless told otherwise. */
export function alertmanagerBody(part: AlertPart = {}): string {
  const { name = 'Slow', fingerprint = 'f1', status = 'firing', startsAt = new Date().toISOString() } = part;
  const labels = { alertname: name, instance: 'db1:9121' };
  const [annotations, endsAt] = [{ summary: 'it is slow' }, '0001-01-01T00:00:00Z'];
  return JSON.stringify({
    receiver: 'perfscope',
    status,
    alerts: [{ status, labels, annotations, startsAt, endsAt, generatorURL: 'http://prometheus:9090/', fingerprint }],
    groupLabels: { alertname: name },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://alertmanager:9093',
    version: '4',
    groupKey: `{}:{alertname="${name}"}`,
    truncatedAlerts: 0,
  });
}
