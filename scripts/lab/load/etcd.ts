/**
 * etcd over HTTP: version 3 as its gateway translates it from JSON, and version 2. Kinds: `put`, `get`, `list` (keys by their beginning), `swap` (a
 * transaction that compares first), `delete`, `lease` (a key that expires), `watch` (a change is waited for, then made), `old set` and `old get` (of version 2),
 * `status`, `metrics`; `everything`, `compact` and `defragment` for those who look after it.
 */
import http from 'node:http';
import type { Session, Target } from './client.js';

/** Keys by their folder. */
const FOLDERS = 8;
const KEYS = 60;

interface Answer {
  readonly status: number;
  readonly text: string;
}

class Connection {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly port: number) {}

  /** Over when the answer is all there. With `seen`, over as soon as that is in it, and a connection of its own: it has no end. */
  ask(method: string, path: string, body: string, seen?: { text: string; begun: () => void }): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-length': String(body.length), ...(body.includes('=') && FORM) };
      const agent = seen === undefined ? this.agent : false;
      const outgoing = http.request(
        { host: '127.0.0.1', port: this.port, method, path, agent, headers },
        (incoming) => {
          let text = '';
          const end = () => resolve({ status: incoming.statusCode!, text });
          incoming.on('error', reject);
          incoming.on('end', end);
          incoming.on('data', (data: Buffer) => {
            text += data.toString('latin1');
            if (seen === undefined) return;
            if (text.includes('"created":true')) seen.begun();
            if (!text.includes(seen.text)) return;
            end();
            outgoing.destroy();
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** An answer of version 3. */
  async call(name: string, question: object): Promise<Answer> {
    return this.ask('POST', `/v3/${name}`, JSON.stringify(question));
  }

  close(): void {
    this.agent.destroy();
  }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const right = ({ status }: Answer) => status === 200;
/** Keys that begin so. */
const beginning = (text: string) => {
  const end = text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
  return { key: base64(text), range_end: base64(end) };
};

export function open(target: Target, client: number): Promise<Session> {
  const connection = new Connection(target.port);
  return Promise.resolve({
    request: (kind) => request(connection, target, client, kind),
    close: () => connection.close(),
  });
}

async function request(connection: Connection, { random }: Target, client: number, kind: string): Promise<boolean> {
  const folder = `/folder${random.below(FOLDERS)}/`;
  const name = `${folder}${random.below(KEYS)}`;
  const key = base64(name);
  const value = base64('x'.repeat(20 + random.below(1500)));
  const call = async (method: string, question: object) => right(await connection.call(method, question));
  switch (kind) {
    case 'put':
      return call('kv/put', { key, value });
    case 'get':
      return call('kv/range', { key });
    case 'list':
      return call('kv/range', { ...beginning(folder), limit: '30', sort_order: 'DESCEND', sort_target: 'MOD' });
    case 'swap':
      return call('kv/txn', {
        compare: [{ key, target: 'VERSION', result: 'GREATER', version: '3' }],
        success: [{ request_range: { key } }],
        failure: [{ request_put: { key, value } }],
      });
    case 'delete':
      return call('kv/deleterange', { key });
    case 'lease': {
      const granted = await connection.call('lease/grant', { TTL: '2' });
      const [, lease] = /"ID":"(\d+)"/.exec(granted.text) ?? [];
      return lease !== undefined && (await call('kv/put', { key: base64(`/leased/${client}`), value, lease }));
    }
    case 'watch':
      return watch(connection, base64(`/watched/${client}`), value);
    case 'old set':
      return (await connection.ask('PUT', `/v2/keys${name}`, `value=${value.slice(0, 200)}`)).status < 300;
    case 'old get':
      return [200, 404].includes((await connection.ask('GET', `/v2/keys${name}`, '')).status);
    case 'status':
      return call('maintenance/status', {});
    case 'metrics':
      return right(await connection.ask('GET', '/metrics', ''));
    case 'everything':
      return call('kv/range', beginning('/'));
    case 'compact': {
      const put = await connection.call('kv/put', { key, value });
      const [, revision] = /"revision":"(\d+)"/.exec(put.text) ?? [];
      return revision !== undefined && (await call('kv/compaction', { revision }));
    }
    case 'defragment':
      return call('maintenance/defragment', {});
    default:
      throw new Error(`no kind ${kind}`);
  }
}

/** Waits for a change, which it makes as soon as it is waited for. */
async function watch(connection: Connection, key: string, value: string): Promise<boolean> {
  let changed: Promise<Answer> | null = null;
  const begun = () => (changed ??= connection.call('kv/put', { key, value }));
  const question = JSON.stringify({ create_request: { key } });
  const seen = await connection.ask('POST', '/v3/watch', question, { text: `"value":"${value}"`, begun });
  const put = await (changed as Promise<Answer> | null);
  return right(seen) && put !== null && right(put);
}
