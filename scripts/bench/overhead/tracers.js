// What records meanwhile: nothing, perfscope with what it chooses, and others beside it.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { missing } from './servers.js';

const PERFSCOPE = fileURLToPath(new URL('../../../dist/src/cli/index.js', import.meta.url));
const INSTANCE = '/sys/kernel/tracing/instances/perfscope-bench';
const FTRACE_KB = 4096;
const BPFTRACE = (pid) => `
tracepoint:raw_syscalls:sys_enter /pid == ${pid}/ { @begin[tid] = nsecs; @id[tid] = args->id; @a[tid] = args->args[0]; }
tracepoint:raw_syscalls:sys_exit /@begin[tid]/ {
  printf("%llu %d %d %lx %ld %llu\\n", @begin[tid], tid, @id[tid], @a[tid], args->ret, nsecs - @begin[tid]); delete(@begin[tid]); }`;

/** By name: starts with (pids, folder) and gives what ends it; null where it is not to be had here. */
export function tracers(names) {
  const all = {
    none: () => async () => undefined,
    default: recorder([]),
    perf: recorder(['--backend', 'perf']),
    switches: recorder(['--switches']),
    strace: recorder(['--backend', 'strace']),
  };
  if (!missing('bpftrace')) all.bpftrace = bpftrace;
  if (existsSync(path.dirname(INSTANCE))) all.ftrace = ftrace;
  return Object.fromEntries(Object.entries(all).filter(([name]) => name === 'none' || names.includes(name)));
}

function recorder(options) {
  return async (pids, folder) => {
    const file = path.join(folder, 'recording');
    const args = ['record', ...options, '-p', pids.join(','), '-o', file];
    const end = await started([process.execPath, PERFSCOPE, ...args], /Ctrl-C ends it/);
    return async () => {
      await end();
      for (const name of [file, `${file}.meta.json`]) rmSync(name, { force: true });
    };
  };
}

function bpftrace(pids, folder) {
  const file = path.join(folder, 'recording');
  return started(['bpftrace', '-o', file, '-e', BPFTRACE(pids.at(-1))], /Attaching/);
}

/** Into the kernel's own memory, the oldest overwritten: what a reader would cost comes on top. */
async function ftrace(pids) {
  mkdirSync(INSTANCE, { recursive: true });
  const set = (file, text) => writeFileSync(path.join(INSTANCE, file), String(text));
  set('buffer_size_kb', FTRACE_KB);
  set('set_event_pid', pids.join(' '));
  set('events/raw_syscalls/enable', 1);
  return async () => {
    set('events/raw_syscalls/enable', 0);
    rmdirSync(INSTANCE);
  };
}

async function started(command, sign) {
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  for (let i = 0; i < 400 && !sign.test(said); i++) await sleep(25);
  if (!sign.test(said)) throw new Error(`${command.join(' ')}: ${said}`);
  await sleep(200);
  return async () => {
    child.kill('SIGINT');
    await ended;
  };
}
