/** DNS (RFC 1035) over UDP and TCP. A kind is `udp A known`, `tcp SOA zone`, `tcp AXFR zone`: transport, type, sort of name. */
import dgram from 'node:dgram';
import net from 'node:net';
import type { Session, Target } from './client.js';

/** Zones zone0.test and on, with hosts host0 and on: servers/knot.ts makes them. */
export const ZONES = 5;
export const HOSTS = 400;

const TYPES: Record<string, number> = { A: 1, NS: 2, SOA: 6, MX: 15, TXT: 16, AAAA: 28, AXFR: 252, ANY: 255 };
const [NO_ERROR, NAME_ERROR, REFUSED] = [0, 3, 5];

function nameFor(sort: string, { random }: Target): [string, number] {
  const zone = `zone${random.below(ZONES)}.test`;
  switch (sort) {
    case 'known':
      return [`host${random.below(HOSTS)}.${zone}`, NO_ERROR];
    case 'wild':
      return [`x${random.below(1e6)}.wild.${zone}`, NO_ERROR];
    case 'alias':
      return [`alias${random.below(50)}.${zone}`, NO_ERROR];
    case 'unknown':
      return [`nothing${random.below(1e6)}.${zone}`, NAME_ERROR];
    case 'foreign':
      return [`host${random.below(1e6)}.example`, REFUSED];
    default:
      return [zone, NO_ERROR];
  }
}

function query(id: number, name: string, type: number): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([
    Buffer.from([id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...labels,
    Buffer.from([0, type >> 8, type & 0xff, 0, 1]),
  ]);
}

export function open(target: Target): Promise<Session> {
  const udp = dgram.createSocket('udp4');
  udp.on('error', () => {});
  return Promise.resolve({
    async request(kind) {
      const [transport, type, sort] = kind.split(' ') as [string, string, string];
      const [name, code] = nameFor(sort, target);
      const id = target.random.below(65536);
      const bytes = query(id, name, TYPES[type]!);
      const answer = transport === 'udp' ? await viaUdp(udp, target.port, bytes, id) : await viaTcp(target.port, bytes);
      return (answer[3]! & 15) === code;
    },
    close: () => udp.close(),
  });
}

function viaUdp(socket: dgram.Socket, port: number, bytes: Buffer, id: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    socket.removeAllListeners('message');
    socket.on('message', (answer) => {
      if (answer.readUInt16BE(0) === id) resolve(answer);
    });
    socket.send(bytes, port, '127.0.0.1', (error) => error && reject(error));
  });
}

/** One question a connection. A transfer comes in several messages: the connection is closed after the first. */
function viaTcp(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      if (received.length < 2 || received.length < received.readUInt16BE(0) + 2) return;
      resolve(received.subarray(2));
      socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.write(Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]));
  });
}
