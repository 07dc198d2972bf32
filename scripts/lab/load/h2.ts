/**
 * H2, spoken to by PostgreSQL's protocol, in simple queries and in prepared ones; kinds are names of transactions. Answers are of few rows: the server
 * writes each in several pieces, and reads messages byte by byte. Its `read`, `transfer` and `rollback` are those of postgres.ts.
 */
import net from 'node:net';
import type { Session, Target } from './client.js';
import { ACCOUNTS, Connection, prepared, query, startup, statements } from './postgres.js';

/** Names are written in capitals where nothing else is said. */
export const LOGIN = { user: 'LAB', password: 'in the lab' };

/** What a kind sends, one message exchanged after the other. */
function messages(kind: string, target: Target): Buffer[] {
  const id = String(1 + target.random.below(ACCOUNTS));
  switch (kind) {
    case 'prepared':
      return [prepared('SELECT owner, balance FROM accounts WHERE id = CAST($1 AS INT)', id)];
    case 'insert':
      return [prepared('INSERT INTO history (account, delta) VALUES (CAST($1 AS INT), 1)', id)];
    case 'forget':
      return [query(`DELETE FROM history WHERE account = ${id}`)];
    case 'range':
      return [query(`SELECT sum(balance), count(*) FROM accounts WHERE id BETWEEN ${id} AND ${id} + 200`)];
    case 'scan':
      return [query(`SELECT max(balance) FROM accounts WHERE note LIKE '%${id}%'`)];
    case 'join':
      return [query(`SELECT sum(delta) FROM accounts a JOIN history h ON h.account = a.id WHERE a.owner = 'owner 7'`)];
    case 'sorted':
      return [query(`SELECT note FROM accounts ORDER BY note || '${id}' OFFSET ${ACCOUNTS - 2}`)];
    case 'columns':
      return [query('SELECT table_name, column_name FROM information_schema.columns ORDER BY 1, 2 LIMIT 4')];
    case 'wrong':
      return [query('SELEKT everything')];
    default:
      return statements(kind, target).map(query);
  }
}

async function connect({ port }: Target): Promise<Connection> {
  const connection = new Connection(net.connect(port, '127.0.0.1'), LOGIN);
  if (await connection.exchange(startup(LOGIN.user, 'shop'))) return connection;
  connection.close();
  throw new Error('refused');
}

export async function open(target: Target): Promise<Session> {
  const connection = await connect(target);
  return {
    async request(kind) {
      if (kind === 'connect') {
        const short = await connect(target);
        const right = await short.exchange(query('SELECT 1'));
        short.end();
        return right;
      }
      let right = true;
      for (const message of messages(kind, target))
        right = (await connection.exchange(message)) === (kind !== 'wrong') && right;
      return right;
    },
    close: () => connection.close(),
  };
}
