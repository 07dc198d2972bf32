/** What the lab's clients of a database say, and what the peer that stands for a database answers. */
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { open as openH2 } from '../../scripts/lab/load/h2.js';
import { open as openPooled } from '../../scripts/lab/load/pgbouncer.js';
import { Connection, frame, open, startup } from '../../scripts/lab/load/postgres.js';
import { rngOf } from '../../scripts/lab/rng.js';
import { type StartedPeer, startPeer } from './peer.js';

const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});

const target = (port: number) => ({ port, peerPort: 0, random: rngOf('test') });

async function startDatabase(): Promise<StartedPeer> {
  const started = await startPeer('postgres');
  ending.push(() => started.peer.kill('SIGKILL'));
  return started;
}

describe('the peer that stands for a database', () => {
  it('answers each kind that clients of a pooler ask for', async () => {
    const { port } = await startDatabase();
    const session = await openPooled(target(port));
    ending.push(() => session.close());
    const kinds = ['read', 'rows', 'update', 'transaction', 'prepared', 'wrong', 'settings', 'connect archive'];
    for (const kind of kinds) expect([kind, await session.request(kind)]).toEqual([kind, true]);
  });

  it('answers what clients of H2 ask for, as far as it knows the words', async () => {
    const { port } = await startDatabase();
    const session = await openH2(target(port));
    ending.push(() => session.close());
    const kinds = ['read', 'prepared', 'insert', 'range', 'transfer', 'sorted', 'columns', 'wrong', 'connect'];
    for (const kind of kinds) expect([kind, await session.request(kind)]).toEqual([kind, true]);
    // DELETE is beyond it.
    expect(await session.request('forget')).toBe(false);
  });

  it('refuses what is no statement, and says so', async () => {
    const { port } = await startDatabase();
    const session = await open(target(port));
    ending.push(() => session.close());
    expect(await session.request('read')).toBe(true);
    // CREATE and DROP are beyond it.
    expect(await session.request('temporary')).toBe(false);
    expect(await session.request('read')).toBe(true);
  });

  it('leaves statements without an answer when it is told to', async () => {
    const { port, peer } = await startDatabase();
    const session = await openPooled(target(port));
    ending.push(() => session.close());
    await new Promise((resolve) => peer.send({ delayMs: 0, loss: 1 }, resolve));
    // It has taken the message once a connection that came after it is let in.
    await openPooled(target(port)).then((later) => later.close());
    const answered = session.request('read').then(() => 'answered');
    const waited = new Promise((resolve) => setTimeout(resolve, 100, 'waited'));
    expect(await Promise.race([answered.catch(() => 'closed'), waited])).toBe('waited');
  });
});

describe('a client that is asked for its password', () => {
  it.each([
    ['in the clear', [0, 0, 0, 3], 'p\0\0\0\x0fin the lab\0'],
    // md5(md5(password, user), salt), computed with another library.
    [
      'with the digest that the salt asks for',
      [0, 0, 0, 5, 1, 2, 3, 4],
      'p\0\0\0\x28md550ccf504a3d169d221df65fee760a0ea\0',
    ],
  ])('answers %s', async (_, asks, answer) => {
    const received: Buffer[] = [];
    const server = net.createServer((socket) => {
      socket.on('data', (bytes) => {
        received.push(bytes);
        const asked = frame('R', Buffer.from(asks));
        const welcome = Buffer.concat([frame('R', Buffer.alloc(4)), frame('Z', 'I')]);
        socket.write(received.length === 1 ? asked : welcome);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const connection = new Connection(net.connect(port, '127.0.0.1'), { user: 'lab', password: 'in the lab' });
    ending.push(() => {
      connection.close();
      server.close();
    });
    expect(await connection.exchange(startup('lab', 'shop'))).toBe(true);
    expect(received.map((bytes) => bytes.toString('latin1'))).toEqual([
      '\0\0\0\x20\0\x03\0\0user\0lab\0database\0shop\0\0',
      answer,
    ]);
  });
});
