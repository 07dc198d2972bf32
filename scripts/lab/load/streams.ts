/**
 * A streaming server's HTTP: the first clients feed a stream each besides (PUT); all listen to a part of a stream (`listen`, `long`, with
 * `titles` in it), fetch a `file`, a `playlist` or the `status`, and ask as an administrator (`title`, `listeners`), with the wrong password
 * too (`denied`).
 */
import net from 'node:net';
import type { Session, Target } from './client.js';

export const STREAMS = 3;
export const FILES = 12;
export const PASSWORD = 'secret';

/** What a source sends so often, ms: 16 kB a second. */
const PIECE = Buffer.alloc(1600, 'sound ');
const PIECE_EVERY = 100;
const AGAIN_AFTER = 500;

const authorization = (who: string, password: string) =>
  `Authorization: Basic ${Buffer.from(`${who}:${password}`).toString('base64')}\r\n`;

interface Question {
  readonly path: string;
  readonly headers?: string;
  readonly status: number;
  /** Read so many bytes of the body, or all of it. */
  readonly bytes?: number;
}

function question(kind: string, { random }: Target): Question {
  const stream = `/live${random.below(STREAMS)}.mp3`;
  const admin = authorization('admin', PASSWORD);
  switch (kind) {
    case 'listen':
      return { path: stream, status: 200, bytes: 8000 + random.below(6000) };
    case 'long':
      return { path: stream, status: 200, bytes: 20_000 };
    case 'titles':
      return { path: stream, headers: 'Icy-MetaData: 1\r\n', status: 200, bytes: 10_000 };
    case 'file':
      return { path: `/song${random.below(FILES)}.mp3`, status: 200 };
    case 'status':
      return { path: '/status-json.xsl', status: 200 };
    case 'playlist':
      return { path: `${stream}.m3u`, status: 200 };
    case 'title':
      return {
        path: `/admin/metadata?mode=updinfo&mount=${stream}&song=${random.below(1000)}`,
        headers: admin,
        status: 200,
      };
    case 'listeners':
      return { path: `/admin/listclients?mount=${stream}`, headers: admin, status: 200 };
    case 'denied':
      return { path: '/admin/stats', headers: authorization('admin', 'guess'), status: 401 };
    case 'missing':
      return { path: `/nothing${random.below(1000)}`, status: 404 };
    default:
      throw new Error(`no kind ${kind}`);
  }
}

/** One question a connection; whether the status was right and as much came as was to come. */
function ask(socket: net.Socket, { path, headers = '', status, bytes }: Question): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let head = '';
    let length = -1;
    let read = 0;
    const right = () => head.split(' ')[1] === String(status);
    const end = (answer: boolean) => {
      resolve(answer);
      socket.destroy();
    };
    socket.on('error', reject);
    socket.on('data', (data: Buffer) => {
      if (length < 0) {
        head += data.toString('latin1');
        const at = head.indexOf('\r\n\r\n');
        if (at < 0) return;
        length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? Infinity);
        read = head.length - at - 4;
      } else read += data.length;
      if (read >= Math.min(bytes ?? Infinity, length)) end(right());
    });
    // An answer without a length ends with the connection.
    socket.on('close', () => end(right() && bytes === undefined && length === Infinity));
    socket.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\nUser-Agent: load\r\n${headers}\r\n`);
  });
}

/** Feeds a stream until the client closes, over another connection when one ends. */
class Source {
  private socket: net.Socket | null = null;
  private readonly timer: NodeJS.Timeout;
  private accepted = false;
  private startedAt = 0;

  constructor(
    private readonly port: number,
    private readonly stream: number,
  ) {
    this.connect();
    this.timer = setInterval(() => this.feed(), PIECE_EVERY);
  }

  close(): void {
    clearInterval(this.timer);
    this.socket?.destroy();
  }

  private connect(): void {
    this.accepted = false;
    this.startedAt = Date.now();
    const socket = net.connect(this.port, '127.0.0.1');
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => (this.socket = null));
    socket.on('data', () => (this.accepted = true));
    socket.write(
      `PUT /live${this.stream}.mp3 HTTP/1.1\r\nHost: localhost\r\n${authorization('source', PASSWORD)}` +
        'Content-Type: audio/mpeg\r\nExpect: 100-continue\r\n\r\n',
    );
  }

  private feed(): void {
    if (this.socket === null) {
      if (Date.now() - this.startedAt > AGAIN_AFTER) this.connect();
    } else if (this.accepted && this.socket.writableLength < 100 * PIECE.length) this.socket.write(PIECE);
  }
}

/** Sources outlive sessions, which end with each request that fails. */
const sources = new Map<number, Source>();

export async function open(target: Target, client: number): Promise<Session> {
  if (client < STREAMS && !sources.has(client)) {
    sources.set(client, new Source(target.port, client));
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  }
  let socket: net.Socket | null = null;
  return {
    request(kind) {
      socket = net.connect(target.port, '127.0.0.1');
      return ask(socket, question(kind, target));
    },
    close: () => socket?.destroy(),
  };
}
