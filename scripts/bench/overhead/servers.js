// The servers that are recorded, each with a load that saturates it, and one of a given rate.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './run.js';
import { freePort } from '../free-port.js';

const CONNECTIONS = 50;

export async function startServer(name, folder) {
  const port = await freePort();
  const make = name === 'redis-server' ? redis : nginx;
  const server = make(port, path.join(folder, name));
  const child = spawn(server.command[0], server.command.slice(1), { stdio: 'ignore' });
  for (let i = 0; i < 100 && !(await answers(port)); i++) await sleep(50);
  const pids = () => [child.pid, ...childrenOf(child.pid)];
  return {
    name,
    pids,
    /** Requests at full load, and how many a second. */
    saturate: server.saturate,
    /** Requests a second and median latency in microseconds at this rate. */
    async paced(client, rate, seconds) {
      const args = [port, CONNECTIONS, rate, seconds, server.request].map(String);
      const [done, took, median] = (await run([client, ...args])).split(' ').map(Number);
      return { requests: done, rate: done / took, median };
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function redis(port, folder) {
  mkdirSync(folder, { recursive: true });
  const fixed = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  return {
    command: ['redis-server', '--port', String(port), ...fixed],
    request: '*2\\r\\n$3\\r\\nGET\\r\\n$3\\r\\nkey\\r\\n',
    // It ends after a number of requests, so it is asked for as many as it made in the last run.
    async saturate(seconds, expected = 40_000) {
      const requests = Math.ceil(expected * seconds);
      const args = ['-p', port, '-c', CONNECTIONS, '-n', requests, '-t', 'get', '--csv'].map(String);
      const said = await run(['redis-benchmark', ...args]);
      return { requests, rate: Number(/"GET","([\d.]+)"/.exec(said)[1]), median: null };
    },
  };
}

function nginx(port, folder) {
  mkdirSync(path.join(folder, 'logs'), { recursive: true });
  writeFileSync(path.join(folder, 'page'), 'x'.repeat(1024));
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `daemon off; user root; worker_processes 1; pid nginx.pid; error_log logs/error.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server { listen 127.0.0.1:${port}; root ${folder}; } }`,
  );
  return {
    command: ['nginx', '-p', folder, '-e', path.join(folder, 'logs/error.log'), '-c', path.join(folder, 'nginx.conf')],
    request: 'GET /page HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n',
    async saturate(seconds) {
      const args = ['-t1', `-c${CONNECTIONS}`, `-d${Math.ceil(seconds)}s`, `http://127.0.0.1:${port}/page`];
      const said = await run(['wrk', ...args]);
      const figure = (pattern) => Number(pattern.exec(said)[1]);
      return { requests: figure(/(\d+) requests in/), rate: figure(/Requests\/sec:\s+([\d.]+)/), median: null };
    },
  };
}

function childrenOf(pid) {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

export function missing(tool) {
  return !(process.env.PATH ?? '').split(':').some((folder) => {
    try {
      execFileSync('test', ['-x', path.join(folder, tool)]);
      return true;
    } catch {
      return false;
    }
  });
}
