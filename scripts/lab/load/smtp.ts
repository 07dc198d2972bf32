/**
 * SMTP (RFC 5321), a connection a request, as between mail servers. Kinds: mail for a `user`, an `alias` or somebody behind the peer
 * (`relay`), `large` mail, `several` messages over one connection, addresses that are refused (`unknown`, `foreign`), a text
 * that is (`forbidden`), and the question whether an address is there (`verify`).
 */
import net from 'node:net';
import type { Session, Target } from './client.js';
import { Replies } from './replies.js';

/** Mailboxes user0 and on, and aliases team0 and on, of mail.test: servers/exim.ts makes them. */
export const USERS = 200;
export const ALIASES = 30;

interface Message {
  readonly to: string;
  readonly bytes: number;
  readonly text: string;
  /** Right codes of RCPT and, where the message is taken so far, of its end. */
  readonly codes: readonly [number, number?];
}

function messages(kind: string, { random }: Target): Message[] {
  const user = () => `user${random.below(USERS)}@mail.test`;
  const taken = (to: string, bytes = 200 + random.below(4000)): Message => ({ to, bytes, text: '', codes: [250, 250] });
  switch (kind) {
    case 'user':
      return [taken(user())];
    case 'alias':
      return [taken(`team${random.below(ALIASES)}@mail.test`)];
    case 'relay':
      return [taken(`somebody${random.below(1000)}@peer.test`)];
    case 'large':
      return [taken(user(), 60_000 + random.below(100_000))];
    case 'several':
      return Array.from({ length: 2 + random.below(3) }, () => taken(user()));
    case 'unknown':
      return [{ ...taken(`nobody${random.below(1000)}@mail.test`), codes: [550] }];
    case 'foreign':
      return [{ ...taken(`user${random.below(1000)}@other.test`), codes: [550] }];
    case 'forbidden':
      return [{ ...taken(user()), text: 'FORBIDDEN', codes: [250, 550] }];
    default:
      throw new Error(`no kind ${kind}`);
  }
}

async function send(connection: Replies, from: number, { to, bytes, text, codes }: Message): Promise<boolean> {
  if ((await connection.ask(`MAIL FROM:<client${from}@client.test>`)) !== 250) return false;
  if ((await connection.ask(`RCPT TO:<${to}>`)) !== codes[0]) return false;
  if (codes[1] === undefined) return true;
  if ((await connection.ask('DATA')) !== 354) return false;
  const body = `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(bytes / 72));
  const header = `From: client${from}@client.test\r\nTo: ${to}\r\nSubject: load`;
  return (await connection.ask(`${header}\r\n\r\n${text}\r\n${body}.`)) === codes[1];
}

async function converse(connection: Replies, kind: string, target: Target, client: number): Promise<boolean> {
  if ((await connection.ask()) !== 220) return false;
  if ((await connection.ask(`EHLO client${client}.test`)) !== 250) return false;
  if (kind === 'verify') {
    if ((await connection.ask(`VRFY user${target.random.below(USERS)}@mail.test`)) !== 250) return false;
  } else {
    for (const message of messages(kind, target)) if (!(await send(connection, client, message))) return false;
  }
  return (await connection.ask('QUIT')) === 221;
}

export function open(target: Target, client: number): Promise<Session> {
  let socket: net.Socket | null = null;
  return Promise.resolve({
    async request(kind) {
      socket = net.connect(target.port, '127.0.0.1');
      try {
        return await converse(new Replies(socket), kind, target, client);
      } finally {
        socket.destroy();
      }
    },
    close: () => socket?.destroy(),
  });
}
