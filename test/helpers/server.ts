/**
 * A small server as text for `traceFromText`: a worker that serves requests, a keeper that saves now and then, and what an
 * incident adds. With stacks for learning, without for the incident. Times in seconds.
 */
export interface ServerLoad {
  readonly from?: number;
  readonly to: number;
  /** Requests a second. */
  readonly rate: number;
  /** Seconds that the disk needs for a save. */
  readonly save?: number;
  readonly stacks?: boolean;
  /** Seconds of computing between reading a request and answering it. */
  readonly think?: number;
}

export type Line = readonly [time: number, text: string];

export function serve({ from = 0, to, rate, save = 0.002, stacks = false, think = 0.0005 }: ServerLoad): Line[] {
  const lines: Line[] = [];
  const add = (thread: number, time: number, call: string, duration: number, stack: string) =>
    lines.push([time, `1/${thread} ${time.toFixed(6)} ${call} +${duration.toFixed(6)}${stacks ? ` ${stack}` : ''}`]);
  const wait = Math.max(0.0001, 1 / rate - think - 0.002);
  for (let t = from, n = 0; t < to; t += 1 / rate, n++) {
    add(1, t, 'epoll_wait:epoll=1', wait, 'main>loop');
    add(1, t + wait + 0.0005, 'read:tcp=120', 0.0001, 'main>loop>onRequest>readRequest');
    if (n % 5 === 0) {
      add(1, t + wait + 0.0007, 'openat:file=9', 0.0001, 'main>loop>onRequest>serveFile');
      add(1, t + wait + 0.0008, 'read:file=4000', 0.0001, 'main>loop>onRequest>serveFile');
      add(1, t + wait + 0.0009, 'close:file', 0.0001, 'main>loop>onRequest>serveFile');
    }
    add(1, t + wait + 0.001 + think, 'write:tcp=500', 0.0001, 'main>loop>onRequest>sendReply');
  }
  for (let t = from + 0.05; t < to; t += 0.5) {
    add(2, t, 'clock_nanosleep', 0.4, 'keeper');
    add(2, t + 0.41, 'write:file=4096', 0.0001, 'keeper>saveAll');
    add(2, t + 0.42, 'fsync:file', save, 'keeper>saveAll');
  }
  return lines;
}

/** Lines of several parts, in order of time. */
export function traceText(...parts: readonly (readonly Line[])[]): string {
  return parts
    .flat()
    .sort((a, b) => a[0] - b[0])
    .map(([, text]) => text)
    .join('\n');
}
