/**
 * A database as a pooler sees it (PostgreSQL's protocol, version 3): it lets everybody in, and answers statements by their first word, with
 * rows that are made up. Started by peers/running.ts.
 */
import net from 'node:net';
import { frame } from '../load/postgres.js';
import { answerTime, port } from './mood.js';

const SETTINGS = {
  server_version: '15.5',
  server_encoding: 'UTF8',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};
const SSL_REQUEST = 80877103;

const int32 = (n: number) => Buffer.from([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
const int16 = (n: number) => Buffer.from([n >> 8, n & 255]);
const setting = (name: string, value: string) => frame('S', `${name}\0${value}\0`);
const done = (tag: string) => frame('C', `${tag}\0`);
const error = (text: string) => frame('E', `SERROR\0C42601\0M${text}\0\0`);
/** One column of text. */
const DESCRIPTION = frame(
  'T',
  Buffer.concat([int16(1), Buffer.from('goods\0'), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]),
);

function rows(sql: string): Buffer[] {
  const count = Number(/LIMIT (\d+)/.exec(sql)?.[1] ?? 1);
  return Array.from({ length: count }, (_, i) => {
    const value = Buffer.from(`${i} ${'of the goods '.repeat(1 + (i % 7))}`);
    return frame('D', Buffer.concat([int16(1), int32(value.length), value]));
  });
}

/** A connection to the database. */
class Backend {
  private inTransaction = false;
  /** Statement of the extended protocol. */
  private parsed = '';

  constructor(private readonly socket: net.Socket) {}

  start(): void {
    const settings = Object.entries(SETTINGS).map(([name, value]) => setting(name, value));
    this.socket.write(Buffer.concat([frame('R', int32(0)), ...settings, frame('K', Buffer.alloc(8)), this.ready()]));
  }

  /** The answer to a message; nothing where the database waits for more. */
  answer(type: string, body: Buffer): Buffer[] {
    switch (type) {
      case 'Q':
        return [...this.run(body.toString('latin1', 0, body.length - 1), true), this.ready()];
      case 'P':
        this.parsed = body.toString('latin1').split('\0')[1]!;
        return [frame('1', '')];
      case 'B':
        return [frame('2', '')];
      case 'D':
        return [DESCRIPTION];
      case 'E':
        return this.run(this.parsed, false);
      case 'S':
        return [this.ready()];
      default:
        return [error(`no message ${type}`), this.ready()];
    }
  }

  private ready(): Buffer {
    return frame('Z', this.inTransaction ? 'T' : 'I');
  }

  private run(sql: string, described: boolean): Buffer[] {
    const word = /^\w*/.exec(sql.toUpperCase())![0];
    switch (word) {
      case 'SELECT': {
        const found = rows(sql);
        return [...(described ? [DESCRIPTION] : []), ...found, done(`SELECT ${found.length}`)];
      }
      case 'BEGIN':
      case 'COMMIT':
      case 'ROLLBACK':
        this.inTransaction = word === 'BEGIN';
        return [done(word)];
      case 'INSERT':
        return [done('INSERT 0 1')];
      case 'UPDATE':
        return [done('UPDATE 1')];
      case 'SET': {
        const [, name, value] = /^SET (\w+) *(?:=|TO) *'?([^';]*)/i.exec(sql) ?? [];
        return name === undefined ? [done('SET')] : [done('SET'), setting(name, value!)];
      }
      case 'DISCARD':
        this.inTransaction = false;
        return [done('DISCARD ALL')];
      default:
        return [error(`syntax error at or near "${word}"`)];
    }
  }
}

/** Messages in the order of their arrival, each answered after its time. */
async function serve(socket: net.Socket): Promise<void> {
  const backend = new Backend(socket);
  let received = Buffer.alloc(0);
  let started = false;
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, bytes]);
    for (;;) {
      const head = started ? 1 : 0;
      if (received.length < head + 4) break;
      const end = head + received.readUInt32BE(head);
      if (received.length < end) break;
      const type = String.fromCharCode(received[0]!);
      const body = received.subarray(head + 4, end);
      received = received.subarray(end);
      if (!started) {
        if (body.readUInt32BE(0) === SSL_REQUEST) socket.write('N');
        else {
          started = true;
          backend.start();
        }
        continue;
      }
      if (type === 'X') return void socket.end();
      if (type === 'Q' || type === 'S') await answerTime();
      const answer = backend.answer(type, body);
      if (answer.length > 0) socket.write(Buffer.concat(answer));
    }
  }
}

net
  .createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    void serve(socket).catch(() => {});
  })
  .listen(port, '127.0.0.1');
