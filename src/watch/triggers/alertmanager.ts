/**
 * The webhook of Prometheus' Alertmanager, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
 * Pure: from the body to what it asks for.
 */
import { z } from 'zod';
import { PerfscopeError } from '../../errors.js';
import { printable } from '../words.js';
import { MAX_REASON, type Trigger } from './trigger.js';

/** Bytes of a body: Alertmanager's own are some KB. */
export const MAX_BODY = 1024 * 1024;
const MAX_ALERTS = 1000;
const MAX_LABELS = 100;
const MAX_TEXT = 10_000;
/** Characters of a label that are kept, and labels. */
const [KEPT_TEXT, KEPT_LABELS] = [200, 30];

const texts = z
  .record(z.string().max(MAX_TEXT), z.string().max(MAX_TEXT))
  .refine((r) => Object.keys(r).length <= MAX_LABELS, `has more than ${MAX_LABELS} keys`);
const time = z.iso.datetime({ offset: true });

const alertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts.default({}),
  startsAt: time,
  /** Alertmanager has sent it since version 0.20. */
  fingerprint: z.string().min(1).max(200).optional(),
});

const webhookSchema = z.object({
  version: z.literal('4', 'is not 4'),
  groupKey: z.string().max(MAX_TEXT),
  status: z.enum(['firing', 'resolved']),
  alerts: z.array(alertSchema).min(1).max(MAX_ALERTS),
});
type Alert = z.infer<typeof alertSchema>;

export interface Webhook {
  /** A trigger an alert that fires. */
  readonly firing: readonly Trigger[];
  /** Identities of alerts that are over. */
  readonly resolved: readonly string[];
}

/** @throws PerfscopeError 'usage' with what is wrong with it */
export function parseWebhook(body: string): Webhook {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw refused(`it is no JSON (${(error as Error).message})`);
  }
  const { data, error } = webhookSchema.safeParse(value);
  if (error !== undefined) {
    const [first] = error.issues;
    const place = first!.path.map(String).join('.');
    throw refused(`${place === '' ? 'it' : place}: ${first!.message}`);
  }
  const { alerts, groupKey } = data;
  const of = (status: Alert['status']) => alerts.filter((a) => a.status === status);
  return {
    firing: of('firing').map((alert) => triggerOf(alert, groupKey)),
    resolved: of('resolved').map((alert) => identityOf(alert, groupKey)),
  };
}

function identityOf({ fingerprint, labels }: Alert, groupKey: string): string {
  if (fingerprint !== undefined) return fingerprint;
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${groupKey} ${JSON.stringify(sorted)}`.slice(0, MAX_TEXT);
}

function triggerOf(alert: Alert, groupKey: string): Trigger {
  const { labels, annotations, startsAt } = alert;
  const name = labels['alertname'] ?? 'an alert without a name';
  const told = annotations['summary'] ?? annotations['description'] ?? '';
  return {
    source: 'alert',
    reason: printable(told === '' ? name : `${name}: ${told}`, MAX_REASON),
    identity: identityOf(alert, groupKey),
    since: Date.parse(startsAt),
    labels: Object.fromEntries(
      Object.entries(labels)
        .slice(0, KEPT_LABELS)
        .map(([key, value]) => [printable(key, KEPT_TEXT), printable(value, KEPT_TEXT)]),
    ),
  };
}

function refused(why: string): PerfscopeError {
  const advice = "Post what Alertmanager's webhook_config sends (docs/watch.md).";
  return new PerfscopeError('usage', `this is no webhook of Alertmanager: ${printable(why)}`, {}, advice);
}
