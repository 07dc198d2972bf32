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
const PERF = ['record', '-k', 'CLOCK_MONOTONIC', '-m', '1024', '-e'];
const FIELDS = 'comm,pid,tid,cpu,time,event,trace';

/** What perf is to record, and what of it its text says. */
export interface PerfOptions {
  readonly record: readonly string[];
  readonly fields: string;
  /** Done with the processes when perf has ended and its text is not written yet. */
  beforeScript?(pids: readonly number[]): Promise<void>;
}

const WITHOUT_STACKS: PerfOptions = { record: [EVENTS], fields: FIELDS };

/** How an incident's trace was made, for case.json. */
export async function recorderText(name: RecorderName): Promise<Record<string, string>> {
  const tool = await toolText(name);
  return name === 'strace' ? { tool, options: straceText(false) } : { tool, options: perfText(WITHOUT_STACKS) };
}

/** With its version. */
export async function toolText(tool: RecorderName): Promise<string> {
  const { stdout } = await promisify(execFile)(tool, ['--version']);
  return `${tool} ${/\d+\.\d+\S*/.exec(stdout)?.[0] ?? ''}`;
}

export function straceText(stacks: boolean): string {
  return `${stacks ? '-k ' : ''}${STRACE.join(' ')} -p PID...`;
}

export function perfText({ record, fields }: PerfOptions): string {
  return `record -e ${record.join(' ')} -k CLOCK_MONOTONIC -p PID...; script --ns -F ${fields}`;
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
export async function startPerf(
  pids: () => readonly number[],
  path: string,
  options: PerfOptions = WITHOUT_STACKS,
): Promise<Recording> {
  const data = `${path}.data`;
  const said = `${path}.said`;
  for (let attempt = 1; ; attempt++) {
    const tracer = start('perf', [...PERF, ...options.record, '-o', data, '-p', pids().join(',')], said);
    for (let i = 0; i < 100 && tracer.exitCode === null && size(data) === 0; i++) await sleep(30);
    await sleep(300);
    if (tracer.exitCode === null) return perfRecording(tracer, pids, path, options);
    if (attempt === 5) throw new Error(`perf: ${text(said)}`);
  }
}

function perfRecording(
  tracer: ChildProcess,
  pids: () => readonly number[],
  path: string,
  { fields, beforeScript }: PerfOptions,
): Recording {
  const data = `${path}.data`;
  const said = `${path}.said`;
  return {
    path,
    clock: () => Number(process.hrtime.bigint()) / 1e9,
    size: () => size(data),
    async end() {
      await interrupt(tracer);
      await beforeScript?.(pids());
      const script = start('perf', ['script', '--ns', '-F', fields, '-i', data], said, path);
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
