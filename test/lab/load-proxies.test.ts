/** What the load takes for right answers of proxies: of HTTP, and of what TLS is put round. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../scripts/lab/load/client.js';
import * as proxy from '../../scripts/lab/load/proxy.js';
import * as tls from '../../scripts/lab/load/tls.js';
import { rngOf } from '../../scripts/lab/rng.js';
import { asked, closing, serve } from './answering.js';

const PEER_PORT = 9;

async function listening(server: net.Server): Promise<Target> {
  closing.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as net.AddressInfo).port, peerPort: PEER_PORT, random: rngOf('test') };
}

describe('proxy', () => {
  /** Answers requests with what they are for, and a tunnel itself: it is the peer. */
  function server(tunnelStatus = 200) {
    const asked: string[] = [];
    const server = http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.statusCode = request.url!.includes('blocked') ? 403 : 200;
      response.end('text');
    });
    server.on('connect', (request, socket) => {
      asked.push(`${request.method} ${request.url}`);
      const forbidden = request.url!.endsWith(':25');
      socket.write(`HTTP/1.1 ${forbidden ? 403 : tunnelStatus} So\r\n\r\n`);
      if (forbidden) socket.end();
      else server.emit('connection', socket);
    });
    return { server, asked };
  }

  it.each([
    ['get /small/#1 via-proxy', ['GET http://127.0.0.1:9/small/0'], true],
    ['get http://blocked.test/#1 status=403', ['GET http://blocked.test/0'], true],
    ['get http://blocked.test/#1', ['GET http://blocked.test/0'], false],
    ['tunnel /page/#1', ['CONNECT 127.0.0.1:9', 'GET /page/0'], true],
    ['tunnel refused', ['CONNECT 127.0.0.1:25'], true],
  ])('%s', async (kind, expected, right) => {
    const { server: made, asked: requests } = server();
    await expect(asked(await proxy.open(await listening(made)), kind)).resolves.toBe(right);
    expect(requests).toEqual(expected);
  });

  it('a tunnel that is refused is wrong where it should not be', async () => {
    const session = await proxy.open(await listening(server(503).server));
    await expect(asked(session, 'tunnel /page/#1')).resolves.toBe(false);
  });

  it('whoever closes waits no longer', async () => {
    const session = await proxy.open(await serve((received) => received));
    const answer = session.request('get /small/#1 via-proxy');
    session.close();
    await expect(answer).rejects.toThrow('aborted');
  });
});

describe('tls', () => {
  let folder: string;
  let certificate: { key: Buffer; cert: Buffer };
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lab-tls-'));
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    const how = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=lab.test',
    ];
    execFileSync('openssl', ['req', '-x509', ...how, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    certificate = { key: readFileSync(key), cert: readFileSync(cert) };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Answers those who name it, and ends the connections of others. Counts connections. */
  async function server() {
    const counts = { connections: 0 };
    const server = https.createServer(certificate, (request, response) => {
      response.statusCode = request.url === '/nothing/0' ? 404 : 200;
      response.end('text');
    });
    server.on('secureConnection', (socket) => {
      counts.connections++;
      if (socket.servername !== tls.HOST) socket.destroy();
    });
    return { target: await listening(server), counts };
  }

  it.each([
    ['get /small/#1', true],
    ['get /small/#1 once', true],
    ['get /nothing/#1 once status=404', true],
    ['get /nothing/#1 once', false],
    ['nobody', true],
    ['plain', true],
  ])('%s', async (kind, right) => {
    const { target } = await server();
    await expect(asked(await tls.open(target), kind)).resolves.toBe(right);
  });

  it('connections are kept but for those of one request', async () => {
    const { target, counts } = await server();
    const session = await tls.open(target);
    for (const kind of ['get /a', 'get /b', 'get /c once', 'get /d once']) await session.request(kind);
    session.close();
    expect(counts.connections).toBe(3);
  });

  it('an answer to somebody who is to get none is wrong', async () => {
    const ending = { Connection: 'close' };
    const target = await listening(http.createServer((_, response) => response.writeHead(200, ending).end('text')));
    await expect(asked(await tls.open(target), 'plain')).resolves.toBe(false);
  });

  it('what has TLS added is asked where that is done', async () => {
    const target = await listening(http.createServer((_, response) => response.end('text')));
    const session = await tls.open({ ...target, port: target.port - tls.INWARD });
    await expect(asked(session, 'get /small/#1 inward')).resolves.toBe(true);
  });
});
