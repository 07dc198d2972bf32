/** A peer of the lab, as built, in a process of its own until it is ended. */
import { type ChildProcess, fork } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { until } from '../helpers/running.js';

export interface StartedPeer {
  readonly port: number;
  readonly peer: ChildProcess;
}

export async function startPeer(name: string): Promise<StartedPeer> {
  const port = await freePort();
  const module = path.join(import.meta.dirname, `../../dist/scripts/lab/peers/${name}.js`);
  const peer = fork(module, [String(port)], { stdio: 'ignore' });
  await until('the peer to listen', () => accepts(port));
  return { port, peer };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
