/**
 * MQTT 3.1.1 (https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/mqtt-v3.1.1.html). Each client gets what it sends to a topic of its own. Kinds: `news`
 * (to itself and some others, not acknowledged), `work` and `once` (to itself, acknowledged, or delivered exactly once), `state` and
 * `look` (a message that is retained, and what is retained), `everything` (all that is), `away` (messages wait for a session that comes back),
 * `lost` (a connection breaks, and its will arrives), `connect`, `ping`.
 */
import net from 'node:net';
import type { Session, Target } from './client.js';

const TOPICS = 5;
const STATES = 80;
const KEPT = 4;

const [CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP] = [1, 2, 3, 4, 5, 6, 7];
const [SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT] = [8, 9, 10, 11, 12, 13, 14];
const [CLEAN, WILL] = [2, 4];
/** Flags of a message that is to be retained. */
const RETAIN = 1;
const REFUSED = 0x80;

const int16 = (n: number) => Buffer.from([n >> 8, n & 255]);
const text = (s: string) => Buffer.concat([int16(s.length), Buffer.from(s, 'latin1')]);

interface Packet {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** Type and flags, the length in groups of seven bits, the lowest first, then the body. */
export function encode(type: number, flags: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = [(type << 4) | flags];
  for (let rest = body.length; ; rest >>= 7) {
    head.push((rest & 127) | (rest > 127 ? 128 : 0));
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from(head), body]);
}

/** The first packet, and where it ends; null while it is not all there. */
export function decode(bytes: Buffer): (Packet & { readonly end: number }) | null {
  let length = 0;
  for (let at = 1; at < bytes.length; at++) {
    length += (bytes[at]! & 127) << (7 * (at - 1));
    if (bytes[at]! > 127) continue;
    const end = at + 1 + length;
    if (bytes.length < end) return null;
    return { type: bytes[0]! >> 4, flags: bytes[0]! & 15, body: bytes.subarray(at + 1, end), end };
  }
  return null;
}

interface Identity {
  readonly name: string;
  /** The session ends with the connection, as it does where nothing is said. */
  readonly clean?: boolean;
  /** Topic that is told when the connection breaks. */
  readonly will?: string;
}

type Waiting = (packet: Packet) => boolean;

class Connection {
  private received = Buffer.alloc(0);
  private waiting: { is: Waiting; resolve: (packet: Packet) => void; reject: (error: Error) => void }[] = [];
  private packets = 0;

  private readonly socket: net.Socket;

  constructor(port: number) {
    const socket = (this.socket = net.connect(port, '127.0.0.1'));
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.take(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('closed'));
    });
  }

  async introduce({ name, clean = true, will }: Identity): Promise<void> {
    const welcome = this.packet(({ type }) => type === CONNACK);
    const flags = (clean ? CLEAN : 0) | (will === undefined ? 0 : WILL);
    const wills = will === undefined ? [] : [text(will), text(`the will of ${name}`)];
    this.send(CONNECT, 0, text('MQTT'), Buffer.from([4, flags, 0, 0]), text(name), ...wills);
    if ((await welcome).body[1] !== 0) throw new Error('refused');
  }

  /** The next packet of that kind. */
  packet(is: Waiting): Promise<Packet> {
    return new Promise((resolve, reject) => this.waiting.push({ is, resolve, reject }));
  }

  /** The next message of a topic that begins so. */
  message(topic: string, beginning: string): Promise<Packet> {
    return this.packet(({ type, flags, body }) => {
      if (type !== PUBLISH || body.toString('latin1', 2, 2 + topic.length) !== topic) return false;
      const at = 2 + body.readUInt16BE(0) + (flags & 6 ? 2 : 0);
      return body.toString('latin1', at, at + beginning.length) === beginning;
    });
  }

  send(type: number, flags: number, ...parts: readonly Buffer[]): void {
    this.socket.write(encode(type, flags, ...parts));
  }

  /** Sends a packet with a number, and waits for the answer that has it. */
  async asked(type: number, answered: number, ...parts: readonly Buffer[]): Promise<Packet> {
    const number = this.number();
    const answer = this.answerTo(number, answered);
    this.send(type, 2, number, ...parts);
    return answer;
  }

  async subscribe(topic: string, quality: number): Promise<boolean> {
    const { body } = await this.asked(SUBSCRIBE, SUBACK, text(topic), Buffer.from([quality]));
    return body[2]! < REFUSED;
  }

  /** Over when the server has taken the message, as far as that quality of service tells. */
  async publish(topic: string, quality: number, message: string, retain = 0): Promise<void> {
    const number = this.number();
    const parts = [text(topic), ...(quality > 0 ? [number] : []), Buffer.from(message)];
    const taken = quality > 0 ? this.answerTo(number, quality === 1 ? PUBACK : PUBREC) : null;
    this.send(PUBLISH, (quality << 1) | retain, ...parts);
    await taken;
    if (quality < 2) return;
    const complete = this.answerTo(number, PUBCOMP);
    this.send(PUBREL, 2, number);
    await complete;
  }

  end(): void {
    if (!this.socket.destroyed) this.socket.end(encode(DISCONNECT, 0));
  }

  close(): void {
    this.socket.destroy();
  }

  private number(): Buffer {
    return int16((this.packets = (this.packets % 60_000) + 1));
  }

  private answerTo(number: Buffer, answered: number): Promise<Packet> {
    return this.packet(({ type, body }) => type === answered && number.equals(body.subarray(0, 2)));
  }

  private take(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    for (let packet = decode(this.received); packet !== null; packet = decode(this.received)) {
      this.received = this.received.subarray(packet.end);
      this.acknowledge(packet);
      const at = this.waiting.findIndex(({ is }) => is(packet!));
      if (at >= 0) this.waiting.splice(at, 1)[0]!.resolve(packet);
    }
  }

  private acknowledge({ type, flags, body }: Packet): void {
    if (type === PUBREL) this.send(PUBCOMP, 0, body);
    if (type !== PUBLISH || (flags & 6) === 0) return;
    const at = 2 + body.readUInt16BE(0);
    this.send(flags & 4 ? PUBREC : PUBACK, 0, body.subarray(at, at + 2));
  }
}

export async function open(target: Target, client: number): Promise<Session> {
  const connection = new Connection(target.port);
  await connection.introduce({ name: `client-${client}` });
  await connection.subscribe(`own/${client}`, 2);
  await connection.subscribe(`news/${client % TOPICS}/#`, 0);
  return { request: (kind) => request(connection, target, client, kind), close: () => connection.close() };
}

async function request(connection: Connection, target: Target, client: number, kind: string): Promise<boolean> {
  const { port, random } = target;
  const message = `${client} ${random.below(1e9)} ${'x'.repeat(50 + random.below(1500))}`;
  switch (kind) {
    case 'news':
      return toItself(connection, `news/${client % TOPICS}/of/${client}`, 0, message);
    case 'work':
      return toItself(connection, `own/${client}`, 1, message);
    case 'once':
      return toItself(connection, `own/${client}`, 2, message);
    case 'state':
      await connection.publish(`state/${random.below(STATES)}/now`, 1, message, RETAIN);
      return true;
    case 'look':
      return look(connection, `state/${random.below(STATES)}/now`);
    case 'everything':
      return look(connection, 'state/+/now');
    case 'away':
      return away(connection, port, `away/${client}`);
    case 'lost': {
      const arrived = connection.message(`own/${client}`, 'the will');
      await passing(port, async (lost) => {
        await lost.introduce({ name: `lost-${client}`, will: `own/${client}` });
        lost.close();
      });
      await arrived;
      return true;
    }
    case 'connect':
      return passing(port, async (short) => {
        await short.introduce({ name: `short-${client}`, will: 'news/none' });
        return short.subscribe(`news/${random.below(TOPICS)}/#`, 1);
      });
    case 'ping': {
      const answer = connection.packet(({ type }) => type === PINGRESP);
      connection.send(PINGREQ, 0);
      await answer;
      return true;
    }
    default:
      throw new Error(`no kind ${kind}`);
  }
}

async function toItself(connection: Connection, topic: string, quality: number, message: string): Promise<boolean> {
  const arrived = connection.message(topic, message.slice(0, 12));
  await connection.publish(topic, quality, message);
  await arrived;
  return true;
}

/** A subscription for a moment. */
async function look(connection: Connection, topic: string): Promise<boolean> {
  const right = await connection.subscribe(topic, 1);
  await connection.asked(UNSUBSCRIBE, UNSUBACK, text(topic));
  return right;
}

/** A connection for a moment. */
async function passing<T>(port: number, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = new Connection(port);
  try {
    const result = await use(connection);
    connection.end();
    return result;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A session that was left behind gets what was sent to it meanwhile. */
async function away(connection: Connection, port: number, name: string): Promise<boolean> {
  const right = await passing(port, async (before) => {
    await before.introduce({ name, clean: false });
    return before.subscribe(name, 1);
  });
  for (let i = 0; i < KEPT; i++) await connection.publish(name, 1, `kept ${i}`);
  await passing(port, async (after) => {
    // It comes with the welcome, or right behind it.
    const last = after.message(name, `kept ${KEPT - 1}`);
    await after.introduce({ name, clean: false });
    await last;
  });
  return right;
}
