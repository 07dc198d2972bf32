/**
 * PostgreSQL's protocol through a pooler, spoken so that the pooler has to look at it. A kind is `read`, `rows`, `update`, `transaction`,
 * `prepared` (the extended protocol), `wrong` (a statement that the database refuses), `settings`, `connect` and `connect archive`
 * (a connection for one statement), or `show WORD` of the pooler's own console. peers/postgres.ts answers.
 */
import net from 'node:net';
import type { Session, Target } from './client.js';
import { Connection, prepared, query, startup } from './postgres.js';

export const LOGIN = { user: 'lab', password: 'in the lab' };
/** The database that is the pooler's console. */
const CONSOLE = 'pgbouncer';
const GOODS = 400;

/** What a kind sends, one message exchanged after the other. */
function messages(kind: string, { random }: Target): Buffer[] {
  const id = random.below(GOODS);
  switch (kind) {
    case 'read':
      return [query(`SELECT * FROM goods WHERE id = ${id}`)];
    case 'rows':
      return [query(`SELECT * FROM goods ORDER BY price LIMIT ${40 + id}`)];
    case 'update':
      return [query(`UPDATE goods SET price = ${id} WHERE id = ${id}`)];
    case 'transaction':
      return [
        'BEGIN',
        `UPDATE goods SET stock = stock - 1 WHERE id = ${id}`,
        'INSERT INTO sales VALUES (1)',
        'COMMIT',
      ].map(query);
    case 'prepared':
      return [prepared('SELECT * FROM goods WHERE id = $1', String(id))];
    case 'wrong':
      return [query('SELEKT everything')];
    case 'settings':
      return [query(`SET application_name = 'load ${id % 7}'`), query('SELECT 1')];
    default:
      throw new Error(`no kind ${kind}`);
  }
}

async function connect({ port }: Target, database: string): Promise<Connection> {
  const connection = new Connection(net.connect(port, '127.0.0.1'), LOGIN);
  if (!(await connection.exchange(startup(LOGIN.user, database)))) {
    connection.close();
    throw new Error('refused');
  }
  return connection;
}

/** One exchange on a connection of its own. */
async function once(target: Target, database: string, message: Buffer): Promise<boolean> {
  const connection = await connect(target, database);
  try {
    return await connection.exchange(message);
  } finally {
    connection.close();
  }
}

export async function open(target: Target): Promise<Session> {
  const connection = await connect(target, 'shop');
  return {
    async request(kind) {
      if (kind === 'connect') return once(target, 'shop', query('SELECT 1'));
      if (kind === 'connect archive') return once(target, 'archive', query('SELECT * FROM goods LIMIT 20'));
      if (kind.startsWith('show ')) return once(target, CONSOLE, query(kind.toUpperCase()));
      let right = true;
      for (const message of messages(kind, target))
        right = (await connection.exchange(message)) === (kind !== 'wrong') && right;
      return right;
    },
    close: () => connection.close(),
  };
}
