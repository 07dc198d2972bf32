import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PerfscopeError } from '../../src/errors.js';
import { parseWebhook } from '../../src/watch/triggers/alertmanager.js';
import { alertmanagerBody } from './helpers/alertmanager.js';

interface Body {
  [key: string]: unknown;
  alerts: { [key: string]: unknown; annotations: Record<string, string> }[];
}
const body = (change: (webhook: Body) => void) => {
  const webhook = JSON.parse(alertmanagerBody()) as Body;
  change(webhook);
  return JSON.stringify(webhook);
};

describe('a webhook of Alertmanager', () => {
  it('is one trigger an alert that fires; what is resolved is told apart', () => {
    const { firing, resolved } = parseWebhook(readFileSync(new URL('alertmanager.json', import.meta.url), 'utf8'));
    expect(firing).toEqual([
      {
        source: 'alert',
        reason: 'RedisSlow: redis on db1 answers after 2.1 s',
        identity: '57c6d9296de2ad39',
        since: Date.UTC(2026, 10, 29, 16, 3, 17, 442),
        labels: { alertname: 'RedisSlow', instance: 'db1:9121', severity: 'page' },
      },
    ]);
    expect(resolved).toEqual(['a0f1b2c3d4e5f607']);
  });

  it('of versions without fingerprints: the group and the labels are the identity, in any order', () => {
    const without = (labels: object) =>
      parseWebhook(
        body((w) => {
          delete w.alerts[0]!['fingerprint'];
          w.alerts[0]!['labels'] = labels;
        }),
      ).firing[0]!.identity;
    expect(without({ a: '1', b: '2' })).toBe(without({ b: '2', a: '1' }));
    expect(without({ a: '1' })).not.toBe(without({ a: '2' }));
  });

  it('what alerts say is one line without controls, of bounded length', () => {
    const { reason } = parseWebhook(
      body((w) => {
        w.alerts[0]!.annotations['summary'] = `\u001b[31mred\nline ${'x'.repeat(2000)}`;
      }),
    ).firing[0]!;
    expect(reason).toMatch(/^\S+: \\x1b\[31mred line x+…$/);
    expect(reason.length).toBeLessThan(600);
  });

  it.each([
    ['', 'it is no JSON'],
    ['[]', 'it: Invalid input: expected object'],
    [body((w) => (w['version'] = '3')), 'version: is not 4'],
    [body((w) => delete w['groupKey']), 'groupKey: '],
    [body((w) => (w.alerts = [])), 'alerts: '],
    [body((w) => (w.alerts[0]!['status'] = 'odd')), 'alerts.0.status: '],
    [body((w) => (w.alerts[0]!['startsAt'] = 'now')), 'alerts.0.startsAt: '],
    [body((w) => (w.alerts[0]!['labels'] = { a: 1 })), 'alerts.0.labels.a: '],
    [body((w) => (w.alerts[0]!['labels'] = { a: 'x'.repeat(20_000) })), 'alerts.0.labels.a: '],
    [body((w) => (w.alerts = Array(2000).fill(w.alerts[0]!))), 'alerts: '],
  ])('is refused: %.40s', (text, why) => {
    expect(() => parseWebhook(text)).toThrow(PerfscopeError);
    expect(() => parseWebhook(text)).toThrow(why);
  });

  it('whatever comes is understood or refused, never a fault', () => {
    const text = alertmanagerBody();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(20), fc.string(), (at, length, instead) => {
        try {
          parseWebhook(text.slice(0, at) + instead + text.slice(at + length));
        } catch (error) {
          expect(error).toBeInstanceOf(PerfscopeError);
        }
      }),
    );
  });
});
