import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { byHand } from '../../src/watch/triggers/trigger.js';
import { until } from '../helpers/running.js';
import { alertmanagerBody } from './helpers/alertmanager.js';
import { folders } from './helpers/parts.js';
import { type Part, type Running, services } from './helpers/service.js';

const folder = folders();
const start = services();
const TOKEN = 'a-token-of-some-length';

const listening = (part: Part = {}) => start(folder(), { listen: { host: '127.0.0.1', port: 0 }, ...part });
const get = (s: Running, path: string, headers: Record<string, string> = {}) =>
  fetch(`${s.ready.address}${path}`, { headers, redirect: 'manual' });
const post = (s: Running, body: string | ReadableStream, headers: Record<string, string> = {}) =>
  fetch(`${s.ready.address}/alerts`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    duplex: 'half',
  } as RequestInit);

/** The value of a sample in the text of /metrics. */
async function metric(s: Running, sample: string): Promise<number> {
  const text = await (await get(s, '/metrics')).text();
  const line = text.split('\n').find((l) => l.startsWith(`perfscope_watch_${sample} `));
  return Number(line?.split(' ').at(-1));
}

describe('what watch answers', () => {
  it('how it is', async () => {
    const s = await listening();
    const health = await get(s, '/healthz');
    expect([health.status, await health.json()]).toMatchObject([200, { status: 'recording', starts: 1, waiting: 0 }]);
    expect(health.headers.get('x-content-type-options')).toBe('nosniff');
    const metrics = await get(s, '/metrics');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await metric(s, 'recording')).toBe(1);
    expect(await metric(s, 'lost_events_total')).toBe(7);
  });

  it('that nothing is recorded', async () => {
    const s = await listening({
      patience: 10,
      onRing: (_, n) => {
        if (n > 1) throw new Error('no');
      },
    });
    s.rings[0]!.end('it ended');
    await until('no recording', async () => (await get(s, '/healthz')).status === 503);
    expect(await metric(s, 'recording')).toBe(0);
  });

  it('what it found, for programs and for people', async () => {
    const s = await listening();
    s.ready.watch.trigger(byHand('command', '<script>alert(1)</script>'));
    await until('a message', () => s.delivered.length === 1);
    const { id } = s.delivered[0]!;
    const list = await get(s, '/incidents');
    expect(await list.json()).toMatchObject({
      incidents: [{ id, verdict: 'bug', suspect: 'snr_resolution_cb', page: `/pages/${id}.html` }],
    });
    const page = await get(s, '/incidents', { accept: 'text/html,*/*' });
    expect(page.headers.get('content-type')).toContain('text/html');
    const html = await page.text();
    expect(html).toContain(`pages/${id}.html`);
    expect(html).not.toContain('<script>alert');
    expect(await (await get(s, `/pages/${id}.html`)).text()).toBe('<!doctype html><p>page');
    expect(await (await get(s, `/results/${id}.json`)).json()).toMatchObject({ verdict: 'bug' });
    expect(await (await get(s, `/incidents/${id}`)).json()).toMatchObject({ id, state: 'analysed' });
    expect(await metric(s, 'verdicts_total{verdict="bug"}')).toBe(1);
    expect(await metric(s, 'deliveries_total{delivery="keep",end="done"}')).toBe(1);
    expect((await get(s, '/')).headers.get('location')).toBe('/incidents');
  });

  it.each([
    '/nothing',
    '/pages/x.html',
    '/pages/..%2f..%2f..%2fetc%2fpasswd.html',
    '/pages/20261129T160317Z-00.html',
    '/results/20261129T160317Z-00.json',
    '/incidents/20261129T160317Z-00',
    '/trigger',
  ])('nothing else: %s', async (path) => expect((await get(await listening(), path)).status).toBe(404));

  it('nobody who reached it by a name of his own', async () => {
    const s = await listening();
    const { port } = new URL(s.ready.address!);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.end('GET /incidents HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (piece: Buffer) => (text += piece.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
  });
});

describe('POST /alerts', () => {
  it('opens one incident for an alert, however often it is told', async () => {
    const s = await listening();
    const first = await post(s, alertmanagerBody());
    expect(first.status).toBe(200);
    await until('a message', () => s.delivered.length === 1);
    const { id } = s.delivered[0]!;
    expect(await first.json()).toEqual({ firing: 1, resolved: 0, incidents: [id] });
    const startsAt = new Date(Date.now() - 60_000).toISOString();
    expect(await (await post(s, alertmanagerBody({ startsAt }))).json()).toMatchObject({ incidents: [id] });
    await post(s, alertmanagerBody({ status: 'resolved' }));
    expect(await (await post(s, alertmanagerBody({ startsAt }))).json()).not.toMatchObject({ incidents: [id] });
    await until('another message', () => s.delivered.length === 2);
    expect(await metric(s, 'triggers_total{source="alert",decision="repeat"}')).toBe(1);
  });

  it('is told to come again later when too many wait', async () => {
    const s = await listening({ rules: { after: 0, interval: 0, waiting: 1 }, content: () => 'hang' });
    for (const fingerprint of ['a', 'b']) {
      expect((await post(s, alertmanagerBody({ fingerprint }))).status).toBe(200);
      await until('its snapshot', () => s.ready.watch.state.next === null && s.ready.watch.state.taking === null);
      await until('an analysis', () => s.ready.watch.state.analysing !== null);
    }
    const refused = await post(s, alertmanagerBody({ fingerprint: 'c' }));
    expect([refused.status, await refused.json()]).toEqual([503, { error: 'queue-full' }]);
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['what is no webhook', '{"a": 1}', {}, 400],
    ['what is no JSON', 'x'.repeat(1000), {}, 400],
    ['what is too large', JSON.stringify({ a: 'x'.repeat(2 << 20) }), {}, 413],
    ['what a page of somebody else may post', alertmanagerBody(), { 'content-type': 'text/plain' }, 415],
  ])('refuses %s, and goes on', async (_, body, headers, status) => {
    const s = await listening();
    const refused = await post(s, body, headers);
    expect(refused.status).toBe(status);
    expect(await refused.json()).toHaveProperty('error');
    expect((await post(s, alertmanagerBody())).status).toBe(200);
  });

  it('refuses what is too large although it does not say how large it is', async () => {
    const s = await listening();
    const piece = new Uint8Array(256 * 1024).fill(32);
    let left = 20;
    const body = new ReadableStream({
      pull: (c) => (left-- > 0 ? c.enqueue(piece) : c.close()),
    });
    const status = await post(s, body).then(
      (r) => r.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect((await get(s, '/healthz')).status).toBe(200);
  });

  it('needs the token where one is set; reading on this machine does not', async () => {
    const s = await listening({ token: TOKEN });
    const as = async (authorization: string) => (await post(s, alertmanagerBody(), { authorization })).status;
    expect((await post(s, alertmanagerBody())).status).toBe(401);
    expect([await as(`Bearer ${TOKEN}x`), await as('Bearer '), await as(`Bearer ${TOKEN}`)]).toEqual([401, 401, 200]);
    expect((await get(s, '/incidents')).status).toBe(200);
  });
});

describe('beyond this machine', () => {
  const everywhere = { host: '0.0.0.0', port: 0 };
  it('is not listened without a token', async () => {
    await expect(start(folder(), { listen: everywhere })).rejects.toThrow('there is no token');
  });

  it('all but the health needs the token, as browsers give it too', async () => {
    const s = await start(folder(), { listen: everywhere, token: TOKEN });
    const status = async (path: string, headers = {}) => (await get(s, path, headers)).status;
    const basic = { authorization: `Basic ${Buffer.from(`me:${TOKEN}`).toString('base64')}` };
    expect([await status('/healthz'), await status('/incidents'), await status('/metrics')]).toEqual([200, 401, 401]);
    expect([await status('/incidents', basic), (await post(s, alertmanagerBody())).status]).toEqual([200, 401]);
    expect((await get(s, '/incidents')).headers.get('www-authenticate')).toContain('Basic');
  });

  it('an address that is taken is told', async () => {
    const s = await listening();
    const port = Number(new URL(s.ready.address!).port);
    await expect(listening({ listen: { host: '127.0.0.1', port } })).rejects.toThrow('something else listens there');
  });
});
