/**
 * The protocol of ZooKeeper's clients: packets of Jute records with their length before them (zookeeper.jute in its sources).
 * Kinds: `get`, `set`, `exists`, `children`, `create`, `delete`, `sequence` (an ephemeral sequential node comes and goes), `multi` (two
 * changes in one), `watch` (a read that leaves a watch behind), `acl`, `ping`, `sync`, `connect` (a session that comes and goes), and
 * `word WORD` (a command of four letters on a connection of its own).
 */
import net from 'node:net';
import type { Session, Target } from './client.js';

const TYPE = {
  create: 1,
  delete: 2,
  exists: 3,
  get: 4,
  set: 5,
  acl: 6,
  sync: 9,
  ping: 11,
  children: 12,
  multi: 14,
  close: -11,
} as const;
const PING_NUMBER = -2;
const OK = 0;
const NO_NODE = -101;
const NODE_EXISTS = -110;
const TIMEOUT_MS = 30_000;
const EPHEMERAL_SEQUENTIAL = 3;
const ANY_VERSION = -1;
const ALL_PERMISSIONS = 31;
const NODES = 40;

const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const bool = (value: boolean) => Buffer.from([value ? 1 : 0]);
const bytes = (value: Buffer) => Buffer.concat([int(value.length), value]);
const text = (value: string) => bytes(Buffer.from(value));
const ANYBODY = Buffer.concat([int(1), int(ALL_PERMISSIONS), text('world'), text('anyone')]);

const createRecord = (path: string, data: Buffer, flags = 0) => [text(path), bytes(data), ANYBODY, int(flags)];
const deleteRecord = (path: string) => [text(path), int(ANY_VERSION)];
const setRecord = (path: string, data: Buffer) => [text(path), bytes(data), int(ANY_VERSION)];

interface Reply {
  readonly error: number;
  readonly body: Buffer;
}

class Connection {
  private received = Buffer.alloc(0);
  private connected: (() => void) | null = null;
  private readonly waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  private requests = 0;

  private constructor(private readonly socket: net.Socket) {
    socket.on('data', (data: Buffer) => this.take(data));
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('closed'));
    });
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed')));
      const connection = new Connection(socket);
      connection.connected = () => resolve(connection);
      // Version, last transaction seen, timeout, session, password, read-only.
      connection.write([
        int(0),
        Buffer.alloc(8),
        int(TIMEOUT_MS),
        Buffer.alloc(8),
        bytes(Buffer.alloc(16)),
        bool(false),
      ]);
    });
  }

  ask(type: keyof typeof TYPE, ...record: readonly Buffer[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const number = type === 'ping' ? PING_NUMBER : ++this.requests;
      this.waiting.set(number, { resolve, reject });
      this.write([int(number), int(TYPE[type]), ...record]);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private write(parts: readonly Buffer[]): void {
    this.socket.write(bytes(Buffer.concat(parts)));
  }

  private take(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    while (this.received.length >= 4) {
      const end = 4 + this.received.readInt32BE(0);
      if (this.received.length < end) return;
      this.packet(this.received.subarray(4, end));
      this.received = this.received.subarray(end);
    }
  }

  /** The answer to the connection, then: number, transaction, error, record. What watches tell has nobody who waits. */
  private packet(packet: Buffer): void {
    if (this.connected !== null) {
      this.connected();
      this.connected = null;
      return;
    }
    const number = packet.readInt32BE(0);
    this.waiting.get(number)?.resolve({ error: packet.readInt32BE(12), body: packet.subarray(16) });
    this.waiting.delete(number);
  }
}

export async function open(target: Target): Promise<Session> {
  const connection = await Connection.open(target.port);
  await connection.ask('create', ...createRecord('/app', Buffer.alloc(0)));
  return { request: (kind) => request(connection, target, kind), close: () => connection.close() };
}

async function request(connection: Connection, { port, random }: Target, kind: string): Promise<boolean> {
  const [what, word] = kind.split(' ');
  const path = `/app/node-${random.below(NODES)}`;
  const data = () => Buffer.alloc(50 + random.below(1500), 'x');
  const is = async (reply: Promise<Reply>, ...right: number[]) => [OK, ...right].includes((await reply).error);
  switch (what) {
    case 'get':
    case 'exists':
      return is(connection.ask(what, text(path), bool(false)), NO_NODE);
    case 'watch':
      return is(connection.ask('get', text(path), bool(true)), NO_NODE);
    case 'children':
      return is(connection.ask('children', text('/app'), bool(false)));
    case 'set':
      return is(connection.ask('set', ...setRecord(path, data())), NO_NODE);
    case 'create':
      return is(connection.ask('create', ...createRecord(path, data())), NODE_EXISTS);
    case 'delete':
      return is(connection.ask('delete', ...deleteRecord(path)), NO_NODE);
    case 'acl':
      return is(connection.ask('acl', text(path)), NO_NODE);
    case 'sync':
      return is(connection.ask('sync', text(path)));
    case 'ping':
      return is(connection.ask('ping'));
    case 'sequence': {
      const { error, body } = await connection.ask(
        'create',
        ...createRecord('/app/lock-', data(), EPHEMERAL_SEQUENTIAL),
      );
      if (error !== OK) return false;
      const name = body.subarray(4, 4 + body.readInt32BE(0)).toString();
      return is(connection.ask('delete', ...deleteRecord(name)));
    }
    case 'multi':
      return is(connection.ask('multi', ...multiRecord(path, data())), NO_NODE);
    case 'connect': {
      const short = await Connection.open(port);
      const right = await is(short.ask('exists', text(path), bool(false)), NO_NODE);
      await short.ask('close');
      short.close();
      return right;
    }
    case 'word':
      return fourLetters(port, word!);
    default:
      throw new Error(`unknown kind ${kind}`);
  }
}

/** Each operation behind a header: type, whether it is the last, error. */
function multiRecord(path: string, data: Buffer): Buffer[] {
  const header = (type: number, done: boolean) => [int(type), bool(done), int(-1)];
  return [
    ...header(TYPE.set, false),
    ...setRecord('/app', Buffer.alloc(0)),
    ...header(TYPE.set, false),
    ...setRecord(path, data),
    ...header(-1, true),
  ];
}

function fourLetters(port: number, word: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let length = 0;
    const socket = net.connect(port, '127.0.0.1', () => socket.write(word));
    socket.on('data', (data) => (length += data.length));
    socket.on('error', reject);
    socket.on('close', () => resolve(length > 0));
  });
}
