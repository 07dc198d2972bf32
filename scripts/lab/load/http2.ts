/** Half of the clients speak HTTP/2 without TLS, the others HTTP/1.1; kinds are those of http.ts. */
import http2 from 'node:http2';
import type { Session, Target } from './client.js';
import { type HttpRequest, open as openHttp1, parseKind } from './http.js';

export function open(target: Target, client: number): Promise<Session> {
  return client % 2 === 0 ? openHttp1(target) : openHttp2(target);
}

function openHttp2(target: Target): Promise<Session> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://127.0.0.1:${target.port}`);
    session.on('error', reject);
    session.on('connect', () =>
      resolve({
        request: (kind) => request(session, parseKind(kind, target)),
        close: () => session.destroy(),
      }),
    );
  });
}

function request(
  session: http2.ClientHttp2Session,
  { method, path, headers, body, wanted }: HttpRequest,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (session.closed) return reject(new Error('closed'));
    const stream = session.request({ ...headers, ':method': method, ':path': path });
    let status = 0;
    stream.on('response', (head) => (status = head[':status'] ?? 0));
    stream.on('error', reject);
    stream.on('end', () => resolve(status === wanted));
    stream.on('close', () => reject(new Error('closed')));
    stream.resume();
    stream.end(body ?? undefined);
  });
}
