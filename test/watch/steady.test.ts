/** scripts/bench/watch.js in short, without a tracer: many triggers, some during an analysis, a full disk, webhooks that are none. */
import { expect, it } from 'vitest';
import { type Delivery, DeliveryError } from '../../src/watch/deliveries/delivery.js';
import { until } from '../helpers/running.js';
import { alertmanagerBody } from './helpers/alertmanager.js';
import { folders } from './helpers/parts.js';
import { services } from './helpers/service.js';

const folder = folders();
const start = services();
const TRIGGERS = 20;

it('nothing is lost but what the rules say', async () => {
  let sent = 0;
  const failing: Delivery = {
    name: 'failing',
    send: () => (sent++ % 3 === 0 ? Promise.reject(new DeliveryError('it is gone', false)) : Promise.resolve()),
  };
  const got: string[] = [];
  const s = await start(folder(), {
    listen: { host: '127.0.0.1', port: 0 },
    rules: { after: 1, interval: 5, waiting: 4 },
    quota: 100_000,
    content: () => 'x'.repeat(10_000),
    deliveries: [{ name: 'keep', send: (m) => Promise.resolve(void got.push(m.id)) }, failing],
  });
  const { watch, address } = s.ready;
  const ring = () => s.rings.at(-1)!;
  const post = async (body: string) => {
    const answer = await fetch(`${address}/alerts`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    return { status: answer.status, incidents: ((await answer.json()) as { incidents?: string[] }).incidents ?? [] };
  };

  let refused = 0;
  for (let n = 0; n < TRIGGERS; n++) {
    // A full disk for a while, and until a snapshot met it: a busy machine may take none meanwhile.
    const met = watch.counters.sum('snapshots', { end: 'failed' }) > 0;
    ring().failure =
      n >= 8 && (n < 11 || !met) ? Object.assign(new Error('the disk is full'), { code: 'ENOSPC' }) : null;
    if (n === 13) {
      ring().end('the program ended');
      await until('another ring', () => s.rings.length === 2);
    }
    if (n % 4 === 0 && n > 0) await until('an analysis', () => watch.state.analysing !== null || got.length > 0);
    expect((await post(n % 2 === 0 ? '{' : '{"version":"4"}')).status).toBe(400);
    const { status } = await post(alertmanagerBody({ fingerprint: `f${n}` }));
    if (status === 503) refused++;
    else expect(status).toBe(200);
  }
  ring().failure = null;
  await until('all to be done', () => {
    const { next, taking, analysing, waiting } = watch.state;
    return next === null && taking === null && analysing === null && waiting === 0;
  });
  await until('all to be delivered', async () => {
    const text = await (await fetch(`${address}/metrics`)).text();
    return /^perfscope_watch_deliveries_waiting 0$/m.test(text);
  });

  const { counters } = watch;
  expect(counters.sum('triggers')).toBe(TRIGGERS);
  expect(counters.sum('triggers', { decision: 'refuse' })).toBe(refused);
  expect(counters.sum('snapshots', { end: 'failed' })).toBeGreaterThan(0);
  expect(counters.sum('webhooks', { end: 'refused' })).toBe(TRIGGERS);
  // Each incident once; each trigger that was taken is known as belonging to one of them.
  expect(new Set(got).size).toBe(got.length);
  expect(counters.sum('analyses', { end: 'done' })).toBe(got.length);
  expect(counters.sum('deliveries', { delivery: 'keep', end: 'done' })).toBe(got.length);
  expect(counters.sum('deliveries', { delivery: 'failing', end: 'given-up' })).toBe(Math.ceil(sent / 3));
  for (let n = 0; n < TRIGGERS; n++) {
    const startsAt = new Date(0).toISOString();
    const again = await post(alertmanagerBody({ fingerprint: `f${n}`, startsAt }));
    if (again.incidents.length > 0 && refused === 0) expect(got).toContain(again.incidents[0]);
  }
  expect(counters.sum('triggers', { decision: 'repeat' })).toBeGreaterThanOrEqual(TRIGGERS - refused);
});
