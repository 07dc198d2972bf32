/** Where a recording goes: a file as it is, or through zstd, which makes a twentieth of it. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { calm, rush } from './priority.js';

export interface Output {
  /** The bytes may change after the call. */
  write(bytes: Uint8Array): void;
  /** Too much waits to be written: what is not taken from the rings is overwritten there, and counted. */
  readonly isBehind: boolean;
  close(): Promise<void>;
}

export function fileOutput(path: string): Output {
  const fd = openSync(path, 'wx', 0o600);
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    },
    isBehind: false,
    close() {
      closeSync(fd);
      return Promise.resolve();
    },
  };
}

const MOST_WAITING = 64 * 2 ** 20;
/** zstd is as urgent as the recorder from so much on until this is written, and else no more than what is recorded: it takes a processor's idle time. */
const [MUCH_WAITING, LITTLE_WAITING] = [8 * 2 ** 20, 2 ** 20];

/** @param failed hears why it cannot be written */
export function packedOutput(path: string, failed: (why: string) => void): Output {
  const fd = openSync(path, 'wx', 0o600);
  const packer = spawn('zstd', ['-1', '-q', '-c'], { stdio: ['pipe', fd, 'pipe'], detached: true });
  closeSync(fd);
  const { pid = 0 } = packer;
  let rushing = false;
  if (pid > 0) calm(pid);
  const hurry = (waiting: number) => {
    if (pid === 0 || (rushing ? waiting > LITTLE_WAITING : waiting < MUCH_WAITING)) return;
    rushing = !rushing;
    (rushing ? rush : calm)(pid);
  };
  const [stdin, stderr] = [packer.stdin!, packer.stderr!];
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const ended = new Promise<void>((resolve) => {
    packer.once('error', (error) => failed(error.message));
    packer.once('close', (code) => {
      if (code !== 0) failed(said.trim() || `zstd ended with ${code ?? 'a signal'}`);
      resolve();
    });
  });
  // What it failed of is told above.
  stdin.on('error', () => undefined);
  return {
    write(bytes) {
      stdin.write(Uint8Array.from(bytes));
      hurry(stdin.writableLength);
    },
    get isBehind() {
      return stdin.writableLength > MOST_WAITING;
    },
    async close() {
      stdin.end();
      await ended;
    },
  };
}
