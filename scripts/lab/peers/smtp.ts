/** The next mail server on the way: it takes everything, after its time. Started by peers/running.ts. */
import net from 'node:net';
import { answerTime, port } from './mood.js';

async function serve(socket: net.Socket): Promise<void> {
  let received = '';
  let inData = false;
  socket.write('220 peer.test ESMTP\r\n');
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    received += bytes.toString('latin1');
    for (let end = received.indexOf('\n'); end >= 0; end = received.indexOf('\n')) {
      const line = received.slice(0, end).trim();
      received = received.slice(end + 1);
      const command = line.slice(0, 4).toUpperCase();
      if (inData) {
        if (line !== '.') continue;
        inData = false;
        await answerTime();
        socket.write('250 taken\r\n');
      } else if (command === 'QUIT') return void socket.end('221 bye\r\n');
      else {
        if (command === 'RCPT') await answerTime();
        inData = command === 'DATA';
        socket.write(inData ? '354 go on\r\n' : '250 peer.test\r\n');
      }
    }
  }
}

net
  .createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    void serve(socket).catch(() => {});
  })
  .listen(port, '127.0.0.1');
