/** Servers that say what a test wants, in pieces, to the clients of the lab's load. */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach } from 'vitest';
import type { Session, Target } from '../../scripts/lab/load/client.js';
import { rngOf } from '../../scripts/lab/rng.js';

/** What is closed when a test is over. */
export const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that makes an answer of what came; gives what it leaves for later. */
export async function serve(
  answer: (received: Buffer, say: (text: Buffer) => void) => Buffer,
  greet: (say: (text: Buffer) => void) => void = () => {},
): Promise<Target> {
  const server = net.createServer((socket) => {
    let received: Buffer = Buffer.alloc(0);
    let said = Promise.resolve();
    socket.setNoDelay(true);
    const say = (bytes: Buffer) => {
      const middle = bytes.length >> 1;
      said = said.then(async () => {
        socket.write(bytes.subarray(0, middle));
        await sleep(2);
        socket.write(bytes.subarray(middle));
      });
    };
    socket.on('error', () => {});
    greet(say);
    socket.on('data', (data) => (received = answer(Buffer.concat([received, data]), say)));
  });
  closing.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as net.AddressInfo).port, peerPort: 0, random: rngOf('test') };
}

/** One request over a session that ends with it. */
export async function asked(session: Session, kind: string): Promise<boolean> {
  try {
    return await session.request(kind);
  } finally {
    session.close();
  }
}
