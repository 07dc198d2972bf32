/**
 * HTTP/1.1 with connections kept. A kind is a method and a path, `get /small/#40`: `#40` stands for a number below 40. Behind
 * the path may stand words: `no-cache`, `gzip`, `via-proxy` (the whole URL of the peer as the request's target), `status=404`.
 */
import http from 'node:http';
import type https from 'node:https';
import type { Session, Target } from './client.js';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** Status of a right answer. */
  readonly wanted: number;
}

export function parseKind(kind: string, { random, peerPort }: Target): HttpRequest {
  const [method, pattern, ...words] = kind.split(' ');
  const where = pattern!.replace(/#(\d+)/g, (_, n: string) => String(random.below(Number(n))));
  const body = method === 'post' ? Buffer.alloc(random.below(8000) + 100, 'x') : null;
  return {
    method: method!.toUpperCase(),
    path: words.includes('via-proxy') ? `http://127.0.0.1:${peerPort}${where}` : where,
    headers: {
      'user-agent': 'load',
      ...(words.includes('no-cache') && { 'cache-control': 'no-cache' }),
      ...(words.includes('gzip') && { 'accept-encoding': 'gzip' }),
      ...(body !== null && { 'content-length': String(body.length) }),
    },
    body,
    wanted: Number(words.find((w) => w.startsWith('status='))?.slice(7) ?? 200),
  };
}

export function open(target: Target): Promise<Session> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return Promise.resolve({
    request: (kind) => exchange(http.request, { port: target.port, agent }, parseKind(kind, target)),
    close: () => agent.destroy(),
  });
}

/** Asks whoever listens there; whether the status was the one of a right answer. */
export function exchange(
  ask: typeof http.request | typeof https.request,
  where: https.RequestOptions,
  { method, path, headers, body, wanted }: HttpRequest,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const outgoing = ask({ host: '127.0.0.1', method, path, headers, ...where }, (incoming) => {
      incoming.on('error', reject);
      incoming.on('end', () => resolve(incoming.statusCode === wanted));
      incoming.resume();
    });
    outgoing.on('error', reject);
    outgoing.end(body ?? undefined);
  });
}
