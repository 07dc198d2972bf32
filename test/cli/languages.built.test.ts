/**
 * Servers in Go and Java: recordings of two (languages/), and the same two made and recorded here where there are the tools. The sources are in
 * ../servers.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ResultDocument } from '../../src/result.js';
import type { SignatureDatabase } from '../../src/signatures/database.js';
import { until } from '../helpers/running.js';
import { ROOT, perfscope, scratchFolder } from './run.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const folder = scratchFolder();
afterAll(() => folder.dispose());
const recording = (name: string) => path.join(ROOT, 'test', 'cli', 'languages', name);
const source = (name: string) => path.join(ROOT, 'test', 'servers', name);

async function learn(profile: string, name: string): Promise<SignatureDatabase> {
  const ended = await perfscope(['learn', profile, '-o', folder.at(name)]);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(folder.at(name), 'utf8')) as SignatureDatabase;
}

async function analyze(trace: string, signatures: string): Promise<ResultDocument> {
  const ended = await perfscope(['analyze', trace, '-s', folder.at(signatures), '-f', 'json']);
  expect(ended.code).toBe(0);
  return JSON.parse(ended.stdout) as ResultDocument;
}

describe('threads without work', () => {
  beforeAll(async () => {
    await learn(recording('go-profile.perf.txt.xz'), 'go.json');
    await learn(recording('java-profile.perf.txt.xz'), 'java.json');
  });

  it.each([
    ['go-lull', 'go.json'],
    ['java-lull', 'java.json'],
  ])('nobody is to blame for %s: 7 s without requests', async (trace, signatures) => {
    expect((await analyze(recording(`${trace}.strace.xz`), signatures)).verdict).toBe('none');
  });

  it('but for threads that wait for a lock which is never given back', async () => {
    const { verdict, reasons } = await analyze(recording('java-hang.strace.xz'), 'java.json');
    expect(verdict).toBe('bug');
    expect(reasons.map(({ code }) => code)).toEqual(['alarm-blocked']);
  });
});

/** Whether commands run here at all. */
function runs(...commands: readonly (readonly string[])[]): boolean {
  try {
    for (const [command, ...args] of commands) execFileSync(command!, args, { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

/** Share of the calls during which a function of the program was on the stack, those of the runtime for itself left out. */
function attributed({ learned, functions }: SignatureDatabase): number {
  return Math.max(...functions.map(({ calls }) => calls)) / (learned.events - learned.stacks!.runtime);
}

/** Of each client, ten of the rarest kind. */
const REQUESTS = 100;
/** Bytes of a recording by perf with some thousand requests. */
const RECORDED = 8e6;
const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Three clients of the line protocol that both servers speak, until each has its answer to as many requests as `enough` says. */
async function load(address: string, enough: (requests: number) => boolean): Promise<void> {
  const [host, port] = address.split(/:(?=\d+$)/);
  const client = async (n: number) => {
    const socket = net.connect(Number(port), host);
    await once(socket, 'connect');
    for (let i = n; !enough(i - n); i++) {
      const key = `k${i % 20}`;
      socket.write(i % 10 < 4 ? `PUT ${key} ${i}\n` : i % 10 < 9 ? `GET ${key}\n` : 'LIST\n');
      await once(socket, 'data');
      await sleep(1);
    }
    socket.destroy();
  };
  await Promise.all([client(0), client(3), client(7)]);
}

/** A folder for what a server keeps. */
function data(): string {
  mkdirSync(folder.at('data'), { recursive: true });
  return folder.at('data');
}

/** Runs a server that prints its address, and `during` meanwhile. */
async function serving(
  command: readonly string[],
  during: (address: string, pid: number) => Promise<void>,
): Promise<void> {
  const server = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = once(server, 'exit');
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    await during(line.toString().trim(), server.pid!);
  } finally {
    // The server and, where it is traced, its tracer.
    process.kill(-server.pid!, 'SIGTERM');
    await ended;
  }
}

describe('learning from a server made here', () => {
  it.skipIf(!runs(['go', 'version'], ['strace', '-k', '-o', '/dev/null', 'true']))(
    'in Go, with strace -k',
    async () => {
      const [server, profile] = [folder.at('demosrv'), folder.at('go.strace')];
      execFileSync('go', ['build', '-o', server, '.'], {
        cwd: source('go'),
        env: { ...process.env, GOCACHE: folder.at('go-cache'), GOFLAGS: '-mod=mod', GOPROXY: 'off' },
      });
      const strace = ['strace', '-f', '-ttt', '-T', '-yy', '-k', '-s', '0', '-o', profile, server, data()];
      await serving(strace, (address) => load(address, (requests) => requests === REQUESTS));
      const db = await learn(profile, 'go-made.json');
      expect(attributed(db)).toBeGreaterThan(0.9);
      expect(db.functions.map(({ name }) => name)).toEqual([
        'demo/store.(*Store).Get',
        'demo/store.(*Store).Put',
        'demo/store.Each',
        'main.(*server).dispatch',
        'main.(*server).list',
        'main.(*server).serve',
        'main.main',
      ]);
    },
  );

  const perf = [
    'perf',
    'record',
    '-q',
    '-g',
    '-k',
    'CLOCK_MONOTONIC',
    '-e',
    'raw_syscalls:sys_enter,raw_syscalls:sys_exit',
  ];
  it.skipIf(!runs(['javac', '-version'], [...perf, '-o', folder.at('perf.try'), 'true'], ['which', 'jcmd']))(
    'in Java, with perf',
    async () => {
      const [recorded, profile] = [folder.at('perf.data'), folder.at('java.perf.txt')];
      execFileSync('javac', ['-d', folder.at('classes'), source('java/demo/Srv.java')]);
      const flags = ['-XX:+PreserveFramePointer', '-Xcomp', '-XX:TieredStopAtLevel=1', '-XX:-Inline'];
      const java = ['java', ...flags, '-cp', folder.at('classes'), 'demo.Srv', data()];
      await serving(java, async (address, pid) => {
        await load(address, (requests) => requests === REQUESTS);
        const recorder = spawn(perf[0]!, [...perf.slice(1), '-p', String(pid), '-o', recorded]);
        const ended = once(recorder, 'exit');
        // The virtual machine's own threads make calls as time goes by: requests come as long as it is recorded, however long that is.
        let isOver = false;
        const clients = load(address, () => isOver);
        try {
          await until('a recording of many requests', () => sizeOf(recorded) > RECORDED);
          recorder.kill('SIGINT');
          await ended;
        } finally {
          isOver = true;
        }
        await clients;
        execFileSync('jcmd', [String(pid), 'Compiler.perfmap'], { stdio: 'ignore' });
        const fields = 'comm,pid,tid,cpu,time,event,trace,ip,sym,dso';
        const text = execFileSync('perf', ['script', '--ns', '-F', fields, '-i', recorded], {
          maxBuffer: 1e9,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        writeFileSync(profile, text);
      });
      const db = await learn(profile, 'java-made.json');
      expect(attributed(db)).toBeGreaterThan(0.9);
      expect(db.functions.map(({ name }) => name)).toEqual([
        'demo.Srv$Handler.counted',
        'demo.Srv$Handler.dispatch',
        'demo.Srv$Handler.lambda$dispatch$0',
        'demo.Srv$Handler.run',
        'demo.Srv$Store.count',
        'demo.Srv$Store.get',
        'demo.Srv$Store.put',
      ]);
      expect(db.functions.every(({ name, object }) => name.startsWith(`${object}.`))).toBe(true);
    },
  );
});
