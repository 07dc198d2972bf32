/** Tracers, attached to the running server. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { now } from '../instance.js';

export type RecorderName = 'strace' | 'perf';

export interface Recording {
  /** Seconds on the clock of the trace. */
  clock(): number;
  /** Bytes so far. */
  size(): number;
  /** Detaches; the trace as text is then in `path`. */
  end(): Promise<void>;
  readonly path: string;
}

const STRACE = ['-f', '-ttt', '-T', '-yy', '-s', '0'];
const EVENTS = 'raw_syscalls:sys_enter,raw_syscalls:sys_exit,sched:sched_switch';
const PERF = ['record', '-k', 'CLOCK_MONOTONIC', '-m', '1024', '-e', EVENTS];

/** How the traces were made, for case.json. */
export async function recorderText(name: RecorderName): Promise<Record<string, string>> {
  const version = async (tool: string, ...options: string[]) =>
    /\d+\.\d+\S*/.exec((await promisify(execFile)(tool, options)).stdout)?.[0] ?? '';
  const strace = `strace ${await version('strace', '--version')}`;
  const profileOptions = `${strace} -k ${STRACE.join(' ')} -p PID...`;
  return name === 'strace'
    ? { tool: strace, options: `${STRACE.join(' ')} -p PID...`, profileOptions }
    : {
        tool: `perf ${await version('perf', '--version')}`,
        options: `record -e ${EVENTS} -k CLOCK_MONOTONIC -p PID...; script --ns -F comm,pid,tid,cpu,time,event,trace`,
        profileOptions,
      };
}

export async function startStrace(pids: readonly number[], path: string, stacks: boolean): Promise<Recording> {
  const said = `${path}.said`;
  const tracer = start('strace', [...STRACE, ...(stacks ? ['-k'] : []), '-o', path, ...pidOptions(pids)], said);
  for (let i = 0; i < 100 && tracer.exitCode === null && !/attached/.test(text(said)); i++) await sleep(30);
  if (tracer.exitCode !== null) throw new Error(`strace: ${text(said)}`);
  return {
    path,
    clock: now,
    size: () => size(path),
    async end() {
      await interrupt(tracer);
      await rm(said, { force: true });
    },
  };
}

/** perf gives up when a process ends between being listed and being opened: it is started again then. */
export async function startPerf(pids: () => readonly number[], path: string): Promise<Recording> {
  const data = `${path}.data`;
  const said = `${path}.said`;
  for (let attempt = 1; ; attempt++) {
    const tracer = start('perf', [...PERF, '-o', data, '-p', pids().join(',')], said);
    for (let i = 0; i < 100 && tracer.exitCode === null && size(data) === 0; i++) await sleep(30);
    await sleep(300);
    if (tracer.exitCode === null) return perfRecording(tracer, path, data, said);
    if (attempt === 5) throw new Error(`perf: ${text(said)}`);
  }
}

function perfRecording(tracer: ChildProcess, path: string, data: string, said: string): Recording {
  return {
    path,
    clock: () => Number(process.hrtime.bigint()) / 1e9,
    size: () => size(data),
    async end() {
      await interrupt(tracer);
      const fields = ['-F', 'comm,pid,tid,cpu,time,event,trace'];
      const script = start('perf', ['script', '--ns', ...fields, '-i', data], said, path);
      if (script.exitCode === null) await new Promise((resolve) => script.on('close', resolve));
      await Promise.all([data, said].map((file) => rm(file, { force: true })));
    },
  };
}

function pidOptions(pids: readonly number[]): string[] {
  return pids.flatMap((pid) => ['-p', String(pid)]);
}

function start(command: string, options: readonly string[], said: string, output?: string): ChildProcess {
  const files = [openSync(said, 'w'), output === undefined ? null : openSync(output, 'w')];
  const child = spawn(command, options, { stdio: ['ignore', files[1] ?? 'ignore', files[0]!], detached: true });
  for (const file of files) if (file !== null) closeSync(file);
  return child;
}

async function interrupt(tracer: ChildProcess): Promise<void> {
  if (tracer.exitCode !== null) return;
  const closed = new Promise<void>((resolve) => tracer.on('close', () => resolve()));
  tracer.kill('SIGINT');
  const patience = setTimeout(() => tracer.kill('SIGKILL'), 20_000);
  await closed;
  clearTimeout(patience);
}

function size(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function text(path: string): string {
  return readFileSync(path, 'utf8');
}
