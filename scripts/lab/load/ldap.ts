/** LDAPv3 (RFC 4511) as far as the load needs it: simple bind, search, modify, add, delete, compare. */
import net from 'node:net';
import type { Session, Target } from './client.js';

/** Entries that the server's database holds, uid=user0 and on. */
export const USERS = 300;
export const BASE = 'dc=lab,dc=test';

/** An element of BER: tag, length, content. */
function ber(tag: number, ...content: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((c) => (typeof c === 'string' ? Buffer.from(c) : c)));
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const [INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET, BOOLEAN] = [0x02, 0x04, 0x0a, 0x30, 0x31, 0x01];
const integer = (n: number, tag = INTEGER) =>
  ber(tag, Buffer.from(n < 128 ? [n] : [n >> 16, (n >> 8) & 0xff, n & 0xff]));
const text = (s: string) => ber(OCTETS, s);
const attribute = (name: string, ...values: string[]) => ber(SEQUENCE, text(name), ber(SET, ...values.map(text)));

const user = (n: number) => `uid=user${n},ou=people,${BASE}`;
const equals = (name: string, value: string) => ber(0xa3, text(name), text(value));
const present = (name: string) => ber(0x87, name);
/** name=value* */
const begins = (name: string, value: string) => ber(0xa4, text(name), ber(SEQUENCE, ber(0x80, value)));

function search(base: string, scope: number, filter: Buffer, limit: number): Buffer {
  const none = ber(BOOLEAN, Buffer.from([0]));
  return ber(
    0x63,
    text(base),
    integer(scope, ENUMERATED),
    integer(0, ENUMERATED),
    integer(limit),
    integer(5),
    none,
    filter,
    ber(SEQUENCE),
  );
}

const [SUCCESS, SIZE_LIMIT, COMPARE_FALSE, COMPARE_TRUE, NO_SUCH, EXISTS] = [0, 4, 5, 6, 32, 68];
const BIND = ber(0x60, integer(3), text(`cn=admin,${BASE}`), ber(0x80, 'secret'));

/** Operation of a kind, and which results are right. */
function operation(kind: string, target: Target, client: number): [Buffer, readonly number[]] {
  const n = target.random.below(USERS);
  switch (kind) {
    case 'read':
      return [search(user(n), 0, present('objectClass'), 0), [SUCCESS]];
    case 'find':
      return [search(BASE, 2, equals('uid', `user${n}`), 0), [SUCCESS]];
    case 'find-unindexed':
      return [search(`ou=people,${BASE}`, 2, equals('description', `number ${n}`), 5), [SUCCESS, SIZE_LIMIT]];
    case 'list':
      return [search(`ou=people,${BASE}`, 1, begins('uid', `user${n % 10}`), 40), [SUCCESS, SIZE_LIMIT]];
    case 'everything':
      return [search(BASE, 2, present('objectClass'), 0), [SUCCESS]];
    case 'missing':
      return [search(`uid=nobody${n},${BASE}`, 0, present('objectClass'), 0), [NO_SUCH]];
    case 'compare': {
      const assertion = ber(SEQUENCE, text('sn'), text(`name${n % 7}`));
      return [ber(0x6e, text(user(n)), assertion), [COMPARE_FALSE, COMPARE_TRUE]];
    }
    case 'modify': {
      const change = ber(SEQUENCE, integer(2, ENUMERATED), attribute('title', `title ${target.random.below(1000)}`));
      return [ber(0x66, text(user(n)), ber(SEQUENCE, change)), [SUCCESS]];
    }
    case 'add': {
      const name = `guest${client}-${target.random.below(40)}`;
      const attributes = [attribute('objectClass', 'inetOrgPerson'), attribute('cn', name), attribute('sn', name)];
      return [ber(0x68, text(`uid=${name},ou=people,${BASE}`), ber(SEQUENCE, ...attributes)), [SUCCESS, EXISTS]];
    }
    case 'delete':
      return [ber(0x4a, `uid=guest${client}-${target.random.below(40)},ou=people,${BASE}`), [SUCCESS, NO_SUCH]];
    case 'bind':
      return [BIND, [SUCCESS]];
    default:
      throw new Error(`no kind ${kind}`);
  }
}

/** Reads messages until one that ends an operation; gives its result code. */
class Connection {
  private received = Buffer.alloc(0);
  private waiting: { resolve(code: number): void; reject(error: Error): void } | null = null;
  private messageId = 0;

  constructor(private readonly socket: net.Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.read();
    });
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error('closed')));
  }

  send(protocolOperation: Buffer): Promise<number> {
    this.messageId = (this.messageId % 100) + 1;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(ber(SEQUENCE, integer(this.messageId), protocolOperation));
    });
  }

  private read(): void {
    for (;;) {
      const whole = element(this.received, 0);
      if (whole === null || whole.end > this.received.length) return;
      const id = element(this.received, whole.content)!;
      const answer = element(this.received, id.end)!;
      // An entry or a reference of a search is followed by more.
      if (this.received[id.end] !== 0x64 && this.received[id.end] !== 0x73) {
        const code = element(this.received, answer.content)!;
        this.waiting?.resolve(this.received[code.content]!);
      }
      this.received = this.received.subarray(whole.end);
    }
  }
}

/** Where the content of the element at `at` begins and ends; null when its head is not there yet. */
function element(bytes: Buffer, at: number): { content: number; end: number } | null {
  const first = bytes[at + 1];
  if (first === undefined) return null;
  if (first < 128) return { content: at + 2, end: at + 2 + first };
  const octets = first & 0x7f;
  if (bytes.length < at + 2 + octets) return null;
  const length = bytes.readUIntBE(at + 2, octets);
  return { content: at + 2 + octets, end: at + 2 + octets + length };
}

export async function open(target: Target, client: number): Promise<Session> {
  const socket = net.connect(target.port, '127.0.0.1');
  const connection = new Connection(socket);
  if ((await connection.send(BIND)) !== SUCCESS) throw new Error('bind refused');
  return {
    async request(kind) {
      const [bytes, right] = operation(kind, target, client);
      return right.includes(await connection.send(bytes));
    },
    close: () => socket.destroy(),
  };
}
