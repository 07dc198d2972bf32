/** The HTTP server behind proxies and caches. Started by peers/running.ts. */
import http from 'node:http';
import { rngOf } from '../rng.js';
import { answerTime, port } from './mood.js';

/** What a path asks for: /small/N, /page/N and /large/N may be cached for some seconds, /dynamic/N may not. */
function answer(url: string): { status: number; body: Buffer; headers: http.OutgoingHttpHeaders } {
  const [, kind, name] = new URL(url, 'http://peer').pathname.split('/');
  const size = { small: 900, page: 12_000, large: 180_000, dynamic: 2500 }[kind ?? ''];
  if (size === undefined) return { status: 404, body: Buffer.from('nothing here\n'), headers: {} };
  const seed = rngOf(kind!, name ?? '');
  return {
    status: 200,
    body: Buffer.alloc(Math.round(size * seed.between(0.5, 1.5)), `${kind} ${name} `),
    headers: {
      'Content-Type': 'text/html',
      'Cache-Control': kind === 'dynamic' ? 'no-store' : `max-age=${kind === 'small' ? 2 : 20}`,
      'Last-Modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
      ETag: `"${kind}-${name}"`,
    },
  };
}

http
  .createServer((request, response) => {
    // Bodies of requests are read and forgotten.
    request.resume();
    void (async () => {
      await answerTime();
      const { status, body, headers } = answer(request.url ?? '/');
      if (status === 200 && request.headers['if-none-match'] === headers['ETag'])
        response.writeHead(304, headers).end();
      else {
        response.writeHead(status, { ...headers, 'Content-Length': body.length });
        response.end(request.method === 'HEAD' ? undefined : body);
      }
    })();
  })
  .listen(port, '127.0.0.1');
