/**
 * The whole way, for real: a server under load with `watch` attached, an anomaly, Alertmanager's webhook, and the name of the guilty
 * function delivered. Where this machine forbids tracing, or has no compiler, it is skipped.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { IncidentMessage } from '../../src/watch/deliveries/message.js';
import { perfscope } from '../cli/run.js';
import { freePort } from '../helpers/redis.js';
import { starter, until } from '../helpers/running.js';
import { canTraceStacks } from '../helpers/traced-server.js';
import { alertmanagerBody } from './helpers/alertmanager.js';
import { folders } from './helpers/parts.js';

const able = spawnSync('gcc', ['--version']).status === 0 && canTraceStacks();
const folder = folders();
const start = starter();
const SOURCE = fileURLToPath(new URL('sick-server.c', import.meta.url));

const children: ChildProcess[] = [];
const listeners: { close(): void }[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const listener of listeners.splice(0)) listener.close();
});

/** Starts the server, alone or below a tracer; gives the port once it answers. */
async function serve(program: string, at: string, tracer: readonly string[] = []) {
  const port = await freePort();
  const [first = '', ...rest] = [...tracer, program, String(port), path.join(at, 'settings')];
  const child = spawn(first, rest, { stdio: 'ignore' });
  children.push(child);
  await until('the server to answer', () => ask(port, 'f'));
  return { child, port };
}

/** Whether a request of one letter is answered. */
function ask(port: number, request: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.setTimeout(500, () => end(false));
  });
}

/** Requests of all healthy kinds, one after the other, until it is told to end or none is answered any more. */
async function load(port: number, requests: number): Promise<void> {
  for (let i = 0; i < requests; i++) {
    const kind = i % 7 === 0 ? 'r' : i % 3 === 0 ? 's' : 'f';
    if (!(await ask(port, kind))) return;
  }
}

describe.skipIf(!able)(able ? 'an alert' : 'an alert (skipped: no gcc here, or no tracing)', () => {
  // The minute is the answer's alone: a machine that is full takes others to learn and to begin.
  it('brings the name of the guilty function, within a minute', { timeout: 300_000 }, async () => {
    const at = folder();
    mkdirSync(path.join(at, 'work'));
    const program = path.join(at, 'sick-server');
    execFileSync('gcc', ['-O1', '-g', '-fno-omit-frame-pointer', '-o', program, SOURCE]);
    writeFileSync(path.join(at, 'settings'), 'a = 1\n');

    const profile = path.join(at, 'profile.strace-k');
    const trace = ['strace', '-f', '-ttt', '-T', '-yy', '-s', '0', '-k', '-o', profile];
    const learned = await serve(program, at, trace);
    await load(learned.port, 150);
    const ended = new Promise((resolve) => learned.child.once('exit', resolve));
    const [pid] = readFileSync(`/proc/${learned.child.pid}/task/${learned.child.pid}/children`, 'utf8').split(' ');
    process.kill(Number(pid), 'SIGKILL');
    await ended;
    const signatures = path.join(at, 'signatures.json');
    expect(await perfscope(['learn', profile, '-o', signatures])).toMatchObject({ code: 0 });

    const got: IncidentMessage[] = [];
    const hook = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        got.push(JSON.parse(body) as IncidentMessage);
        response.end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    listeners.push(hook);

    const sick = await serve(program, at);
    const face = await freePort();
    const watch = start([
      ...['watch', '-p', String(sick.child.pid), '-s', signatures, '-o', path.join(at, 'watch')],
      ...['--window', '60s', '--after', '1s', '--listen', `127.0.0.1:${face}`],
      ...['--log-level', 'info', '--log-format', 'json'],
      ...['--webhook', `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`],
    ]);
    let log = '';
    watch.child.stderr?.on('data', (text: string) => (log += text));
    const healthy = () =>
      fetch(`http://127.0.0.1:${face}/healthz`).then(
        (r) => r.ok,
        () => false,
      );
    await until('watch to record', () => healthy().then((well) => well || watch.child.exitCode !== null));
    if (watch.child.exitCode !== null) throw new Error((await watch.ended).stderr);
    await load(sick.port, 1000);
    expect(await ask(sick.port, 'b')).toBe(false);

    const posted = Date.now();
    const answer = await fetch(`http://127.0.0.1:${face}/alerts`, {
      method: 'POST',
      body: alertmanagerBody({ name: 'NoAnswer' }),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(200);
    await until('the answer', () => got.length > 0).catch((error: Error) => {
      // Where the time went.
      throw new Error(`${error.message}\n${log}`);
    });
    expect(Date.now() - posted).toBeLessThan(60_000);
    expect(got[0]).toMatchObject({
      status: 'analysed',
      triggers: [{ source: 'alert', reason: 'NoAnswer: it is slow' }],
    });
    const { verdict, suspects } = got[0]!.outcome!;
    expect([verdict, suspects[0]!.function]).toEqual(['bug', expect.stringMatching(/^(refresh|load)_settings$/)]);
    const { incidents } = (await (await fetch(`http://127.0.0.1:${face}/incidents`)).json()) as {
      incidents: { id: string; page: string }[];
    };
    expect(incidents.map((i) => i.id)).toEqual([got[0]!.id]);
    const page = await fetch(`http://127.0.0.1:${face}${incidents[0]!.page}`);
    expect(await page.text()).toContain('refresh_settings');

    // The next one waits for its moment; told to end, watch takes its snapshot and leaves the analysis for later.
    watch.child.kill('SIGUSR1');
    const waits = async () =>
      (await (await fetch(`http://127.0.0.1:${face}/healthz`)).json()) as { next: string | null };
    // It waits for a second: asked again, there may be none.
    let next: string | null = null;
    await until('another incident', async () => (next = (await waits()).next) !== null);
    watch.child.kill('SIGTERM');
    const { code, stdout } = await watch.ended;
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 1]);
    const left = JSON.parse(readFileSync(path.join(at, 'watch/incidents', next!, 'incident.json'), 'utf8')) as object;
    expect(left).toMatchObject({ state: 'taken', triggers: [{ source: 'signal' }] });
  });
});
