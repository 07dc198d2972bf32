/**
 * The name servers behind a balancer, over UDP and TCP: each name has an address that is made up, but `nothing...`, which is not there.
 * Started by peers/running.ts.
 */
import dgram from 'node:dgram';
import net from 'node:net';
import { answerTime, port } from './mood.js';

const [A, NAME_ERROR] = [1, 3];
const TTL = 5;

/** The question with an answer behind it: an address for A, else nothing. */
function answer(query: Buffer): Buffer {
  let end = 12;
  while (query[end] !== 0) end += query[end]! + 1;
  const type = query.readUInt16BE(end + 1);
  const missing = query.toString('latin1', 13, 20) === 'nothing';
  const found = type === A && !missing;
  const head = Buffer.from(query.subarray(0, end + 5));
  head.writeUInt16BE(0x8180 | (missing ? NAME_ERROR : 0), 2);
  head.writeUInt16BE(found ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  if (!found) return head;
  // A pointer to the name of the question, type, class, time to live, length, 10.0.x.y.
  const record = Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, TTL, 0, 4, 10, 0, query[13]!, query[end - 1]!]);
  return Buffer.concat([head, record]);
}

const udp = dgram.createSocket('udp4');
udp.on('message', (query, { port: from }) => {
  void answerTime().then(() => udp.send(answer(query), from, '127.0.0.1'));
});
udp.bind(port, '127.0.0.1');

net
  .createServer({ noDelay: true }, (socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const said = answer(received.subarray(2, 2 + received.readUInt16BE(0)));
        received = received.subarray(2 + received.readUInt16BE(0));
        const length = Buffer.from([said.length >> 8, said.length & 255]);
        void answerTime().then(() => socket.write(Buffer.concat([length, said])));
      }
    });
  })
  .listen(port, '127.0.0.1');
