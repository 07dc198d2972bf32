/**
 * STOMP 1.2 (https://stomp.github.io/stomp-specification-1.2.html), as ActiveMQ speaks it. Each client has a queue of its own, from which it
 * gets what it sends. Kinds: `work` (a message that is kept comes back and is acknowledged), `news` (one for all, that is not kept),
 * `batch` (three messages in a transaction), `store` and `drain` (to a queue that nobody listens to, and a few of it back), `browse` (looks at that
 * queue), `connect` (a connection with a subscription comes and goes).
 */
import net from 'node:net';
import type { Rng } from '../rng.js';
import type { Session, Target } from './client.js';

const TOPICS = 5;
const BACKLOG = '/queue/backlog';
/** What a drain takes at most. */
const PREFETCH = 10;
/** A message of the backlog that nobody took, ms. */
const EXPIRES = 20_000;

interface Frame {
  readonly command: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether the frame is the one that is waited for. */
type Waiting = (frame: Frame) => boolean;

class Connection {
  private received = '';
  private waiting: { is: Waiting; resolve: (frame: Frame) => void; reject: (error: Error) => void }[] = [];
  private receipts = 0;

  private constructor(private readonly socket: net.Socket) {
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.take(data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('closed'));
    });
  }

  static async open(port: number): Promise<Connection> {
    const connection = new Connection(net.connect(port, '127.0.0.1'));
    const connected = connection.frame(({ command }) => command === 'CONNECTED');
    connection.send('CONNECT', { 'accept-version': '1.2', host: 'localhost', 'heart-beat': '0,0' });
    await connected;
    return connection;
  }

  /** The next frame of that kind. */
  frame(is: Waiting): Promise<Frame> {
    return new Promise((resolve, reject) => this.waiting.push({ is, resolve, reject }));
  }

  send(command: string, headers: Readonly<Record<string, string>>, body = ''): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    this.socket.write(`${command}\n${lines.join('')}\n${body}\0`);
  }

  /** Done, and not just sent. */
  async done(command: string, headers: Readonly<Record<string, string>>, body = ''): Promise<boolean> {
    const receipt = String(++this.receipts);
    const answer = this.frame(
      (f) => (f.command === 'RECEIPT' && f.headers['receipt-id'] === receipt) || f.command === 'ERROR',
    );
    this.send(command, { ...headers, receipt }, body);
    return (await answer).command === 'RECEIPT';
  }

  close(): void {
    this.socket.destroy();
  }

  private take(text: string): void {
    this.received += text;
    for (let end = this.received.indexOf('\0'); end >= 0; end = this.received.indexOf('\0')) {
      const [command, ...lines] = this.received.slice(0, end).split('\n\n', 1)[0]!.trimStart().split('\n');
      const headers = Object.fromEntries(lines.map((line) => line.split(/:(.*)/, 2) as [string, string]));
      this.received = this.received.slice(end + 1);
      const frame = { command: command!, headers };
      const at = this.waiting.findIndex(({ is }) => is(frame));
      if (at >= 0) this.waiting.splice(at, 1)[0]!.resolve(frame);
    }
  }
}

const message = (subscription: string) => (f: Frame) =>
  f.command === 'MESSAGE' && f.headers['subscription'] === subscription;

export async function open(target: Target, client: number): Promise<Session> {
  const connection = await Connection.open(target.port);
  const own = `/queue/client-${client}`;
  await connection.done('SUBSCRIBE', { id: 'own', destination: own, ack: 'client-individual' });
  await connection.done('SUBSCRIBE', { id: 'news', destination: `/topic/news.${client % TOPICS}`, ack: 'auto' });
  return { request: (kind) => request(connection, target, own, kind), close: () => connection.close() };
}

async function request(connection: Connection, { port, random }: Target, own: string, kind: string): Promise<boolean> {
  switch (kind) {
    case 'work':
      return work(connection, own, random);
    case 'news':
      return connection.done('SEND', { destination: `/topic/news.${random.below(TOPICS)}` }, body(random));
    case 'batch':
      return batch(connection, own, random);
    case 'store':
      return connection.done(
        'SEND',
        { destination: BACKLOG, persistent: 'true', expires: String(Date.now() + EXPIRES) },
        body(random),
      );
    case 'drain':
      return passing(connection, { destination: BACKLOG, ack: 'auto', 'activemq.prefetchSize': String(PREFETCH) });
    case 'browse':
      return browse(connection);
    case 'connect': {
      const short = await Connection.open(port);
      const right = await passing(short, { destination: `/topic/news.${random.below(TOPICS)}`, ack: 'auto' });
      await short.done('DISCONNECT', {});
      short.close();
      return right;
    }
    default:
      throw new Error(`unknown kind ${kind}`);
  }
}

const body = (random: Rng) => 'x'.repeat(100 + random.below(2000));

/** One message to oneself. */
async function work(connection: Connection, own: string, random: Rng): Promise<boolean> {
  const arrived = connection.frame(message('own'));
  connection.send('SEND', { destination: own, persistent: 'true' }, body(random));
  return connection.done('ACK', { id: (await arrived).headers['ack']! });
}

/** Three, which come when all are sent. */
async function batch(connection: Connection, own: string, random: Rng): Promise<boolean> {
  const transaction = `t${random.below(1e9)}`;
  const arrived = [1, 2, 3].map(() => connection.frame(message('own')));
  connection.send('BEGIN', { transaction });
  for (let i = 0; i < arrived.length; i++)
    connection.send('SEND', { destination: own, persistent: 'true', transaction }, body(random));
  const committed = await connection.done('COMMIT', { transaction });
  for (const each of arrived) await connection.done('ACK', { id: (await each).headers['ack']! });
  return committed;
}

/** A subscription for a moment. */
async function passing(connection: Connection, headers: Readonly<Record<string, string>>): Promise<boolean> {
  const subscribed = await connection.done('SUBSCRIBE', { id: 'passing', ...headers });
  return (await connection.done('UNSUBSCRIBE', { id: 'passing' })) && subscribed;
}

async function browse(connection: Connection): Promise<boolean> {
  const seen = connection.frame((f) => message('browse')(f) && f.headers['browser'] === 'end');
  connection.send('SUBSCRIBE', { id: 'browse', destination: BACKLOG, browser: 'true', ack: 'auto' });
  await seen;
  return connection.done('UNSUBSCRIBE', { id: 'browse' });
}
