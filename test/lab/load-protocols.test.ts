/** What clients of the load take for a right answer, from servers that say what the test wants, in pieces. */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Session, Target } from '../../scripts/lab/load/client.js';
import * as stomp from '../../scripts/lab/load/stomp.js';
import * as zookeeper from '../../scripts/lab/load/zookeeper.js';
import { rngOf } from '../../scripts/lab/rng.js';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that makes an answer of what came; gives what it leaves for later. */
async function serve(answer: (received: Buffer, say: (text: Buffer) => void) => Buffer): Promise<Target> {
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
    socket.on('data', (data) => (received = answer(Buffer.concat([received, data]), say)));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as net.AddressInfo).port, peerPort: 0, random: rngOf('test') };
}

async function asked(session: Session, kind: string): Promise<boolean> {
  try {
    return await session.request(kind);
  } finally {
    session.close();
  }
}

describe('zookeeper', () => {
  /** Answers the connection, the making of /app, and all that follows with that error. */
  const answering = (error: number) => {
    let packets = 0;
    return serve((received, say) => {
      const length = received.readInt32BE(0);
      if (received.length < 4 + length) return received;
      const answer = Buffer.alloc(4 + 16);
      answer.writeInt32BE(16, 0);
      answer.writeInt32BE(received.readInt32BE(4), 4);
      answer.writeInt32BE(packets < 2 ? 0 : error, 16);
      packets++;
      say(answer);
      return received.subarray(4 + length);
    });
  };

  it.each([
    ['get', 0, true],
    ['get', -101, true],
    ['create', -110, true],
    ['create', -101, false],
    ['children', -101, false],
    ['multi', -4, false],
    ['ping', 0, true],
  ])('%s answered with %i', async (kind, error, right) => {
    const session = await zookeeper.open(await answering(error));
    await expect(asked(session, kind)).resolves.toBe(right);
  });
});

describe('stomp', () => {
  const frame = (command: string, headers: Record<string, string>) =>
    `${command}\n${Object.entries(headers)
      .map(([name, value]) => `${name}:${value}\n`)
      .join('')}\nbody: of it\n\n\0\n`;

  /** A broker that delivers to the sender, and gives receipts until something is to go wrong. */
  const broker = (wrong: string) =>
    serve((received, say) => {
      const parts = received.toString('latin1').split('\0');
      const answers = parts.slice(0, -1).map((part) => {
        const [command, ...lines] = part.trim().split('\n\n')[0]!.split('\n');
        const header = (name: string) => lines.find((l) => l.startsWith(`${name}:`))?.slice(name.length + 1);
        if (command === 'CONNECT') return frame('CONNECTED', { version: '1.2' });
        if (command === wrong) return frame('ERROR', { message: 'refused' });
        const delivered = command === 'SEND' ? frame('MESSAGE', { subscription: 'own', ack: 'a:1' }) : '';
        const receipt = header('receipt');
        return delivered + (receipt === undefined ? '' : frame('RECEIPT', { 'receipt-id': receipt }));
      });
      const text = answers.join('');
      if (text !== '') say(Buffer.from(text));
      return Buffer.from(parts.at(-1)!);
    });

  it.each([
    ['work', 'nothing', true],
    ['batch', 'nothing', true],
    ['drain', 'nothing', true],
    ['connect', 'nothing', true],
    ['work', 'ACK', false],
    ['batch', 'COMMIT', false],
    ['drain', 'UNSUBSCRIBE', false],
  ])('%s, with %s refused', async (kind, wrong, right) => {
    const session = await stomp.open(await broker(wrong), 0);
    await expect(asked(session, kind)).resolves.toBe(right);
  });
});
