/** What the load takes for right answers of a server of files. */
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import * as ftp from '../../scripts/lab/load/ftp.js';
import { asked, closing, serve } from './answering.js';

/** Replies by the first word of a line. */
const REPLIES: Record<string, string> = {
  USER: '331 a password',
  PASS: '230-Welcome\r\n of the lab\r\n230 in',
  TYPE: '200 yes',
  SIZE: '213 9',
  MDTM: '213 20240101000000',
  REST: '350 go on',
  RNFR: '350 go on',
  RNTO: '250 yes',
  DELE: '250 yes',
  MKD: '257 "made"',
  CWD: '250 yes',
  RMD: '250 yes',
  PWD: '257 "/"',
  QUIT: '221 bye',
};
const TRANSFERS = ['RETR', 'STOR', 'LIST', 'MLSD', 'NLST'];
const CONTENT = 'some text';

/** A server that keeps nothing and says other things to some commands; gives the names of the commands that it was told, too. */
async function files(other: Record<string, string> = {}) {
  const commands: string[] = [];
  const received: string[] = [];
  const target = await serve(
    (bytes, say) => {
      const text = bytes.toString('latin1');
      const end = text.indexOf('\r\n');
      if (end < 0) return bytes;
      void answer(text.slice(0, end), (line) => say(Buffer.from(`${line}\r\n`)));
      return bytes.subarray(end + 2);
    },
    (say) => say(Buffer.from('220-a greeting\r\n 220 of\r\n220 three lines\r\n')),
  );
  let data: Promise<net.Socket>;
  async function answer(line: string, say: (line: string) => void): Promise<void> {
    const [command = '', rest = ''] = line.split(/ (.*)/);
    commands.push(command);
    if (command === 'EPSV') {
      const server = net.createServer();
      closing.push(() => server.close());
      data = new Promise((resolve) => server.on('connection', resolve));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      say(`229 Entering (|||${(server.address() as net.AddressInfo).port}|)`);
    } else if (command === 'EPRT') {
      data = Promise.resolve(net.connect(Number(rest.split('|')[3]), '127.0.0.1'));
      say('200 yes');
    } else if (TRANSFERS.includes(command)) await transfer(command, say);
    else if (command === 'PASS' && rest !== ftp.LOGIN.password) say(other['PASS'] ?? '530 no');
    else say(other[command] ?? REPLIES[command] ?? '500 what?');
  }
  async function transfer(command: string, say: (line: string) => void): Promise<void> {
    if (other[command]?.startsWith('5') === true) return say(other[command]);
    say('150 it comes');
    const socket = await data;
    if (command === 'STOR') for await (const part of socket as AsyncIterable<Buffer>) received.push(String(part));
    socket.end(command === 'STOR' ? '' : CONTENT);
    say(other[command] ?? '226 done');
  }
  return { target, commands, received };
}

describe('ftp', () => {
  it.each(['get note', 'get book', 'active', 'resume', 'put', 'list', 'facts', 'names', 'all', 'look', 'connect'])(
    '%s',
    async (kind) => {
      const { target } = await files();
      await expect(asked(await ftp.open(target, 1), kind)).resolves.toBe(true);
    },
  );

  it.each([
    ['get note', { RETR: '550 no' }, false],
    // What the server says after the bytes counts, too.
    ['get note', { RETR: '426 broken off' }, false],
    ['put', { STOR: '552 full' }, false],
    ['look', { MDTM: '550 no' }, false],
    ['resume', { REST: '501 no' }, false],
    ['missing', {}, false],
    ['missing', { RETR: '550 no' }, true],
    ['private', {}, false],
    ['private', { CWD: '550 no' }, true],
    ['readonly', { DELE: '550 no' }, true],
    ['guess', {}, true],
    ['guess', { PASS: '230 in' }, false],
  ])('%s, with %o', async (kind, other, right) => {
    const { target } = await files(other);
    await expect(asked(await ftp.open(target, 1), kind)).resolves.toBe(right);
  });

  it('what comes goes again', async () => {
    const { target, commands, received } = await files();
    await expect(asked(await ftp.open(target, 1), 'move')).resolves.toBe(true);
    await expect(asked(await ftp.open(target, 1), 'folder')).resolves.toBe(true);
    expect(commands.filter((c) => /STOR|RN|DELE|MKD|RMD/.test(c)).join(' ')).toBe('STOR RNFR RNTO DELE MKD RMD');
    expect(received.join('')).toMatch(/^x{200,}$/);
  });

  it('there is no load without a login', async () => {
    const { target } = await files({ PASS: '530 no' });
    await expect(ftp.open(target, 1)).rejects.toThrow('no login');
  });
});
