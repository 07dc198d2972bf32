/**
 * How stacks are recorded and read. strace finds them by debug information; those of Java lie in compiled methods, which perf follows by
 * their frame pointers and names by a map that the virtual machine writes when it is asked to.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { STACKS_OPTIONS } from '../jvm.js';
import { readPerfStacks } from '../perf-stacks.js';
import { type StackedCall, readStacks } from '../stacks.js';
import { type Program, languageOf } from '../target/program.js';
import {
  type PerfOptions,
  type Recording,
  perfText,
  startPerf,
  startStrace,
  straceText,
  toolText,
} from './recorder.js';

export interface Profiler {
  /** Of its files, without that of their compression. */
  readonly extension: string;
  /** Most bytes of a learning run and of an oracle, compressed. */
  readonly learningBytes: number;
  readonly oracleBytes: number;
  start(pids: readonly number[], path: string): Promise<Recording>;
  /** The program's own functions under each call. */
  read(file: string, program: Program): Promise<StackedCall[]>;
  /** For case.json. */
  inWords(): Promise<string>;
}

export function profilerOf(program: Program): Profiler {
  const language = languageOf(program);
  return language === 'Java' ? PERF : language === 'Rust' ? STRACE_OF_LONG_NAMES : STRACE;
}

const STRACE: Profiler = {
  extension: 'strace-k',
  learningBytes: 400_000,
  oracleBytes: 110_000,
  start: (pids, path) => startStrace(pids, path, true),
  read: (file, { path, hooks }) => readStacks(file, path, hooks?.packages),
  inWords: async () => `${await toolText('strace')} ${straceText(true)}`,
};

/** Stacks through an async runtime are deep, and its names have types in them. */
const STRACE_OF_LONG_NAMES: Profiler = { ...STRACE, learningBytes: 1_200_000, oracleBytes: 250_000 };

/** docs/languages.md tells users the same. */
const WITH_STACKS: PerfOptions = {
  record: ['raw_syscalls:sys_enter,raw_syscalls:sys_exit', '-g'],
  fields: 'comm,pid,tid,cpu,time,event,trace,ip,sym,symoff,dso',
  beforeScript: writeMaps,
};

const PERF: Profiler = {
  extension: 'perf.txt',
  // Stacks of Java are deep, symbols long, and one request goes through many threads.
  learningBytes: 2_000_000,
  oracleBytes: 400_000,
  async start(pids, path) {
    const recording = await startPerf(() => pids, path, WITH_STACKS);
    return {
      ...recording,
      async end() {
        await recording.end();
        await Promise.all(pids.map((pid) => rm(mapOf(pid), { force: true })));
      },
    };
  },
  read: (file, { hooks }) => readPerfStacks(file, hooks!.packages),
  inWords: async () =>
    `${await toolText('perf')} ${perfText(WITH_STACKS)}; java ${STACKS_OPTIONS.join(' ')}; jcmd PID Compiler.perfmap`,
};

/** Where perf looks for it. */
const mapOf = (pid: number) => `/tmp/perf-${pid}.map`;

/** After the recording: methods that are compiled during it are in the map, and what asking costs is not in the trace. */
async function writeMaps(pids: readonly number[]): Promise<void> {
  for (const pid of pids) await promisify(execFile)('jcmd', [String(pid), 'Compiler.perfmap']);
}
