/**
 * HTTP over TLS, to a server that ends TLS for another. Kinds are those of http.ts, over a connection that is kept; behind the path may stand
 * `once` (a connection of its own, with a whole handshake) and `inward` (without TLS, to the port of those who have it added). `plain` speaks
 * without TLS where it is needed, and `nobody` names a service behind which nothing listens: both get no answer.
 */
import https from 'node:https';
import http from 'node:http';
import tls from 'node:tls';
import type { Session, Target } from './client.js';
import { connected } from './connected.js';
import { exchange, parseKind } from './http.js';

export const HOST = 'lab.test';
export const NOBODY_HOST = 'nobody.test';
/** Behind the port for TLS: the one where it is added, and one where nothing listens. */
export const INWARD = 2;
export const CLOSED = 4;

const PLAIN_REQUEST = `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
const ANSWER = 'HTTP/1.1 200';

/** Nobody else knows the certificate. */
const trust = (port: number, servername: string) => ({
  port,
  host: '127.0.0.1',
  servername,
  rejectUnauthorized: false,
});

export function open(target: Target): Promise<Session> {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const ending = new AbortController();
  const { signal } = ending;
  return Promise.resolve({
    request(kind) {
      if (kind === 'plain') return unanswered(connected(target.port), signal);
      if (kind === 'nobody') return unanswered(encrypted(target.port, NOBODY_HOST), signal);
      const words = kind.split(' ');
      const asked = parseKind(kind, target);
      if (words.includes('inward'))
        return exchange(http.request, { port: target.port + INWARD, agent: false, signal }, asked);
      const how = words.includes('once') ? { agent: false as const, signal } : { agent };
      return exchange(https.request, { ...trust(target.port, HOST), ...how }, asked);
    },
    close() {
      ending.abort();
      agent.destroy();
    },
  });
}

export const idle = ({ port }: Target): Promise<tls.TLSSocket> => encrypted(port, HOST);

function encrypted(port: number, servername: string): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect(trust(port, servername), () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Whether the connection, once it is there, ends without an answer to a request. */
async function unanswered(connecting: ReturnType<typeof connected>, signal: AbortSignal): Promise<boolean> {
  const socket = await connecting;
  signal.addEventListener('abort', () => socket.destroy());
  let received = '';
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
  socket.write(PLAIN_REQUEST);
  await new Promise((resolve) => socket.on('close', resolve));
  return !received.startsWith(ANSWER);
}
