/** Servers as a distribution installs them, recorded by strace or perf from their start, with a few requests on loopback. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './redis.js';

export interface ServerKind {
  readonly name: string;
  /** Arguments, after files that it needs were written into the folder. */
  arguments(folder: string, port: number): string[];
  /** What a client sends. */
  readonly requests: readonly string[];
}

const HTTP = ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'GET /none HTTP/1.0\r\n\r\n'];

export const SERVERS: readonly ServerKind[] = [
  {
    name: 'redis-server',
    arguments: (folder, port) => ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    requests: ['PING\r\n', 'SET a 1\r\nGET a\r\n', 'INFO\r\n'],
  },
  {
    name: 'nginx',
    arguments(folder, port) {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${folder}/${kind};`,
      );
      writeFileSync(join(folder, 'page'), 'hello\n');
      writeFileSync(
        join(folder, 'nginx.conf'),
        `daemon off; worker_processes 1; error_log ${folder}/error.log; pid ${folder}/pid; events {} http { access_log off; ` +
          `${temporary.join(' ')} server { listen 127.0.0.1:${port}; location = / { alias ${folder}/page; } } }\n`,
      );
      return ['-c', join(folder, 'nginx.conf')];
    },
    requests: HTTP,
  },
  {
    name: 'memcached',
    arguments: (_, port) => [
      '-l',
      '127.0.0.1',
      '-p',
      `${port}`,
      '-t',
      '1',
      ...(process.getuid?.() === 0 ? ['-u', 'root'] : []),
    ],
    requests: ['set a 0 0 1\r\n1\r\nget a\r\n', 'stats\r\n'],
  },
  {
    name: 'haproxy',
    arguments(folder, port) {
      const limits = 'timeout client 5s\n timeout server 5s\n timeout connect 5s\n';
      const answer = 'http-request return status 200 content-type text/plain string ok\n';
      writeFileSync(
        join(folder, 'haproxy.cfg'),
        `global\n maxconn 50\n nbthread 1\ndefaults\n mode http\n ${limits}frontend f\n bind 127.0.0.1:${port}\n ${answer}`,
      );
      return ['-f', join(folder, 'haproxy.cfg'), '-db'];
    },
    requests: HTTP,
  },
];

const answers = (program: string, flag: string) => spawnSync(program, [flag]).error === undefined;

/** Whether it is installed, as its package has it. */
export function isInstalled(server: ServerKind): boolean {
  return answers(
    server.name,
    server.name === 'memcached' || server.name === 'nginx' || server.name === 'haproxy' ? '-v' : '--version',
  );
}

/** Whether strace can print stacks here: it must be built with an unwinder, and be allowed to trace. */
export function canTraceStacks(): boolean {
  const traced = spawnSync('strace', ['-k', '-e', 'trace=exit_group', 'true'], { encoding: 'utf8' });
  return traced.status === 0 && traced.stderr.includes('\n > ');
}

/** The file that a program's name leads to, links followed. */
export function binaryOf(name: string): string {
  return realpathSync(spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim());
}

/** What records a server, to a file of the folder. */
export interface Recorder {
  /** The command, up to the server's own. */
  command(folder: string): string[];
  /** Where the trace is once the server has ended. */
  finish(folder: string): string;
}

/** strace with these options. */
export const strace = (...options: string[]): Recorder => ({
  command: (folder) => ['strace', '-f', '-ttt', '-T', '-yy', '-s', '0', ...options, '-o', join(folder, 'trace.strace')],
  finish: (folder) => join(folder, 'trace.strace'),
});

/** perf record of all calls; printed with the fields that are there. Copies of stacks do not fit its own buffer where a machine is busy. */
export const perf = (...options: string[]): Recorder => ({
  command: (folder) => [
    'perf',
    'record',
    '-q',
    '-e',
    'raw_syscalls:*',
    '-m',
    '16M',
    ...options,
    '-o',
    join(folder, 'perf.data'),
    '--',
  ],
  finish(folder) {
    const fields = `comm,pid,tid,cpu,time,event,trace${options.length > 0 ? ',ip,sym,symoff,dso' : ''}`;
    const to = join(folder, 'trace.perf.txt');
    const out = openSync(to, 'w');
    spawnSync('perf', ['script', '-i', join(folder, 'perf.data'), '--ns', '-F', fields], {
      stdio: ['ignore', out, 'ignore'],
    });
    closeSync(out);
    return to;
  },
});

/** Whether perf may record calls and print them here. */
export function canRecordCalls(folder: string): boolean {
  const data = join(folder, 'try.data');
  const made = spawnSync('perf', ['record', '-q', '-e', 'raw_syscalls:*', '-o', data, '--', 'true'], {
    stdio: 'ignore',
  });
  if (made.status !== 0) return false;
  return spawnSync('perf', ['script', '-i', data], { encoding: 'utf8' }).stdout.includes('raw_syscalls:sys_enter');
}

/**
 * Records a server for its start and some requests; gives the path of the trace. `meanwhile` is called at the end, with the server's
 * process and what sends it a request.
 */
export async function record(
  server: ServerKind,
  folder: string,
  recorder: Recorder = strace('-k'),
  meanwhile?: (pid: number, ask: (request: string, ms?: number) => Promise<boolean>) => Promise<void>,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const [program, ...options] = recorder.command(folder) as [string, ...string[]];
  const args = [...options, server.name, ...server.arguments(folder, port)];
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await untilAnswered(child, port, server.requests[0]!);
    for (let round = 0; round < 3; round++) for (const request of server.requests) await ask(port, request);
    await meanwhile?.(childrenOf(child.pid!)[0]!, (request, ms) => ask(port, request, ms));
  } finally {
    // The server alone: the recorder writes down how it ends, and then ends too.
    if (child.exitCode === null) for (const pid of childrenOf(child.pid!)) process.kill(pid, 'SIGTERM');
    await ended;
  }
  return recorder.finish(folder);
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

async function untilAnswered(child: ChildProcess, port: number, request: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    if (await ask(port, request)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server does not answer');
}

/** One request on a connection of its own; whether anything came back. */
function ask(port: number, request: string, ms = 5000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const done = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.setTimeout(ms, () => done(false));
  });
}
