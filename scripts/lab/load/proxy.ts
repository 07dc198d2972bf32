/**
 * HTTP as a proxy is asked, a connection a request. Kinds are those of http.ts, whose paths may be whole URLs, `tunnel /small/#40` (CONNECT to
 * the peer, and a request through that) and `tunnel refused` (to a port to which none is allowed).
 */
import type net from 'node:net';
import http from 'node:http';
import type { Session, Target } from './client.js';
import { connected } from './connected.js';
import { exchange, parseKind } from './http.js';

/** Of a tunnel that is refused: nobody may have one to the mail server. */
const REFUSED_PORT = 25;

export function open(target: Target): Promise<Session> {
  const ending = new AbortController();
  const { signal } = ending;
  return Promise.resolve({
    request: (kind) =>
      kind.startsWith('tunnel ')
        ? tunnel(kind.slice(7), target, signal)
        : exchange(http.request, { port: target.port, agent: false, signal }, parseKind(kind, target)),
    close: () => ending.abort(),
  });
}

export const idle = ({ port }: Target): Promise<net.Socket> => connected(port);

function tunnel(what: string, target: Target, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const refused = what === 'refused';
    const path = `127.0.0.1:${refused ? REFUSED_PORT : target.peerPort}`;
    const where = { host: '127.0.0.1', port: target.port, agent: false, signal } as const;
    const asked = http.request({ ...where, method: 'CONNECT', path });
    asked.on('error', reject);
    asked.on('connect', ({ statusCode }, socket) => {
      socket.on('error', reject);
      if (refused || statusCode !== 200) {
        resolve(refused && statusCode === 403);
        socket.destroy();
      } else {
        void exchange(http.request, { signal, createConnection: () => socket }, parseKind(`get ${what}`, target))
          .then(resolve, reject)
          .finally(() => socket.destroy());
      }
    });
    asked.end();
  });
}
