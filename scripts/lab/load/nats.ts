/**
 * The protocol of NATS (https://docs.nats.io/reference/reference-protocols/nats-protocol) and, as requests over it, the API of
 * JetStream. Kinds: `ask` (another client answers), `publish` and `remember` (to a stream on disk and in memory), `fetch`, `look`,
 * `info`, `list`, `consumer`, `purge`, `connect`, and `http PATH` of the monitoring port, which is the one behind the server's.
 */
import http from 'node:http';
import net from 'node:net';
import type { Session, Target } from './client.js';

const SUBJECTS = 20;
const NO_MESSAGES = /^NATS\/1\.0 40[48]/;
const STREAM = { retention: 'limits', max_consumers: -1, max_bytes: -1, max_age: 0, num_replicas: 1, discard: 'old' };
const STREAMS = [
  { ...STREAM, name: 'ORDERS', subjects: ['orders.*'], storage: 'file', max_msgs: 3000 },
  { ...STREAM, name: 'EVENTS', subjects: ['events.*'], storage: 'memory', max_msgs: 500 },
];
const PULL = { durable_name: 'PULL', ack_policy: 'explicit', deliver_policy: 'all', replay_policy: 'instant' };

interface Message {
  readonly reply: string;
  readonly headers: string;
  readonly body: Buffer;
}

class Connection {
  private received = Buffer.alloc(0);
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly pongs: (() => void)[] = [];
  private subscriptions = 0;

  private constructor(
    private readonly socket: net.Socket,
    private readonly fail: (error: Error) => void,
  ) {
    socket.on('data', (data: Buffer) => this.take(data));
  }

  static open(port: number, name: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed')));
      const connection = new Connection(socket, reject);
      const options = { verbose: false, pedantic: false, headers: true, no_responders: true, protocol: 1 };
      const login = { user: 'lab', pass: 'secret', name, lang: 'lab', version: '1' };
      connection.write(`CONNECT ${JSON.stringify({ ...options, ...login })}\r\n`);
      void connection.ping().then(() => resolve(connection));
    });
  }

  ping(): Promise<void> {
    this.write('PING\r\n');
    return new Promise((resolve) => this.pongs.push(resolve));
  }

  subscribe(subject: string, receive: (message: Message) => void, queue = ''): number {
    const number = ++this.subscriptions;
    this.waiting.set(number, receive);
    this.write(`SUB ${subject} ${queue === '' ? '' : `${queue} `}${number}\r\n`);
    return number;
  }

  unsubscribe(number: number): void {
    this.waiting.delete(number);
    this.write(`UNSUB ${number}\r\n`);
  }

  publish(subject: string, body: string | Buffer, reply = ''): void {
    const bytes = Buffer.from(body);
    const head = `PUB ${subject} ${reply === '' ? '' : `${reply} `}${bytes.length}\r\n`;
    this.write(Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')]));
  }

  /** Each request listens at an address of its own: a message of a stream comes under its own subject, and not under the address. */
  ask(subject: string, body: string): Promise<Message> {
    return new Promise((resolve) => {
      const address = `_INBOX.${process.pid}.${this.socket.localPort}.${this.subscriptions}`;
      const number = this.subscribe(address, (message) => {
        this.unsubscribe(number);
        resolve(message);
      });
      this.publish(subject, body, address);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private write(data: string | Buffer): void {
    this.socket.write(data);
  }

  private take(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    for (;;) {
      const end = this.received.indexOf('\r\n');
      if (end < 0) return;
      const words = this.received.toString('latin1', 0, end).split(' ');
      const headed = words[0] === 'HMSG';
      const bytes = headed || words[0] === 'MSG' ? Number(words.at(-1)) + 2 : 0;
      if (this.received.length < end + 2 + bytes) return;
      const content = this.received.subarray(end + 2, end + 2 + bytes);
      this.received = this.received.subarray(end + 2 + bytes);
      if (bytes > 0) this.deliver(words, headed ? Number(words.at(-2)) : 0, content);
      else if (words[0] === 'PING') this.write('PONG\r\n');
      else if (words[0] === 'PONG') this.pongs.shift()?.();
      else if (words[0] === '-ERR') this.fail(new Error(words.join(' ')));
    }
  }

  /** `MSG subject number [reply] bytes`, `HMSG subject number [reply] bytes-of-headers bytes`. */
  private deliver(words: readonly string[], headers: number, content: Buffer): void {
    const replyThere = words.length === (words[0] === 'HMSG' ? 6 : 5);
    this.waiting.get(Number(words[2]))?.({
      reply: replyThere ? words[3]! : '',
      headers: content.toString('latin1', 0, headers),
      body: content.subarray(headers, content.length - 2),
    });
  }
}

export async function open(target: Target, client: number): Promise<Session> {
  const connection = await Connection.open(target.port, `client${client}`);
  // Whoever asks is answered by some client.
  connection.subscribe('svc.echo', ({ reply, body }) => connection.publish(reply, body), 'workers');
  for (const stream of STREAMS) await api(connection, `STREAM.CREATE.${stream.name}`, stream);
  await api(connection, 'CONSUMER.DURABLE.CREATE.ORDERS.PULL', { stream_name: 'ORDERS', config: PULL });
  return { request: (kind) => request(connection, target, kind), close: () => connection.close() };
}

async function request(connection: Connection, { port, random }: Target, kind: string): Promise<boolean> {
  const [what, path] = kind.split(' ');
  const subject = String(random.below(SUBJECTS));
  const text = () => 'x'.repeat(100 + random.below(1500));
  switch (what) {
    case 'ask':
      return (await connection.ask('svc.echo', text())).headers === '';
    case 'publish':
      return answered(await connection.ask(`orders.${subject}`, text()));
    case 'remember':
      return answered(await connection.ask(`events.${subject}`, text()));
    case 'fetch': {
      const message = await connection.ask('$JS.API.CONSUMER.MSG.NEXT.ORDERS.PULL', '{"batch":1,"no_wait":true}');
      if (message.reply === '') return NO_MESSAGES.test(message.headers);
      await connection.ask(message.reply, '+ACK');
      return true;
    }
    case 'look':
      return api(connection, 'STREAM.MSG.GET.ORDERS', { last_by_subj: `orders.${subject}` }, /no message found/);
    case 'info':
      return api(connection, 'STREAM.INFO.ORDERS');
    case 'list':
      return (await api(connection, 'STREAM.LIST')) && (await api(connection, 'CONSUMER.LIST.ORDERS'));
    case 'consumer':
      return consumer(connection, `deliver.${random.below(1e9)}`);
    case 'purge':
      return api(connection, 'STREAM.PURGE.ORDERS', { filter: `orders.${subject}`, keep: 20 });
    case 'connect': {
      const short = await Connection.open(port, 'short');
      const number = short.subscribe('news.*', () => {});
      await short.ping();
      short.unsubscribe(number);
      await short.ping();
      short.close();
      return true;
    }
    case 'http':
      return monitor(port + 1, path!);
    default:
      throw new Error(`unknown kind ${kind}`);
  }
}

/** Asks for an action; whether it was done, or refused with a reason that is right, too. */
async function api(connection: Connection, action: string, body: unknown = {}, right?: RegExp): Promise<boolean> {
  return answered(await connection.ask(`$JS.API.${action}`, JSON.stringify(body)), right);
}

function answered({ body }: Message, right?: RegExp): boolean {
  if (body.length === 0) return false;
  const { error } = JSON.parse(body.toString()) as { error?: { description: string } };
  return error === undefined || right?.test(error.description) === true;
}

/** A consumer that lives for one message. */
async function consumer(connection: Connection, subject: string): Promise<boolean> {
  const number = connection.subscribe(subject, ({ reply }) => {
    if (reply !== '') connection.publish(reply, '+ACK');
  });
  const config = { deliver_subject: subject, deliver_policy: 'last', ack_policy: 'explicit', replay_policy: 'instant' };
  const created = await connection.ask(
    '$JS.API.CONSUMER.CREATE.ORDERS',
    JSON.stringify({ stream_name: 'ORDERS', config: { ...config, inactive_threshold: 5e9 } }),
  );
  const { name } = JSON.parse(created.body.toString()) as { name?: string };
  connection.unsubscribe(number);
  return name !== undefined && api(connection, `CONSUMER.DELETE.ORDERS.${name}`);
}

function monitor(port: number, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const outgoing = http.get({ host: '127.0.0.1', port, path, agent: false }, (incoming) => {
      incoming.on('error', reject);
      incoming.on('end', () => resolve(incoming.statusCode === 200));
      incoming.resume();
    });
    outgoing.on('error', reject);
  });
}
