/** What this machine says about tracing, as it is: no judgement (choose.ts). */
import { execFile, spawn } from 'node:child_process';
import { access, constants, mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { arch, release, tmpdir } from 'node:os';
import path from 'node:path';
import { ftraceCommand } from './ftrace/command.js';
import { attached, startTracer } from './tracer.js';

/** A tracer was tried on a process that does nothing. */
export interface Trial {
  readonly worked: boolean;
  /** What the tracer said on stderr. */
  readonly said: string;
}

export interface Facts {
  /** Release of the kernel. */
  readonly kernel: string;
  readonly arch: string;
  /** Effective user. */
  readonly uid: number;
  /** Effective capabilities, as /proc/self/status has them. */
  readonly capabilities: bigint;
  readonly container: boolean;
  /** System calls of this process are filtered (seccomp). */
  readonly seccomp: boolean;
  /** kernel.perf_event_paranoid; null where the kernel has no perf events. */
  readonly paranoid: number | null;
  readonly tracefs: 'readable' | 'forbidden' | 'missing';
  /** Whether instances may be made in it. */
  readonly tracefsWritable: boolean;
  /** Ids of processes are the machine's, and not those of a container. */
  readonly hostPids: boolean;
  /** kernel.yama.ptrace_scope; null without Yama. */
  readonly ptraceScope: number | null;
  /** null: not installed. `text` is what it says of itself; a wrapper that finds no perf for this kernel has no version. */
  readonly perf: PerfFacts | null;
  readonly strace: StraceFacts | null;
  /** null: not tried. */
  readonly trials: { readonly ftrace: Trial | null; readonly perf: Trial | null; readonly strace: Trial | null };
}

export interface PerfFacts {
  readonly version: string;
  /** Can compress what it records. */
  readonly zstd: boolean;
  /** May run before others (-r). */
  readonly realtime: boolean;
  readonly text: string;
}

export interface StraceFacts {
  readonly version: string;
  /** Built with a library that unwinds stacks (-k). */
  readonly stacks: boolean;
}

export const CAPABILITY = { sysPtrace: 19, sysAdmin: 21, sysNice: 23, perfmon: 38 } as const;

export function hasCapability({ capabilities }: Pick<Facts, 'capabilities'>, bit: number): boolean {
  return ((capabilities >> BigInt(bit)) & 1n) === 1n;
}

const TRACEFS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const EVENT = 'events/raw_syscalls/sys_enter/id';

type Tracers = readonly ('ftrace' | 'perf' | 'strace')[];

/**
 * @param tries tracers to try, which takes some tenths of a second each
 * @param enough whether no other is tried once one has worked
 * @param asks programs that are asked for their versions; others count as not installed
 */
export async function gatherFacts(
  tries: Tracers = ['ftrace', 'perf', 'strace'],
  enough = false,
  asks: Tracers = ['perf', 'strace'],
): Promise<Facts> {
  const [status, paranoid, scope, tracefs, tracefsWritable, hostPids, container, perf, strace] = await Promise.all([
    text('/proc/self/status'),
    text('/proc/sys/kernel/perf_event_paranoid'),
    text('/proc/sys/kernel/yama/ptrace_scope'),
    tracefsState(),
    instancesAllowed(),
    pidsOfHost(),
    inContainer(),
    asks.includes('perf') ? perfFacts() : null,
    asks.includes('strace') ? straceFacts() : null,
  ]);
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status ?? '')?.[1] ?? '0';
  const capabilities = BigInt(`0x${field('CapEff')}`);
  const ftrace = tries.includes('ftrace') && tracefsWritable && hostPids ? await tryFtrace() : null;
  const next = (worked: boolean | undefined) => (enough && worked === true ? [] : tries);
  const tried =
    perf !== null && next(ftrace?.worked).includes('perf')
      ? await tryPerf(hasCapability({ capabilities }, CAPABILITY.sysNice))
      : null;
  const others = next(ftrace?.worked === true || tried?.worked === true);
  return {
    kernel: release(),
    arch: arch(),
    uid: process.geteuid?.() ?? 0,
    capabilities,
    container,
    seccomp: field('Seccomp') === '2',
    paranoid: paranoid === null ? null : Number(paranoid),
    tracefs,
    tracefsWritable,
    hostPids,
    ptraceScope: scope === null ? null : Number(scope),
    perf:
      perf === null
        ? null
        : { ...perf, realtime: tried?.realtime ?? hasCapability({ capabilities }, CAPABILITY.sysNice) },
    strace,
    trials: {
      ftrace,
      perf: tried,
      strace: strace !== null && others.includes('strace') ? await tryStrace() : null,
    },
  };
}

function text(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

async function tracefsState(): Promise<Facts['tracefs']> {
  let found: Facts['tracefs'] = 'missing';
  for (const folder of TRACEFS) {
    const why = await access(path.join(folder, EVENT), constants.R_OK).catch((e: NodeJS.ErrnoException) => e.code);
    if (why === undefined) return 'readable';
    if (why === 'EACCES' || why === 'EPERM') found = 'forbidden';
  }
  return found;
}

/** Making one is the kernel's to allow (a read-only mount, a profile of AppArmor): only trying tells. */
async function instancesAllowed(): Promise<boolean> {
  for (const folder of TRACEFS) {
    const may = await access(path.join(folder, 'instances'), constants.W_OK).then(
      () => true,
      () => false,
    );
    if (may) return true;
  }
  return false;
}

/** The first namespace of processes, the machine's, has a fixed number (PROC_PID_INIT_INO of include/linux/proc_ns.h). */
const HOST_PIDS = 'pid:[4026531836]';

async function pidsOfHost(): Promise<boolean> {
  return (await readlink('/proc/self/ns/pid').catch(() => HOST_PIDS)) === HOST_PIDS;
}

/** As systemd-detect-virt(1) tells containers: by the file that a manager leaves, or by what the first process was told. */
async function inContainer(): Promise<boolean> {
  const marks = ['/.dockerenv', '/run/.containerenv', '/run/systemd/container'];
  const there = await Promise.all(
    marks.map((mark) =>
      access(mark).then(
        () => true,
        () => false,
      ),
    ),
  );
  return there.includes(true) || /(^|\0)container=/.test((await text('/proc/1/environ')) ?? '');
}

async function perfFacts(): Promise<PerfFacts | null> {
  const run = await execute('perf', ['version', '--build-options']);
  if (run.missing) return null;
  const said = `${run.stdout}\n${run.stderr}`;
  const version = /perf version (\d+\.\d+\S*)/.exec(said)?.[1] ?? '';
  return { version, zstd: /zstd: \[ on/.test(said), realtime: false, text: said.trim().slice(0, 400) };
}

async function straceFacts(): Promise<StraceFacts | null> {
  const run = await execute('strace', ['-V']);
  if (run.missing) return null;
  const version = /version (\d+\.\d+\S*)/.exec(run.stdout)?.[1] ?? '';
  return { version, stacks: /stack-(trace|unwind)/.test(run.stdout) };
}

async function tryFtrace(): Promise<Trial> {
  const folder = await mkdtemp(path.join(tmpdir(), 'perfscope-doctor-'));
  try {
    const [program, ...args] = ftraceCommand({
      target: { kind: 'command', argv: ['true'] },
      output: path.join(folder, 'trial'),
      switches: false,
      pack: false,
      ring: false,
    });
    const run = await execute(program!, args);
    return { worked: run.code === 0 && /\[ ftrace: [1-9]\d* pages/.test(run.stderr), said: run.stderr.trim() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The right to run before others may be there in name alone: control groups can take it away. */
async function tryPerf(mayRush: boolean): Promise<Trial & { readonly realtime: boolean }> {
  const rushing = mayRush ? await recordTrue(['-r', '1']) : null;
  if (rushing?.worked === true) return { ...rushing, realtime: true };
  return { ...(await recordTrue([])), realtime: false };
}

async function recordTrue(options: readonly string[]): Promise<Trial> {
  const folder = await mkdtemp(path.join(tmpdir(), 'perfscope-doctor-'));
  try {
    const events = ['-e', 'raw_syscalls:sys_enter', '-e', 'raw_syscalls:sys_exit'];
    const output = ['-o', path.join(folder, 'trial')];
    const run = await execute('perf', [
      'record',
      '-N',
      '-B',
      '-m',
      '16',
      ...options,
      ...events,
      ...output,
      '--',
      'true',
    ]);
    return { worked: run.code === 0, said: run.stderr.trim() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** To attach needs more rights than to start a program under strace: what we start ourselves is not strace's child. */
async function tryStrace(): Promise<Trial> {
  const child = spawn('sleep', ['10'], { stdio: 'ignore' });
  try {
    if (child.pid === undefined) return { worked: false, said: 'sleep(1) is missing' };
    const tracer = startTracer(['strace', '-o', '/dev/null', '-p', String(child.pid)], false);
    const worked = await attached(tracer, 'strace', '');
    await tracer.stop();
    return { worked, said: tracer.said().trim() };
  } finally {
    child.kill('SIGKILL');
  }
}

interface Run {
  readonly missing: boolean;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine that is full takes some seconds for what takes a tenth of one; what takes longer will not record either. */
const PATIENCE_MS = 30_000;

/** Messages are read, so they must be in English. */
function execute(command: string, args: readonly string[]): Promise<Run> {
  const options = { env: { ...process.env, LC_ALL: 'C' }, timeout: PATIENCE_MS };
  return new Promise((resolve) => {
    execFile(command, [...args], options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      const late = error?.killed === true ? `\nno answer within ${PATIENCE_MS / 1000} s` : '';
      resolve({ missing: error?.code === 'ENOENT', code, stdout, stderr: `${stderr}${late}` });
    });
  });
}
