/** Lines are sent, and replies come that begin with a code, as in SMTP (RFC 5321) and FTP (RFC 959). */
import type net from 'node:net';

const PATIENCE = 8000;
/** A reply may be of several lines: the last has no dash behind its code. */
const LAST_LINE = /^\d{3}(?: |$)/;

export class Replies {
  private received = '';
  private waiting: { resolve(line: string): void; reject(error: Error): void } | null = null;
  private readonly replies: string[] = [];
  private failed: Error | null = null;

  constructor(private readonly socket: net.Socket) {
    socket.setTimeout(PATIENCE, () => this.fail(new Error('silent')));
    socket.on('data', (bytes: Buffer) => this.read(bytes.toString('latin1')));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('closed')));
  }

  /** Code of the next reply, to that line if there is one. */
  async ask(line?: string): Promise<number> {
    return Number((await this.text(line)).slice(0, 3));
  }

  /** Last line of the next reply, to that line if there is one. */
  text(line?: string): Promise<string> {
    if (line !== undefined) this.socket.write(`${line}\r\n`, 'latin1');
    const there = this.replies.shift();
    if (there !== undefined) return Promise.resolve(there);
    if (this.failed !== null) return Promise.reject(this.failed);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  private fail(error: Error): void {
    this.failed = error;
    this.waiting?.reject(error);
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received += text;
    for (let end = this.received.indexOf('\n'); end >= 0; end = this.received.indexOf('\n')) {
      const line = this.received.slice(0, end).trimEnd();
      this.received = this.received.slice(end + 1);
      if (!LAST_LINE.test(line)) continue;
      if (this.waiting === null) this.replies.push(line);
      else this.waiting.resolve(line);
      this.waiting = null;
    }
  }
}
