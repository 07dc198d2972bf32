// A Redis of one's own: on loopback, on a free port, what it was given kept in a folder (AOF on).
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';

export class OwnRedis {
  static async start(folder) {
    const server = new OwnRedis();
    server.folder = folder;
    server.port = await freePort();
    server.url = `redis://127.0.0.1:${server.port}`;
    server.client = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null, lazyConnect: true });
    server.client.on('error', () => undefined);
    await server.start();
    return server;
  }

  /** Again, with what it had written to disk. */
  async start() {
    mkdirSync(this.folder, { recursive: true });
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    this.child = spawn('redis-server', [...args, '--save', '', '--appendonly', 'yes'], { stdio: 'ignore' });
    await this.client.ping();
  }

  async stop(signal = 'SIGTERM') {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    await ended;
  }

  /** Only while it is stopped. */
  forget() {
    rmSync(this.folder, { recursive: true });
  }

  async end() {
    this.client.disconnect();
    await this.stop('SIGKILL');
  }
}
