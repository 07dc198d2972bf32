/** PostgreSQL's protocol, version 3 (manual, "Frontend/Backend Protocol"): simple queries. A kind is the name of a transaction. */
import { createHash } from 'node:crypto';
import net from 'node:net';
import type { Session, Target } from './client.js';

/** Rows of the tables that servers/postgres.ts makes. */
export const ACCOUNTS = 3000;

/** Statements of a kind, one after the other. */
export function statements(kind: string, { random }: Target): string[] {
  const id = () => 1 + random.below(ACCOUNTS);
  switch (kind) {
    case 'read':
      return [`SELECT * FROM accounts WHERE id = ${id()}`];
    case 'range':
      return [`SELECT id, balance FROM accounts WHERE id BETWEEN ${id()} AND ${id()} ORDER BY balance LIMIT 50`];
    case 'scan':
      return [
        `SELECT owner, sum(balance), count(*) FROM accounts WHERE note LIKE '%${random.below(99)}%' GROUP BY owner`,
      ];
    case 'join':
      return [
        `SELECT a.owner, h.delta FROM accounts a JOIN history h ON h.account = a.id WHERE a.id < ${id()} LIMIT 100`,
      ];
    case 'transfer': {
      const amount = random.below(100);
      const [from, to] = [id(), id()].sort((a, b) => a - b);
      return [
        'BEGIN',
        `UPDATE accounts SET balance = balance - ${amount} WHERE id = ${from}`,
        `UPDATE accounts SET balance = balance + ${amount} WHERE id = ${to}`,
        `INSERT INTO history (account, delta) VALUES (${from}, ${-amount}), (${to}, ${amount})`,
        'COMMIT',
      ];
    }
    case 'insert':
      return [`INSERT INTO history (account, delta) SELECT ${id()}, g FROM generate_series(1, 20) g`];
    case 'rollback':
      return ['BEGIN', `DELETE FROM history WHERE account = ${id()}`, 'ROLLBACK'];
    case 'catalog':
      return ["SELECT c.relname, pg_relation_size(c.oid) FROM pg_class c WHERE relkind = 'r' ORDER BY 2 DESC LIMIT 20"];
    case 'temporary':
      return [
        'CREATE TEMP TABLE t AS SELECT id, balance FROM accounts LIMIT 200',
        'SELECT max(balance) FROM t',
        'DROP TABLE t',
      ];
    case 'sort':
      return [`SELECT md5(note), balance FROM accounts ORDER BY md5(note || '${random.below(9)}') OFFSET 2900`];
    case 'vacuum':
      return ['VACUUM ANALYZE history', 'CHECKPOINT'];
    default:
      throw new Error(`no kind ${kind}`);
  }
}

/** A message: its type (none for the first of a connection), its length, its body. */
export function frame(type: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(type.length + 4);
  head.write(type);
  head.writeUInt32BE(bytes.length + 4, type.length);
  return Buffer.concat([head, bytes]);
}

/** The first message of a connection, in version 3.0. */
export function startup(user: string, database: string): Buffer {
  return frame('', Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, 'latin1'));
}

export const query = (sql: string) => frame('Q', `${sql}\0`);

/** Parse, Bind, Describe, Execute and Sync of an unnamed statement with one parameter. */
export function prepared(sql: string, value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  const bind = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1]), length, Buffer.from(value), Buffer.from([0, 0])]);
  return Buffer.concat([
    frame('P', Buffer.from(`\0${sql}\0\0\0`)),
    frame('B', bind),
    frame('D', 'P\0'),
    frame('E', Buffer.alloc(5)),
    frame('S', ''),
  ]);
}

interface Login {
  readonly user: string;
  readonly password: string;
}

const [AUTHENTICATION_CLEARTEXT, AUTHENTICATION_MD5] = [3, 5];
const md5 = (...parts: readonly (string | Buffer)[]) => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

export class Connection {
  private received = Buffer.alloc(0);
  private failed = false;
  private waiting: { resolve(ok: boolean): void; reject(error: Error): void } | null = null;

  /** With a login for servers that ask for one. */
  constructor(
    private readonly socket: net.Socket,
    private readonly login?: Login,
  ) {
    socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.read();
    });
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error('closed')));
  }

  /** Sends one or more messages; whether the server is ready again without having complained. */
  exchange(bytes: Buffer): Promise<boolean> {
    this.failed = false;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(bytes);
    });
  }

  /** Says goodbye, and waits for nothing. */
  end(): void {
    this.socket.end(frame('X', ''));
  }

  close(): void {
    this.socket.destroy();
  }

  private read(): void {
    while (this.received.length >= 5) {
      const end = 1 + this.received.readUInt32BE(1);
      if (this.received.length < end) return;
      const type = String.fromCharCode(this.received[0]!);
      if (type === 'E') this.failed = true;
      if (type === 'Z') this.waiting?.resolve(!this.failed);
      if (type === 'R') this.authenticate(this.received.subarray(5, end));
      this.received = this.received.subarray(end);
    }
  }

  private authenticate(request: Buffer): void {
    if (this.login === undefined) return;
    const { user, password } = this.login;
    const asked = request.readUInt32BE(0);
    if (asked === AUTHENTICATION_CLEARTEXT) this.socket.write(frame('p', `${password}\0`));
    if (asked === AUTHENTICATION_MD5)
      this.socket.write(frame('p', `md5${md5(md5(password, user), request.subarray(4, 8))}\0`));
  }
}

/** A client comes anew after about so many requests: a process a connection. */
const REQUESTS = 60;

export async function open(target: Target): Promise<Session> {
  let connection = await connect(target);
  let left = target.random.below(REQUESTS);
  return {
    async request(kind) {
      if (left-- <= 0) {
        connection.end();
        left = REQUESTS;
        connection = await connect(target);
      }
      let ok = true;
      for (const statement of statements(kind, target))
        ok = (await connection.exchange(frame('Q', `${statement}\0`))) && ok;
      return ok;
    },
    close: () => connection.close(),
  };
}

async function connect(target: Target): Promise<Connection> {
  const connection = new Connection(net.connect(target.port, '127.0.0.1'));
  if (!(await connection.exchange(startup('lab', 'postgres')))) throw new Error('refused');
  return connection;
}
