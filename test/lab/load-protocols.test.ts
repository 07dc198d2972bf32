/** What clients of the load take for a right answer, from servers that say what the test wants, in pieces. */
import dgram from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../scripts/lab/load/client.js';
import * as etcd from '../../scripts/lab/load/etcd.js';
import * as mqtt from '../../scripts/lab/load/mqtt.js';
import * as sip from '../../scripts/lab/load/sip.js';
import * as smtp from '../../scripts/lab/load/smtp.js';
import * as stomp from '../../scripts/lab/load/stomp.js';
import * as streams from '../../scripts/lab/load/streams.js';
import * as zookeeper from '../../scripts/lab/load/zookeeper.js';
import { rngOf } from '../../scripts/lab/rng.js';
import { asked, closing, serve } from './answering.js';

describe('zookeeper', () => {
  /** Answers the connection, the making of /app, and all that follows with that error. */
  const answering = (error: number) => {
    let packets = 0;
    return serve((received, say) => {
      const length = received.readInt32BE(0);
      if (received.length < 4 + length) return received;
      const answer = Buffer.alloc(4 + 16);
      answer.writeInt32BE(16, 0);
      answer.writeInt32BE(received.readInt32BE(4), 4);
      answer.writeInt32BE(packets < 2 ? 0 : error, 16);
      packets++;
      say(answer);
      return received.subarray(4 + length);
    });
  };

  it.each([
    ['get', 0, true],
    ['get', -101, true],
    ['create', -110, true],
    ['create', -101, false],
    ['children', -101, false],
    ['multi', -4, false],
    ['ping', 0, true],
  ])('%s answered with %i', async (kind, error, right) => {
    const session = await zookeeper.open(await answering(error));
    await expect(asked(session, kind)).resolves.toBe(right);
  });
});

describe('stomp', () => {
  const frame = (command: string, headers: Record<string, string>) =>
    `${command}\n${Object.entries(headers)
      .map(([name, value]) => `${name}:${value}\n`)
      .join('')}\nbody: of it\n\n\0\n`;

  /** A broker that delivers to the sender, and gives receipts until something is to go wrong. */
  const broker = (wrong: string) =>
    serve((received, say) => {
      const parts = received.toString('latin1').split('\0');
      const answers = parts.slice(0, -1).map((part) => {
        const [command, ...lines] = part.trim().split('\n\n')[0]!.split('\n');
        const header = (name: string) => lines.find((l) => l.startsWith(`${name}:`))?.slice(name.length + 1);
        if (command === 'CONNECT') return frame('CONNECTED', { version: '1.2' });
        if (command === wrong) return frame('ERROR', { message: 'refused' });
        const delivered = command === 'SEND' ? frame('MESSAGE', { subscription: 'own', ack: 'a:1' }) : '';
        const receipt = header('receipt');
        return delivered + (receipt === undefined ? '' : frame('RECEIPT', { 'receipt-id': receipt }));
      });
      const text = answers.join('');
      if (text !== '') say(Buffer.from(text));
      return Buffer.from(parts.at(-1)!);
    });

  it.each([
    ['work', 'nothing', true],
    ['batch', 'nothing', true],
    ['drain', 'nothing', true],
    ['connect', 'nothing', true],
    ['work', 'ACK', false],
    ['batch', 'COMMIT', false],
    ['drain', 'UNSUBSCRIBE', false],
  ])('%s, with %s refused', async (kind, wrong, right) => {
    const session = await stomp.open(await broker(wrong), 0);
    await expect(asked(session, kind)).resolves.toBe(right);
  });
});

describe('mqtt', () => {
  const [CONNECT, PUBLISH, PUBREC, PUBREL, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT] = [1, 3, 5, 6, 8, 10, 14];
  /** Types of packets and of what they are answered with. */
  const ANSWERS: Record<number, number> = { [SUBSCRIBE]: 9, [UNSUBSCRIBE]: 11, 12: 13, [PUBREC]: PUBREL, [PUBREL]: 7 };

  /** A broker of one client: it brings all back to its sender, and keeps what is for a client that is away; one type is not answered. */
  function broker(silentAbout: number, refusing = false): Promise<Target> {
    const kept: Buffer[] = [];
    return serve((received, say) => {
      const packet = mqtt.decode(received);
      if (packet === null) return received;
      const { type, flags, body, end } = packet;
      const say2 = (of: number, ...parts: Buffer[]) => type !== silentAbout && say(mqtt.encode(of, 0, ...parts));
      if (type === CONNECT) {
        say2(2, Buffer.from([0, 0]));
        // Its name is away/0, and it comes with the welcome.
        if (body.includes('away')) kept.splice(0).forEach((message) => say(message));
      } else if (type === PUBLISH) {
        const quality = (flags >> 1) & 3;
        const topic = 2 + body.readUInt16BE(0);
        const back = mqtt.encode(PUBLISH, flags, body);
        if (body.includes('away')) kept.push(back);
        else say(back);
        if (quality > 0) say2(quality === 1 ? 4 : PUBREC, body.subarray(topic, topic + 2));
      } else if (type !== DISCONNECT && ANSWERS[type] !== undefined) {
        say2(ANSWERS[type], body.subarray(0, 2), Buffer.from(type === SUBSCRIBE ? [refusing ? 0x80 : 1] : []));
      }
      return received.subarray(end);
    });
  }

  it.each(['news', 'work', 'once', 'state', 'look', 'everything', 'away', 'connect', 'ping'])('%s', async (kind) => {
    const session = await mqtt.open(await broker(0), 0);
    await expect(asked(session, kind)).resolves.toBe(true);
  });

  it.each([
    ['look', UNSUBSCRIBE],
    ['once', PUBREL],
    ['work', PUBLISH],
  ])('%s is not over before it is answered', async (kind, silentAbout) => {
    const session = await mqtt.open(await broker(silentAbout), 0);
    const answered = asked(session, kind).catch(() => 'closed');
    expect(await Promise.race([answered, sleep(80, 'silent')])).toBe('silent');
    session.close();
  });

  it('a subscription that is refused is wrong', async () => {
    const session = await mqtt.open(await broker(0, true), 0);
    await expect(asked(session, 'look')).resolves.toBe(false);
  });

  it.each([0, 127, 128, 16_383, 16_384, 2_097_151])('packets of %i bytes are read as they were written', (bytes) => {
    const written = mqtt.encode(PUBLISH, 2, Buffer.alloc(bytes, 'x'));
    expect(mqtt.decode(written)).toMatchObject({ type: PUBLISH, flags: 2, end: written.length });
    expect(mqtt.decode(written)!.body).toHaveLength(bytes);
    for (const part of [0, 1, written.length - 1]) expect(mqtt.decode(written.subarray(0, part))).toBeNull();
  });
});

describe('etcd', () => {
  const chunk = (text: string) => Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);

  /** Answers each request with that status and text; a watch is told of what is put, or never. */
  function answering(status: number, text: string, telling = true): Promise<Target> {
    let watcher: (change: Buffer) => void = () => {};
    return serve((received, say) => {
      const [head = '', body = ''] = received.toString('latin1').split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (!received.includes('\r\n\r\n') || body.length < length) return received;
      if (head.startsWith('POST /v3/watch')) {
        say(Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'));
        say(chunk('{"result":{"created":true}}'));
        watcher = say;
      } else {
        if (telling && head.startsWith('POST /v3/kv/put')) watcher(chunk(`{"result":{"events":[{"kv":${body}}]}}`));
        say(Buffer.from(`HTTP/1.1 ${status} So\r\nContent-Length: ${text.length}\r\n\r\n${text}`));
      }
      return Buffer.alloc(0);
    });
  }

  it.each([
    ['put', 200, '{}', true],
    ['get', 503, '{}', false],
    ['old get', 404, '{}', true],
    ['old set', 201, '{}', true],
    ['old set', 412, '{}', false],
    ['lease', 200, '{"ID":"17","TTL":"2"}', true],
    ['lease', 200, '{"error":"no"}', false],
    ['compact', 200, '{"header":{"revision":"9"}}', true],
    ['compact', 200, '{}', false],
    ['watch', 200, '{}', true],
    ['watch', 503, '{}', false],
  ])('%s answered with %i %s', async (kind, status, text, right) => {
    const session = await etcd.open(await answering(status, text), 0);
    await expect(asked(session, kind)).resolves.toBe(right);
  });

  it('a watch is not over before it sees the change', async () => {
    const session = await etcd.open(await answering(200, '{}', false), 0);
    const seen = asked(session, 'watch').catch(() => 'closed');
    expect(await Promise.race([seen, sleep(80, 'silent')])).toBe('silent');
  });
});

describe('smtp', () => {
  /** Greets, and says the same to each line outside messages, and the other to the end of a message. */
  const answering = (usual: string, recipient: string, message: string) =>
    serve(
      (received, say) => {
        const text = received.toString('latin1');
        const [line = ''] = text.split('\r\n', 1);
        if (!text.includes('\r\n')) return received;
        const command = line.slice(0, 4);
        if (command === 'From') {
          const end = text.indexOf('\r\n.\r\n');
          if (end < 0) return received;
          say(Buffer.from(`${message}\r\n`));
          return received.subarray(end + 5);
        }
        const answers: Record<string, string> = { DATA: '354 go on', QUIT: '221 bye', RCPT: recipient };
        say(Buffer.from(`${answers[command] ?? usual}\r\n`));
        return received.subarray(line.length + 2);
      },
      (say) => say(Buffer.from('220-a greeting\r\n220 of two lines\r\n')),
    );

  it.each([
    ['user', '250 yes', '250 yes', '250 taken', true],
    ['user', '250-yes\r\n250 and more', '250 yes', '250 taken', true],
    ['user', '250 yes', '550 nobody', '250 taken', false],
    ['user', '250 yes', '250 yes', '451 later', false],
    ['unknown', '250 yes', '550 nobody', '250 taken', true],
    ['forbidden', '250 yes', '250 yes', '550 refused', true],
    ['verify', '252 perhaps', '250 yes', '250 taken', false],
  ])('%s answered with %s, %s, %s', async (kind, usual, recipient, message, right) => {
    const session = await smtp.open(await answering(usual, recipient, message), 0);
    await expect(asked(session, kind)).resolves.toBe(right);
  });
});

describe('streams', () => {
  const body = (bytes: number) => 'x'.repeat(bytes);
  const answering = (text: string) =>
    serve((received, say) => {
      if (!received.includes('\r\n\r\n')) return received;
      say(Buffer.from(text));
      return Buffer.alloc(0);
    });

  it.each([
    ['listen', `HTTP/1.0 200 OK\r\n\r\n${body(16_000)}`, true],
    ['long', `HTTP/1.0 404 None\r\n\r\n${body(20_000)}`, false],
    ['file', 'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc', true],
    ['missing', 'HTTP/1.0 404 None\r\nContent-Length: 3\r\n\r\nabc', true],
    ['denied', 'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc', false],
  ])('%s', async (kind, text, right) => {
    const session = await streams.open(await answering(text), streams.STREAMS);
    await expect(asked(session, kind)).resolves.toBe(right);
  });
});

describe('sip', () => {
  /** Answers with that status; passes messages on to their sender first, whose answer to that is passed on to it as its own. */
  async function proxy(status: number): Promise<Target> {
    const socket = dgram.createSocket('udp4');
    closing.push(() => socket.close());
    socket.on('message', (bytes, { port }) => {
      const text = bytes.toString('latin1');
      const passedOn = text.startsWith('MESSAGE') || text.startsWith('SIP/');
      socket.send(passedOn ? text : sip.answer(text).replace('200 OK', `${status} Said`), port, '127.0.0.1');
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return { port: socket.address().port, peerPort: 0, random: rngOf('test') };
  }

  it.each([
    ['options', 200, true],
    ['register', 200, true],
    ['contacts', 503, false],
    ['message', 200, true],
    ['large', 200, true],
    // Whoever passes on what it should have refused is wrong.
    ['unknown', 200, false],
    ['hops', 200, false],
  ])('%s answered with %i', async (kind, status, right) => {
    const session = await sip.open(await proxy(status), 1);
    await expect(asked(session, kind)).resolves.toBe(right);
  });

  it('answers what it is passed on with all that says whose answer it is', () => {
    const text =
      'MESSAGE sip:a@b SIP/2.0\r\nVia: one\r\nVia: two\r\nFrom: f\r\nTo: t\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\nX: y\r\n\r\n';
    expect(sip.answer(text)).toBe(
      'SIP/2.0 200 OK\r\nVia: one\r\nVia: two\r\nFrom: f\r\nTo: t\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n',
    );
  });
});
