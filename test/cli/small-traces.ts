/**
 * A made-up server that one can follow by hand: `main` waits in epoll_wait, `serve` answers (read, write), `retry` is a loop
 * of recvfrom and sendto. Healthy runs call `retry` once in a while; in the incident it never stops.
 */
const OBJECT = '/opt/app/server';
const LIBC = '/usr/lib/x86_64-linux-gnu/libc.so.6';
/** Where its functions begin, 64 bytes each. */
export const FUNCTIONS: readonly (readonly [name: string, address: number, size: number])[] = (
  ['main', 'serve', 'receive', 'load', 'reply', 'retry', 'resolve', 'ask'] as const
).map((name, i) => [name, 0x1000 + 64 * i, 64]);
const PID = 4711;
const START = 1795395800;

interface Call {
  readonly text: string;
  /** Innermost first. */
  readonly stack: readonly string[];
}

const wait: Call = { text: 'epoll_wait(5<anon_inode:[eventpoll]>, [...], 20, 1000) = 1', stack: ['main'] };
const request: Call[] = [
  wait,
  { text: 'read(7<TCP:[127.0.0.1:80->127.0.0.1:4000]>, ""..., 4096) = 120', stack: ['receive', 'serve', 'main'] },
  { text: 'openat(AT_FDCWD</srv>, "/srv/a", O_RDONLY) = 8</srv/a>', stack: ['load', 'serve', 'main'] },
  { text: 'read(8</srv/a>, ""..., 65536) = 900', stack: ['load', 'serve', 'main'] },
  { text: 'close(8</srv/a>) = 0', stack: ['load', 'serve', 'main'] },
  { text: 'write(7<TCP:[127.0.0.1:80->127.0.0.1:4000]>, ""..., 1000) = 1000', stack: ['reply', 'serve', 'main'] },
];
const retry: Call[] = [
  { text: 'recvfrom(9<UDP:[127.0.0.1:5000]>, ""..., 512, 0, NULL, NULL) = 40', stack: ['resolve', 'retry', 'main'] },
  { text: 'sendto(9<UDP:[127.0.0.1:5000]>, ""..., 40, 0, NULL, 0) = 40', stack: ['ask', 'resolve', 'retry', 'main'] },
];

const addressOf = (f: string) => FUNCTIONS.find(([name]) => name === f)![1] + 0x10;

function text(calls: readonly Call[], withStacks: boolean): string {
  const lines = [`${PID}  ${START}.000000 execve("${OBJECT}", ["server"], 0x7ffc /* 9 vars */) = 0 <0.000300>`];
  calls.forEach((call, i) => {
    const seconds = START + Math.floor((i + 1) / 1000);
    const micros = String(((i + 1) % 1000) * 1000).padStart(6, '0');
    lines.push(`${PID}  ${seconds}.${micros} ${call.text} <0.000020>`);
    if (!withStacks) return;
    lines.push(` > ${LIBC}(__write+0x14) [0xfc994]`);
    for (const f of call.stack) lines.push(` > ${OBJECT}(${f}+0x10) [0x${addressOf(f).toString(16)}]`);
    lines.push('');
  });
  return lines.join('\n') + '\n';
}

const many = (n: number, calls: readonly Call[]) => Array.from({ length: n }, () => calls).flat();

/** A learning run, as strace -f -ttt -T -yy -k writes it. */
export const PROFILE = text([...many(150, request), wait, ...retry, ...many(150, request), wait, ...retry], true);
/** 300 calls a third of a second long, then the storm. */
export const INCIDENT = text([...many(100, request), wait, ...many(1500, retry)], false);
/** Calls of INCIDENT, the execve among them. */
export const INCIDENT_EVENTS = 1 + 600 + 1 + 3000;
export const INCIDENT_START = START;
/** Requests, and one that never goes on from its file to the answer: two seconds are all there is, however long it was recorded. */
export const SILENT = text([...many(333, request), ...request.slice(0, 5)], false);
