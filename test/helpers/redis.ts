/** A Redis of the test's own: on loopback, on a free port, its data (AOF on) in a folder of the test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class RedisServer {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly more: readonly string[],
    /** What the test's own client logs in with; a password goes into the address, too. */
    private readonly login: RedisOptions,
  ) {}

  /** @param more further arguments of redis-server */
  static async start(folder: string, more: readonly string[] = [], login: RedisOptions = {}): Promise<RedisServer> {
    mkdirSync(folder, { recursive: true });
    const server = new RedisServer(folder, await freePort(), more, login);
    await server.start();
    return server;
  }

  get url(): string {
    return this.urlOf('', this.login.password ?? '');
  }

  urlOf(user: string, password: string): string {
    const login = password === '' ? '' : `${user}:${password}@`;
    return `${this.login.tls === undefined ? 'redis' : 'rediss'}://${login}127.0.0.1:${this.port}`;
  }

  /** Again, with the data of before. */
  async start(): Promise<void> {
    const port =
      this.login.tls === undefined ? ['--port', String(this.port)] : ['--port', '0', '--tls-port', String(this.port)];
    const args = [...port, '--bind', '127.0.0.1', '--dir', this.folder, '--save', '', '--appendonly', 'yes'];
    this.child = spawn('redis-server', [...args, ...this.more], { stdio: 'ignore' });
    const client = this.client();
    await client.ping();
    client.disconnect();
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.child;
    this.child = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  client(): Redis {
    const client = new Redis(this.url, { maxRetriesPerRequest: null, retryStrategy: () => 50, ...this.login });
    client.on('error', () => undefined);
    return client;
  }
}
