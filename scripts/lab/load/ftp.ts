/**
 * FTP (RFC 959, 2428, 3659): a connection for commands that is kept, one more for each transfer. Kinds: `get note` and `get book` (small and
 * large files), `active` (the server connects), `resume` (the rest of a file), `put`, `move` (a file comes, gets another name and goes), `folder`
 * (comes and goes), `list`, `all` (folders below, too), `facts` (MLSD), `names`, `look` (size and time), what is refused (`missing`, `private`,
 * `readonly`), `connect` (a login of its own) and `guess` (one with a wrong password).
 */
import net from 'node:net';
import type { Rng } from '../rng.js';
import type { Session, Target } from './client.js';
import { connected } from './connected.js';
import { Replies } from './replies.js';

/** Notes 0 and on in notes/, books in books/; what is in `up` may be changed: servers/proftpd.ts makes them. */
export const NOTES = 60;
export const BOOKS = 6;
export const LOGIN = { user: 'lab', password: 'secret' };

/** Codes of right answers. */
const CODE = {
  opening: 150,
  fine: 200,
  known: 213,
  welcome: 220,
  closing: 221,
  transferred: 226,
  loggedIn: 230,
  done: 250,
  made: 257,
  needPassword: 331,
  pending: 350,
  noLogin: 530,
  refused: 550,
} as const;

/** Somebody's connection for commands, and those for transfers while there are any. */
class Login {
  private readonly replies: Replies;
  private readonly sockets = new Set<net.Socket>();

  constructor(socket: net.Socket) {
    this.replies = new Replies(socket);
    this.sockets.add(socket);
  }

  /** Says who it is; whether the server says what it should to that password. */
  async enter(password: string, answer: number): Promise<boolean> {
    return (
      (await this.is(CODE.welcome)) &&
      (await this.is(CODE.needPassword, `USER ${LOGIN.user}`)) &&
      (await this.is(answer, `PASS ${password}`))
    );
  }

  async is(code: number, line?: string): Promise<boolean> {
    return (await this.replies.ask(line)) === code;
  }

  /** The bytes of a transfer that the client connects for. */
  async passive(line: string, given?: Buffer): Promise<number | null> {
    const port = /\|(\d+)\|/.exec(await this.replies.text('EPSV'))?.[1];
    if (port === undefined) return null;
    const data = await connected(Number(port));
    return this.transfer(line, Promise.resolve(data), given);
  }

  /** The bytes of a transfer that the server connects for. */
  async active(line: string): Promise<number | null> {
    const server = net.createServer();
    const arriving = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      if (!(await this.is(CODE.fine, `EPRT |1|127.0.0.1|${port}|`))) return null;
      return await this.transfer(line, arriving);
    } finally {
      server.close();
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Null where there was none. It is over when the bytes are there and the server has said so. */
  private async transfer(line: string, arriving: Promise<net.Socket>, given?: Buffer): Promise<number | null> {
    if (!(await this.is(CODE.opening, line))) {
      void arriving.then((data) => data.destroy());
      return null;
    }
    const data = await arriving;
    this.sockets.add(data);
    let bytes = 0;
    data.on('data', (part: Buffer) => (bytes += part.length));
    const over = new Promise((resolve, reject) => data.on('close', resolve).on('error', reject));
    if (given !== undefined) data.end(given);
    await over;
    this.sockets.delete(data);
    return (await this.is(CODE.transferred)) ? bytes : null;
  }
}

export async function open(target: Target, client: number): Promise<Session> {
  const login = new Login(await connected(target.port));
  if (!(await login.enter(LOGIN.password, CODE.loggedIn)) || !(await login.is(CODE.fine, 'TYPE I'))) {
    login.close();
    throw new Error('no login');
  }
  return { request: (kind) => request(login, target, kind, `up/${client}`), close: () => login.close() };
}

const note = (random: Rng) => `notes/note${random.below(NOTES)}.txt`;

async function request(login: Login, target: Target, kind: string, own: string): Promise<boolean> {
  const { random } = target;
  const some = (bytes: number | null) => bytes !== null && bytes > 0;
  const content = () => Buffer.alloc(200 + random.below(20_000), 'x');
  switch (kind) {
    case 'get note':
      return some(await login.passive(`RETR ${note(random)}`));
    case 'get book':
      return some(await login.passive(`RETR books/book${random.below(BOOKS)}.txt`));
    case 'active':
      return some(await login.active(`RETR ${note(random)}`));
    case 'resume':
      return (await login.is(CODE.pending, 'REST 500')) && some(await login.passive(`RETR ${note(random)}`));
    case 'put':
      return (await login.passive(`STOR ${own}.txt`, content())) !== null;
    case 'move':
      return (
        (await login.passive(`STOR ${own}.new`, content())) !== null &&
        (await login.is(CODE.pending, `RNFR ${own}.new`)) &&
        (await login.is(CODE.done, `RNTO ${own}.moved`)) &&
        (await login.is(CODE.done, `DELE ${own}.moved`))
      );
    case 'folder': {
      // A name of its own: what somebody gave up half-way stays.
      const folder = `${own}-${random.below(1e9)}`;
      return (
        (await login.is(CODE.made, `MKD ${folder}`)) &&
        (await login.is(CODE.done, `CWD ${folder}`)) &&
        (await login.is(CODE.done, 'CWD ../..')) &&
        (await login.is(CODE.done, `RMD ${folder}`))
      );
    }
    case 'list':
      return some(await login.passive('LIST notes'));
    case 'facts':
      return some(await login.passive('MLSD books'));
    case 'names':
      return some(await login.active('NLST notes'));
    case 'all':
      return some(await login.passive('LIST -R'));
    case 'look': {
      const file = note(random);
      return (await login.is(CODE.known, `SIZE ${file}`)) && (await login.is(CODE.known, `MDTM ${file}`));
    }
    case 'missing':
      return (await login.passive(`RETR notes/nothing${random.below(90)}.txt`)) === null;
    case 'private':
      return login.is(CODE.refused, 'CWD private');
    case 'readonly':
      return login.is(CODE.refused, `DELE ${note(random)}`);
    case 'connect':
      return briefly(target, async (short) => {
        const entered = await short.enter(LOGIN.password, CODE.loggedIn);
        return entered && (await short.is(CODE.made, 'PWD')) && (await short.is(CODE.closing, 'QUIT'));
      });
    case 'guess':
      return briefly(target, (short) => short.enter('guess', CODE.noLogin));
    default:
      throw new Error(`no kind ${kind}`);
  }
}

async function briefly({ port }: Target, work: (login: Login) => Promise<boolean>): Promise<boolean> {
  const login = new Login(await connected(port));
  try {
    return await work(login);
  } finally {
    login.close();
  }
}
