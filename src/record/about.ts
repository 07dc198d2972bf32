/**
 * What text of strace does not tell: where, when and of what it was recorded. It lies beside the trace as FILE.meta.json; perf.data has
 * all of it in its own header.
 */
import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { writeAtomic } from '../lib/atomic.js';
import { tryElfFile } from '../binary/read-elf.js';
import { TOOL } from '../version.js';
import { findProgram } from './processes.js';
import type { RecordPlan } from './record.js';

export interface About {
  readonly schemaVersion: 1;
  readonly tool: typeof TOOL;
  readonly host: string;
  readonly kernel: string;
  readonly arch: string;
  readonly tracer: string;
  readonly command: readonly string[];
  /** Of the times in the trace. */
  readonly clock: 'CLOCK_REALTIME';
  /** ISO 8601, UTC; `to` is null while it is recorded, and for ever where the recorder was killed. */
  readonly from: string;
  readonly to: string | null;
  readonly programs: readonly Program[];
  /** strace stops the program instead of losing anything. */
  readonly lost: 0;
}

export interface Program {
  /** null: started by the recording. */
  readonly pid: number | null;
  readonly path: string;
  /** Hexadecimal; '' where it has none or could not be read. */
  readonly buildId: string;
}

export interface AboutFile {
  readonly path: string;
  finish(at: number): Promise<void>;
}

export const aboutFile = (output: string) => `${output}.meta.json`;

export async function writeAbout(plan: RecordPlan, from: number): Promise<AboutFile> {
  const file = aboutFile(plan.output);
  const about: About = {
    schemaVersion: 1,
    tool: TOOL,
    host: hostname(),
    kernel: plan.facts.kernel,
    arch: plan.facts.arch,
    tracer: `strace ${plan.facts.strace?.version ?? ''}`,
    command: plan.argv,
    clock: 'CLOCK_REALTIME',
    from: new Date(from).toISOString(),
    to: null,
    programs: await programsOf(plan),
    lost: 0,
  };
  const write = (content: About) => writeAtomic(file, `${JSON.stringify(content, null, 2)}\n`);
  await write(about);
  return { path: file, finish: (at) => write({ ...about, to: new Date(at).toISOString() }) };
}

async function programsOf({ target, pids }: RecordPlan): Promise<Program[]> {
  if (target.kind === 'command') {
    const found = await findProgram(target.argv[0]!);
    return found === null ? [] : [{ pid: null, path: found, buildId: await buildIdOf(found) }];
  }
  return await Promise.all(pids.map(programOfPid));
}

export async function programOfPid(pid: number): Promise<Program> {
  const exe = `/proc/${pid}/exe`;
  // The link's text is a path of the process's own root; the link itself always leads to the file.
  const text = await readlink(exe).catch(() => '');
  return { pid, path: text, buildId: text === '' ? '' : await buildIdOf(exe) };
}

async function buildIdOf(file: string): Promise<string> {
  return (await tryElfFile(file).catch(() => null))?.buildId ?? '';
}
