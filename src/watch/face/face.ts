/**
 * What `watch` answers over HTTP: how it is, what it found, and the two ways to pull its trigger. Reading changes nothing. Over its Unix
 * socket whoever may open it may do all; over the network POST /alerts is all there is to write, and needs the token where one is set.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { z } from 'zod';
import { PerfscopeError } from '../../errors.js';
import { INCIDENT_ID, PAGE_FILE, RESULT_FILE } from '../incident.js';
import { type Say, reasonOf } from '../say.js';
import type { Store } from '../store.js';
import { MAX_BODY, parseWebhook } from '../triggers/alertmanager.js';
import { byHand } from '../triggers/trigger.js';
import type { Watch } from '../watch.js';
import { isOwnName } from './address.js';
import { type Standing, metricsText } from './metrics.js';
import { incidentsPage, rowsOf } from './page.js';
import { isToken, tokenIn } from './token.js';

export interface FaceParts {
  readonly watch: Watch;
  readonly store: Store;
  readonly host: string;
  readonly standing: () => Standing;
  readonly say: Say;
}

/** `socket`: its file's rights decide who comes in. `loopback`: read by all on this machine. `network`: by those who have the token. */
export type Trust =
  | { readonly kind: 'socket' }
  | { readonly kind: 'loopback'; readonly token: string | null }
  | { readonly kind: 'network'; readonly token: string };

const triggerSchema = z.object({ reason: z.string().max(10_000) });

export function createFace(parts: FaceParts, trust: Trust): Hono {
  const { watch, store, host } = parts;
  const app = new Hono();
  // The pages bring a stricter policy for what is in them.
  app.use(
    secureHeaders({ xFrameOptions: 'DENY', crossOriginResourcePolicy: 'same-origin', strictTransportSecurity: false }),
  );
  app.use(async (c, next) => {
    c.header('cache-control', 'no-store');
    if (trust.kind === 'loopback' && !isOwnName(c.req.header('host'))) return c.json({ error: 'ask by address' }, 421);
    const open = trust.kind !== 'network' || c.req.path === '/healthz';
    if (!open && !mayCome(c, trust.token)) return unknownCaller(c);
    await next();
  });
  const limited = bodyLimit({
    maxSize: MAX_BODY,
    onError: (c) => {
      watch.counters.add('webhooks', { end: 'refused' });
      return c.json({ error: `more than ${MAX_BODY} bytes` }, 413);
    },
  });

  app.get('/healthz', (c) => {
    const { ring, starts } = parts.standing();
    const recording = ring !== null;
    return c.json({ status: recording ? 'recording' : 'not recording', starts, ...watch.state }, recording ? 200 : 503);
  });
  app.get('/metrics', (c) => {
    c.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    return c.body(metricsText(watch, parts.standing()));
  });
  app.get('/', (c) => c.redirect('/incidents'));
  app.get('/incidents', (c) => {
    const wanted = c.req.query('format') ?? (/\btext\/html\b/.test(c.req.header('accept') ?? '') ? 'html' : 'json');
    const incidents = store.all();
    return wanted === 'html' ? c.html(incidentsPage(host, incidents)) : c.json({ host, incidents: rowsOf(incidents) });
  });
  app.get('/incidents/:id', (c) => {
    const incident = store.get(c.req.param('id'));
    return incident === undefined ? c.notFound() : c.json(incident);
  });
  app.get('/pages/:name', (c) => sendFile(c, store, '.html', PAGE_FILE, 'text/html; charset=utf-8'));
  app.get('/results/:name', (c) => sendFile(c, store, '.json', RESULT_FILE, 'application/json'));

  app.post('/alerts', limited, async (c) => {
    if (trust.kind === 'loopback' && trust.token !== null && !mayCome(c, trust.token)) return unknownCaller(c);
    // A page in a browser may send forms and plain text anywhere, JSON only where it is allowed to.
    if (!isJson(c)) return c.json({ error: 'content-type is not application/json' }, 415);
    const { firing, resolved } = parseWebhook(await c.req.text());
    for (const identity of resolved) watch.resolve(identity);
    const decisions = firing.map((trigger) => watch.trigger(trigger));
    const refused = decisions.find((d) => d.kind === 'refuse');
    watch.counters.add('webhooks', { end: refused === undefined ? 'taken' : 'later' });
    // Alertmanager tries again after 5xx.
    if (refused !== undefined) return c.json({ error: refused.why }, 503);
    const incidents = [...new Set(decisions.map((d) => d.incident))];
    return c.json({ firing: firing.length, resolved: resolved.length, incidents });
  });
  if (trust.kind === 'socket')
    app.post('/trigger', limited, async (c) => {
      const { reason } = triggerSchema.parse(await c.req.json());
      const decision = watch.trigger(byHand('command', reason));
      if (decision.kind === 'refuse') return c.json({ error: decision.why }, 503);
      return c.json({ incident: decision.incident, joined: decision.kind === 'join' });
    });

  app.notFound((c) => c.json({ error: 'there is nothing here' }, 404));
  app.onError((error, c) => {
    watch.counters.add('webhooks', { end: 'refused' });
    const reason = reasonOf(error);
    parts.say('warn', { code: 'watch-refused-request', args: { path: c.req.path, reason } });
    const theirs = error instanceof PerfscopeError || error instanceof SyntaxError || error instanceof z.ZodError;
    return c.json({ error: theirs ? reason : 'internal error' }, theirs ? 400 : 500);
  });
  return app;
}

const mayCome = (c: Context, token: string) => isToken(tokenIn(c.req.header('authorization')), token);

const isJson = (c: Context) => /^application\/json\b/i.test(c.req.header('content-type') ?? '');

function unknownCaller(c: Context) {
  c.header('www-authenticate', 'Basic realm="perfscope"');
  return c.json({ error: 'the token is missing or wrong' }, 401);
}

async function sendFile(c: Context, store: Store, extension: string, file: string, type: string) {
  const name = c.req.param('name') ?? '';
  const id = name.endsWith(extension) ? name.slice(0, -extension.length) : '';
  if (!INCIDENT_ID.test(id) || !store.has(id)) return c.notFound();
  const content = await readFile(path.join(store.folderOf(id), file)).catch(() => null);
  return content === null ? c.notFound() : c.body(content, 200, { 'content-type': type });
}
