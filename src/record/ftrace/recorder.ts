/**
 * The program that records with ftrace, in a process of its own so that it has a priority of its own. It is driven as perf is: SIGINT ends it,
 * SIGUSR2 makes it go on in the next file; what it says stands in brackets on stderr.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { FRAME, MAGIC, jsonFrame } from '../../formats/ftrace/frames.js';
import { pageLayout } from '../../formats/ftrace/page.js';
import type { Preamble } from '../../formats/ftrace/preamble.js';
import { programOfPid } from '../about.js';
import { findPids } from '../processes.js';
import type { Target } from '../recorder.js';
import { Drain } from './drain.js';
import { Newcomers, describeThreads, threadsOf } from './followed.js';
import { CALLS, Instance, LIVES, SWITCHES, removeAbandoned, tracefsRoot } from './instance.js';
import { type Output, fileOutput, packedOutput } from './output.js';
import { rush } from './priority.js';
import { clockOffset } from './wall-clock.js';

export interface RecorderOptions {
  readonly target: Target;
  readonly output: string;
  readonly switches: boolean;
  /** Through zstd. */
  readonly pack: boolean;
  /** Files are named OUTPUT.1, OUTPUT.2 and so on when they are done. */
  readonly ring: boolean;
}

/** Memory for all rings together, and bounds for one: what a busy processor writes in a tenth of a second. */
const [ALL_KB, LEAST_KB, MOST_KB] = [256 * 1024, 1024, 8192];
/** As a part of the machine's memory. */
const MOST_OF_MEMORY = 1 / 32;
/** ms between two looks at the rings, by how full they are. */
const [SHORTEST_MS, LONGEST_MS] = [4, 250];
const [FULL, EMPTY] = [1 / 4, 1 / 16];
const LOOK_FOR_PROCESSES_MS = 500;
/** The threads of each process are looked for twice: what started between listing and following is found. */
const PASSES = 2;

export async function recordRings(options: RecorderOptions): Promise<number> {
  const root = tracefsRoot();
  if (root === null) throw new Error('tracefs is not mounted');
  removeAbandoned(root);
  const cpus = os.availableParallelism();
  const memory = (os.totalmem() / 1024) * MOST_OF_MEMORY;
  const kilobytes = Math.floor(Math.min(MOST_KB, Math.max(LEAST_KB, Math.min(ALL_KB, memory) / cpus)));
  const instance = new Instance(root, kilobytes);
  try {
    return await new Recorder(options, instance, kilobytes * 1024).run();
  } finally {
    instance.remove();
  }
}

class Recorder {
  private readonly followed = new Set<number>();
  private readonly newcomers: Newcomers;
  private readonly parent = process.ppid;
  private child: ChildProcess | null = null;
  private out!: Output;
  private drain!: Drain;
  private preamble!: Preamble;
  private lostBefore = 0;
  private files = 0;
  private stopping = false;
  private switching = false;
  private failure = '';
  private wake: () => void = () => undefined;

  constructor(
    private readonly options: RecorderOptions,
    private readonly instance: Instance,
    private readonly ringBytes: number,
  ) {
    this.newcomers = new Newcomers(options.target);
  }

  async run(): Promise<number> {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => this.stop());
    process.on('SIGUSR2', () => {
      this.switching = true;
      this.wake();
    });
    const pids = await this.begin();
    // Not before: the program that it starts would have it, too.
    rush(process.pid);
    try {
      await this.prepare(pids);
    } catch (error) {
      // A program that waits for a recording that will never begin would wait for ever, and whoever waits for its end with it.
      this.child?.kill('SIGKILL');
      throw error;
    }
    try {
      this.child?.kill('SIGCONT');
      say('recording');
      await this.turn();
      await this.close();
    } finally {
      this.drain.close();
    }
    if (this.failure !== '') throw new Error(this.failure);
    say(`${this.drain.pages} pages, ${this.instance.lost()} events lost`);
    return 0;
  }

  /** All that must be there before the first call. */
  private async prepare(pids: readonly number[]): Promise<void> {
    const { instance, options } = this;
    for (let pass = 0; pass < PASSES; pass++) this.follow(pids);
    if (this.followed.size === 0) throw new Error('No such process');
    const clockBase = process.hrtime.bigint();
    const lives = instance.enable(LIVES);
    const formats = { ...lives, ...instance.enable([...CALLS, ...(options.switches ? SWITCHES : [])]) };
    const page = instance.pageHeader();
    const layout = pageLayout(page);
    if (layout === null) throw new Error(`pages of an unknown layout: ${page}`);
    this.preamble = await preambleOf(clockBase, page, formats, pids);
    this.drain = new Drain(instance, layout, this.ringBytes);
    try {
      this.open();
    } catch (error) {
      this.drain.close();
      throw error;
    }
  }

  /** The processes to begin with. A program that is started waits, so that nothing that it does is missed. */
  private async begin(): Promise<number[]> {
    const { target } = this.options;
    if (target.kind !== 'command') return (await findPids(target)).filter((pid) => pid !== process.pid);
    const child = spawn('sh', ['-c', 'kill -STOP $$; exec "$@"', 'sh', ...target.argv], { stdio: 'inherit' });
    this.child = child;
    child.once('exit', () => this.stop());
    child.once('error', (error) => {
      this.failure = error.message;
      this.stop();
    });
    while (!this.stopping && !/^State:\s*T/m.test(statusOf(child.pid ?? -1))) await sleep(2);
    return child.pid === undefined ? [] : [child.pid];
  }

  private async turn(): Promise<void> {
    let pause = SHORTEST_MS;
    let looked = performance.now();
    while (!this.stopping && this.failure === '') {
      const full = this.out.isBehind ? 0 : this.drain.take((bytes) => this.out.write(bytes));
      if (full > FULL) pause = Math.max(SHORTEST_MS, pause / 2);
      else if (full < EMPTY) pause = Math.min(LONGEST_MS, pause * 1.5);
      if (this.switching) {
        this.switching = false;
        await this.close();
        this.open();
      }
      if (performance.now() - looked >= LOOK_FOR_PROCESSES_MS) {
        looked = performance.now();
        await this.look();
      }
      await this.rest(pause);
    }
  }

  /** For so many ms, unless there is something to do. */
  private async rest(ms: number): Promise<void> {
    if (this.stopping || this.switching) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private stop(): void {
    this.stopping = true;
    if (this.child?.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      this.child.kill('SIGCONT');
    }
    this.wake();
  }

  /** Who came, and whether anybody is left. */
  private async look(): Promise<void> {
    const { kind } = this.options.target;
    // Whoever started us is gone, and nobody will ever end us.
    if (process.ppid !== this.parent) return this.stop();
    this.followed.clear();
    for (const tid of this.instance.followed()) this.followed.add(tid);
    const returns = kind === 'comm' || kind === 'cgroup';
    if (!returns && this.followed.size === 0) return this.stop();
    const pids = (await this.newcomers.find(this.followed)).filter((pid) => pid !== process.pid);
    if (pids.length === 0) return;
    const before = new Set(this.followed);
    for (let pass = 0; pass < PASSES; pass++) this.follow(pids);
    await this.addPrograms(pids);
    this.out.write(jsonFrame(FRAME.THREADS, describeThreads([...this.followed].filter((tid) => !before.has(tid)))));
  }

  private follow(pids: readonly number[]): void {
    const tids = threadsOf(pids).filter((tid) => !this.followed.has(tid));
    for (const tid of tids) this.followed.add(tid);
    this.instance.follow(tids);
  }

  private async addPrograms(pids: readonly number[]): Promise<void> {
    Object.assign(this.preamble.builds, await buildsOf(pids));
  }

  private open(): void {
    const { output, pack } = this.options;
    const failed = (why: string) => {
      this.failure ||= why;
      this.wake();
    };
    try {
      this.out = pack ? packedOutput(output, failed) : fileOutput(output);
    } catch (error) {
      throw new Error(`cannot open ${output}: ${(error as Error).message}`);
    }
    this.lostBefore = this.instance.lost();
    this.out.write(MAGIC);
    const fileBase = String(process.hrtime.bigint());
    this.out.write(jsonFrame(FRAME.PREAMBLE, { ...this.preamble, fileBase }));
    this.out.write(jsonFrame(FRAME.THREADS, describeThreads(this.instance.followed())));
  }

  private async close(): Promise<void> {
    const at = String(process.hrtime.bigint());
    this.drain.take((bytes) => this.out.write(bytes));
    this.out.write(jsonFrame(FRAME.END, { lost: this.instance.lost() - this.lostBefore, at }));
    await this.out.close();
    if (!this.options.ring) return;
    const name = `${this.options.output}.${++this.files}`;
    renameSync(this.options.output, name);
    say(`Dump ${name}`);
  }
}

async function preambleOf(
  clockBase: bigint,
  page: string,
  formats: Record<string, string>,
  pids: readonly number[],
): Promise<Preamble> {
  return {
    version: 1,
    host: os.hostname(),
    kernel: os.release(),
    machine: os.machine(),
    command: ['ftrace', ...process.argv.slice(2)].join(' '),
    clockOffset: String(clockOffset()),
    clockBase: String(clockBase),
    fileBase: String(clockBase),
    page,
    formats,
    builds: await buildsOf(pids),
  };
}

async function buildsOf(pids: readonly number[]): Promise<Record<string, string>> {
  const programs = await Promise.all(pids.map((pid) => programOfPid(pid)));
  return Object.fromEntries(programs.filter((p) => p.buildId !== '').map((p) => [p.path, p.buildId]));
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function say(what: string): void {
  process.stderr.write(`[ ftrace: ${what} ]\n`);
}
