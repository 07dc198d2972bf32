/**
 * SIP (RFC 3261) over UDP, some requests over TCP. Each client registers itself, and is also whom its `message`s reach: it answers what the
 * server passes on, and the answer comes back to it through the server. Kinds besides: `options`, `register`, `contacts` (asks where it
 * is registered), `large` messages, `unknown` users, `foreign` domains, `hops` (a message that went too far), `tcp`.
 */
import dgram from 'node:dgram';
import net from 'node:net';
import type { Session, Target } from './client.js';

export const DOMAIN = 'lab.test';

interface Wanted {
  readonly method: string;
  readonly to: string;
  readonly status: number;
  readonly headers?: string;
  readonly body?: string;
  readonly hops?: number;
}

function wanted(kind: string, user: string, contact: string, { random }: Target): Wanted {
  const sip = (name: string, domain = DOMAIN) => `sip:${name}@${domain}`;
  const text = 'Content-Type: text/plain\r\n';
  const message = { method: 'MESSAGE', to: sip(user), status: 200, headers: text };
  switch (kind) {
    case 'tcp':
    case 'options':
      return { method: 'OPTIONS', to: `sip:${DOMAIN}`, status: 200 };
    case 'register':
      return { method: 'REGISTER', to: sip(user), status: 200, headers: `Contact: <${contact}>;expires=30\r\n` };
    case 'contacts':
      return { method: 'REGISTER', to: sip(user), status: 200 };
    case 'message':
      return { ...message, body: 'x'.repeat(20 + random.below(200)) };
    case 'large':
      return { ...message, body: 'x'.repeat(2000 + random.below(1000)) };
    case 'unknown':
      return { ...message, to: sip(`nobody${random.below(1000)}`), status: 404 };
    case 'foreign':
      return { ...message, to: sip(user, 'elsewhere.test'), status: 403 };
    case 'hops':
      return { ...message, status: 483, hops: 0 };
    default:
      throw new Error(`no kind ${kind}`);
  }
}

function request(
  { method, to, headers = '', body = '', hops = 20 }: Wanted,
  id: string,
  via: string,
  from: string,
): string {
  return (
    `${method} ${method === 'REGISTER' ? `sip:${DOMAIN}` : to} SIP/2.0\r\nVia: SIP/2.0/${via};branch=z9hG4bK${id}\r\n` +
    `Max-Forwards: ${hops}\r\nFrom: <sip:${from}@${DOMAIN}>;tag=${id}\r\nTo: <${to}>\r\nCall-ID: ${id}@client\r\n` +
    `CSeq: 1 ${method}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** To a request that came: all that says where it came from, and by whom. */
export function answer(text: string): string {
  const kept = text.split('\r\n').filter((line) => /^(?:via|from|to|call-id|cseq):/i.test(line));
  return `SIP/2.0 200 OK\r\n${kept.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;
}

const callId = (text: string) => /^call-id: *(\S+?)@client/im.exec(text)?.[1];
const statusOf = (text: string) => Number(/^SIP\/2\.0 (\d+)/.exec(text)?.[1] ?? NaN);

class Phone {
  private readonly waiting = new Map<string, (status: number) => void>();

  private constructor(
    private readonly socket: dgram.Socket,
    private readonly server: number,
  ) {
    socket.on('error', () => {});
    socket.on('message', (bytes) => {
      const text = bytes.toString('latin1');
      if (!text.startsWith('SIP/')) return this.send(answer(text));
      const status = statusOf(text);
      if (status >= 200) this.waiting.get(callId(text) ?? '')?.(status);
    });
  }

  static open(server: number): Promise<Phone> {
    const socket = dgram.createSocket('udp4');
    return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(new Phone(socket, server))));
  }

  get port(): number {
    return this.socket.address().port;
  }

  async ask(text: string, id: string): Promise<number> {
    const status = new Promise<number>((resolve) => this.waiting.set(id, resolve));
    this.send(text);
    return status.finally(() => this.waiting.delete(id));
  }

  close(): void {
    this.socket.close();
  }

  private send(text: string): void {
    this.socket.send(text, this.server, '127.0.0.1');
  }
}

/** One request a connection. */
function viaTcp(port: number, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let received = '';
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      if (!received.includes('\r\n\r\n')) return;
      resolve(statusOf(received));
      socket.destroy();
    });
    socket.write(text);
  });
}

export async function open(target: Target, client: number): Promise<Session> {
  const phone = await Phone.open(target.port);
  const user = `user${client}`;
  const contact = `sip:${user}@127.0.0.1:${phone.port}`;
  let count = 0;
  const ask = async (kind: string) => {
    const what = wanted(kind, user, contact, target);
    const id = `${client}-${phone.port}-${count++}`;
    if (kind === 'tcp') return (await viaTcp(target.port, request(what, id, 'TCP 127.0.0.1', user))) === what.status;
    return (await phone.ask(request(what, id, `UDP 127.0.0.1:${phone.port}`, user), id)) === what.status;
  };
  let registered = false;
  return {
    async request(kind) {
      // Messages reach who is registered.
      registered ||= await ask('register');
      return ask(kind);
    },
    close: () => phone.close(),
  };
}
