/** PostgreSQL's protocol, version 3 (manual, "Frontend/Backend Protocol"): simple queries. A kind is the name of a transaction. */
import net from 'node:net';
import type { Session, Target } from './client.js';

/** Rows of the tables that servers/postgres.ts makes. */
export const ACCOUNTS = 3000;

/** Statements of a kind, one after the other. */
function statements(kind: string, { random }: Target): string[] {
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

class Connection {
  private received = Buffer.alloc(0);
  private failed = false;
  private waiting: { resolve(ok: boolean): void; reject(error: Error): void } | null = null;

  constructor(private readonly socket: net.Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.read();
    });
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error('closed')));
  }

  /** Sends a message; whether the server is ready again without having complained. */
  send(type: string, body: string | Buffer): Promise<boolean> {
    const head = Buffer.alloc(type.length + 4);
    head.write(type);
    head.writeUInt32BE(body.length + 4, type.length);
    this.failed = false;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(Buffer.concat([head, Buffer.from(body)]));
    });
  }

  private read(): void {
    while (this.received.length >= 5) {
      const end = 1 + this.received.readUInt32BE(1);
      if (this.received.length < end) return;
      const type = String.fromCharCode(this.received[0]!);
      if (type === 'E') this.failed = true;
      if (type === 'Z') this.waiting?.resolve(!this.failed);
      this.received = this.received.subarray(end);
    }
  }
}

/** Version 3.0. */
const STARTUP = Buffer.from([0, 3, 0, 0, ...Buffer.from('user\0lab\0database\0postgres\0\0')]);
/** A client comes anew after about so many requests: a process a connection. */
const REQUESTS = 60;

export async function open(target: Target): Promise<Session> {
  let connection = await connect(target);
  let left = target.random.below(REQUESTS);
  return {
    async request(kind) {
      if (left-- <= 0) {
        connection.socket.end(Buffer.from([0x58, 0, 0, 0, 4]));
        left = REQUESTS;
        connection = await connect(target);
      }
      let ok = true;
      for (const statement of statements(kind, target)) ok = (await connection.query(statement)) && ok;
      return ok;
    },
    close: () => connection.socket.destroy(),
  };
}

async function connect(target: Target): Promise<{ socket: net.Socket; query(sql: string): Promise<boolean> }> {
  const socket = net.connect(target.port, '127.0.0.1');
  const connection = new Connection(socket);
  if (!(await connection.send('', STARTUP))) throw new Error('refused');
  return { socket, query: (sql) => connection.send('Q', `${sql}\0`) };
}
