/** A running server with its peer and its load, and what can be measured of it from outside. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, open as openFile, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Lab, foldersOf } from './lab.js';
import { type ClientSide, RunningLoad, round } from './load/running.js';
import { RunningPeer } from './peers/running.js';
import { NOBODY, type Server } from './server.js';
import type { Faults } from './target/faults.js';
import { MemoryTable } from './target/hooks.js';
import { FileTable, emptyTable } from './target/java.js';
import { Patcher } from './target/patch.js';
import * as proc from './target/proc.js';
import type { Program } from './target/program.js';

/** Most time from start to listening, ms. */
const LISTENING_WITHIN = 60_000;

/** The server's use of the machine in a stretch of time. */
export interface ServerSide {
  /** Processors busy. */
  readonly cpu: number;
  /** Open descriptors at its end. */
  readonly descriptors: number;
}

/** Where a stretch of time begins. */
export interface Mark {
  readonly at: number;
  readonly cpu: number;
}

export interface LoadOptions {
  /** Number of the mix. */
  readonly mix: number;
  /** The more, the busier: think times are divided by it. */
  readonly rate: number;
  readonly seed: string;
  readonly seconds: number;
}

export const now = () => Date.now() / 1000;

export class Instance {
  readonly folder: string;
  private readonly table: string;
  private child: ChildProcess | null = null;
  peer: RunningPeer | null = null;
  private load: RunningLoad | null = null;
  private crashesBefore = 0;

  constructor(
    readonly lab: Lab,
    readonly server: Server,
    readonly program: Program,
    /** Stacks are going to be recorded. */
    private readonly stacks: boolean,
  ) {
    this.folder = foldersOf(lab, server.name).run;
    this.table = `${this.folder}.slots`;
  }

  get port(): number {
    return this.lab.firstPort;
  }

  get peerPort(): number {
    return this.lab.firstPort + 10;
  }

  async start(): Promise<this> {
    const { server, program, folder, table, stacks, port, peerPort, lab } = this;
    lab.running.add(this);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const owner = server.unprivileged ? NOBODY : process.getuid!();
    if (server.unprivileged) await chown(folder, NOBODY, NOBODY);
    await chmod(folder, 0o755);
    if (server.peer !== undefined) {
      this.peer = RunningPeer.start(server.peer, peerPort);
      await listening(peerPort, () => true);
    }
    this.crashesBefore = await kernelCrashes(program.path);
    const { prefix } = foldersOf(lab, server.name);
    if (program.hooks?.language === 'Java') await emptyTable(program, table);
    const launch = await server.launch({ folder, prefix, stacks, table, port, peerPort });
    const output = await openFile(`${folder}.output`, 'w');
    this.child = spawn(program.path, launch.arguments, {
      cwd: folder,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: {
        PATH: process.env['PATH'],
        ...(program.hooks === undefined && { LD_PRELOAD: lab.library.path }),
        ...launch.environment,
      },
      uid: owner,
      gid: server.unprivileged ? NOBODY : process.getgid!(),
    });
    this.child.on('error', () => {});
    await output.close();
    try {
      await listening(port, () => this.child!.exitCode === null);
      await sleep(server.settleMs ?? 500);
      if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}`);
    } catch (error) {
      const said = await readFile(`${folder}.output`, 'utf8');
      await this.stop();
      throw new Error(`${server.name} does not start: ${(error as Error).message}\n${said.slice(-600)}`);
    }
    return this;
  }

  startLoad({ mix, rate, seed, seconds }: LoadOptions): void {
    const { protocol, clients, idle, thinkMs, mixes, burst } = this.server.load;
    this.load = RunningLoad.start({
      protocol,
      clients,
      idle,
      thinkMs: thinkMs / rate,
      mix: mixes[mix % mixes.length]!,
      otherMix: mixes[(mix + 1) % mixes.length]!,
      burst,
      seed,
      seconds,
      port: this.port,
      peerPort: this.peerPort,
    });
  }

  changeLoad(change: Parameters<RunningLoad['change']>[0]): void {
    this.load?.change(change);
  }

  clientSide(from: number, to: number): Promise<ClientSide> {
    return this.load!.clientSide(from, to);
  }

  pids(): number[] {
    return this.child?.pid === undefined ? [] : proc.processTree(this.child.pid);
  }

  /** Those that run the server's own program, and not a helper. */
  programPids(): number[] {
    return this.pids().filter((pid) => proc.programOf(pid) === this.program.path);
  }

  faults(): Faults {
    const pids = () => this.programPids();
    switch (this.program.hooks?.language) {
      case 'Go':
        return new MemoryTable(this.program, pids);
      case 'Java':
        return new FileTable(this.program, this.table);
      default:
        return new Patcher(this.program, this.lab.library, pids);
    }
  }

  mark(): Mark {
    return { at: now(), cpu: proc.cpuSeconds(this.pids()) };
  }

  serverSide(since: Mark): ServerSide {
    const pids = this.pids();
    const cpu = Math.max(0, proc.cpuSeconds(pids) - since.cpu) / Math.max(0.1, now() - since.at);
    return { cpu: round(cpu, 3), descriptors: proc.openDescriptors(pids) };
  }

  /** Whether it, or a process that was there before, is gone, or the kernel noted a crash of its program. */
  async crashed(before: readonly number[]): Promise<boolean> {
    if (this.child === null || this.child.exitCode !== null || this.child.signalCode !== null) return true;
    if (!this.server.processesComeAndGo && before.some((pid) => !proc.isAlive(pid))) return true;
    return (await kernelCrashes(this.program.path)) > this.crashesBefore;
  }

  async stop(): Promise<void> {
    this.load?.stop();
    this.peer?.stop();
    const pid = this.child?.pid;
    if (pid !== undefined) {
      if (this.server.stopSignal !== undefined && proc.isAlive(pid)) {
        kill(pid, this.server.stopSignal);
        for (let i = 0; i < 20 && proc.isAlive(pid); i++) await sleep(50);
      }
      // Twice: one may be forked while the others end.
      for (let i = 0; i < 2; i++) {
        for (const each of new Set([...proc.processTree(pid), ...proc.processesOfSession(pid)])) kill(each, 'SIGKILL');
        await sleep(50);
      }
    }
    this.child = this.peer = this.load = null;
    this.lab.running.delete(this);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

async function listening(port: number, going: () => boolean): Promise<void> {
  const until = Date.now() + LISTENING_WITHIN;
  while (Date.now() < until) {
    if (!going()) throw new Error('it ended');
    const connected = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (connected) return;
    await sleep(100);
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Crashes of the program that the kernel logged; 0 where its log cannot be read. The log has the first 15 letters of names. */
async function kernelCrashes(program: string): Promise<number> {
  const log = await promisify(execFile)('dmesg', { maxBuffer: 2 ** 26 }).catch(() => ({ stdout: '' }));
  const name = path.basename(program).slice(0, 15);
  return log.stdout.split('\n').filter((l) => l.includes(name) && /segfault|general protection|trap /.test(l)).length;
}
