/** The face's two listeners: a Unix socket for `perfscope trigger`, and an address where one is asked for. */
import { lstat, rm } from 'node:fs/promises';
import { type Server, createServer, request } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { PerfscopeError } from '../../errors.js';
import type { Address } from './address.js';

/** ms that a request may take to arrive; connections at a time. */
const [REQUEST_MS, CONNECTIONS] = [30_000, 64];
/** sockaddr_un has room for 108 bytes, of which the last is 0. */
const LONGEST_PATH = 107;

export interface Listening {
  /** Where it listens, for people. */
  readonly where: string;
  readonly port: number | null;
  close(): Promise<void>;
}

export async function listenAt({ host, port }: Address, app: Hono): Promise<Listening> {
  const server = serverOf(app);
  await listening(server, () => server.listen(port, host), `${host}:${port}`);
  const at = server.address();
  const bound = typeof at === 'object' && at !== null ? at.port : port;
  const name = host.includes(':') ? `[${host}]` : host;
  return { where: `http://${name}:${bound}`, port: bound, close: () => closed(server) };
}

/** Only the user who runs `watch` may open it (and root). */
export async function listenOn(path: string, app: Hono): Promise<Listening> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new PerfscopeError(
      'usage',
      `the path of the socket has more than ${LONGEST_PATH} bytes: ${path}`,
      {},
      'Choose a shorter folder with -o, or --socket PATH.',
    );
  const stats = await lstat(path).catch(() => null);
  if (stats !== null && !stats.isSocket())
    throw new PerfscopeError(
      'output',
      'there is something else than a socket',
      { path },
      'Remove it, or choose another.',
    );
  // Whoever listens there still has locked the folder; a socket of another folder's watch must not be taken away.
  if (stats !== null && (await answers(path)))
    throw new PerfscopeError('output', 'another perfscope watch listens there', { path }, 'Choose another --socket.');
  await rm(path, { force: true });
  const server = serverOf(app);
  // The socket comes into being with these rights; nobody can be faster.
  const mask = process.umask(0o177);
  try {
    await listening(server, () => server.listen(path), path);
  } finally {
    process.umask(mask);
  }
  return { where: path, port: null, close: () => closed(server) };
}

function serverOf(app: Hono): Server {
  // Its own Request and Response stay its own: deliveries use those of Node.
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  server.maxConnections = CONNECTIONS;
  return server;
}

function listening(server: Server, listen: () => void, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      reject(new PerfscopeError('output', `cannot listen on ${where}: ${why}`, {}, 'Choose another address.'));
    });
    server.once('listening', () => {
      // A connection that fails is its own.
      server.on('error', () => undefined);
      resolve();
    });
    listen();
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: path, path: '/healthz', timeout: 2000 }, (response) => {
      response.resume();
      resolve(true);
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
