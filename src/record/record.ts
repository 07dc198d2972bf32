/** One recording, from its beginning to its end. */
import { access, constants, rm } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import { isSpecialFile } from '../lib/special-file.js';
import { writeError } from '../lib/write-fault.js';
import { onAbort } from '../pool/on-abort.js';
import { cancellation, throwIfCancelled } from '../pool/stage.js';
import { untilAborted } from '../pool/waiting.js';
import { aboutFile, writeAbout } from './about.js';
import { BACKENDS, type Backend } from './backends.js';
import { type Choice, chooseBackend, chooseStacks } from './choose.js';
import { tracerCommand } from './commands.js';
import { type Facts, gatherFacts } from './facts.js';
import { brokeOff, failure } from './failure.js';
import { findPids, findProgram, lasting } from './processes.js';
import type { Target } from './recorder.js';
import { type Tracer, attached, sizeOf, startTracer } from './tracer.js';

export interface RecordOptions {
  readonly target: Target;
  /** File to write; default: one named after the time, in the working directory. */
  readonly output?: string | undefined;
  /** Default: the cheapest that works here. */
  readonly backend?: Backend | undefined;
  /** With the stacks of calls, to learn from. */
  readonly stacks?: boolean | undefined;
  /** perf: context switches too. */
  readonly switches?: boolean | undefined;
}

/** What will be run, and why. */
export interface RecordPlan {
  readonly facts: Facts;
  readonly target: Target;
  readonly choice: Choice;
  readonly output: string;
  /** The file is made by zstd. */
  readonly packed: boolean;
  readonly pids: readonly number[];
  readonly argv: readonly string[];
}

/**
 * @param tries whether tracers are tried before one is chosen; without, nothing is run but what tells their versions
 * @throws PerfscopeError 'record' when nothing can record here, or there is nothing to record; 'interrupted'
 */
export async function planRecording(options: RecordOptions, tries = true, signal?: AbortSignal): Promise<RecordPlan> {
  const { target, backend = null, stacks = false } = options;
  const pids = await findPids(target);
  const gathering = gatherFacts(tries ? (backend === null ? candidates(stacks) : [backend]) : [], true);
  const facts = await untilAborted(gathering, signal);
  const choice = (stacks ? chooseStacks : chooseBackend)(facts, target, backend);
  const output = options.output ?? defaultName(choice.backend, new Date());
  const packed = choice.backend === 'ftrace' && (await findProgram('zstd')) !== null;
  return { ...replanned({ facts, target, choice, output, packed }, pids, options), choice };
}

function replanned(
  plan: Pick<RecordPlan, 'facts' | 'target' | 'choice' | 'output' | 'packed'>,
  pids: readonly number[],
  { stacks, switches }: RecordOptions,
): RecordPlan {
  const { facts, target, choice, output, packed } = plan;
  const asked = { target, pids, output, stacks, switches, packed };
  return { ...plan, pids, argv: tracerCommand(choice.backend, facts, asked) };
}

/** Stacks are not for ftrace. */
function candidates(stacks: boolean): readonly Backend[] {
  return stacks ? BACKENDS.filter((backend) => backend !== 'ftrace') : BACKENDS;
}

export function defaultName(backend: Backend, at: Date): string {
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `recording-${time}.${backend === 'perf' ? 'perf.data' : backend}`;
}

export interface RecordLimits {
  readonly seconds?: number | undefined;
  readonly maxBytes?: number | undefined;
  /** Ends the recording, which is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Hears what the program and its tracer write to stderr, of a target that is a command. */
  readonly stderr?: ((line: string) => void) | undefined;
  /** The tracer is attached. */
  readonly began?: (() => void) | undefined;
}

export interface Recorded {
  readonly path: string;
  readonly bytes: number;
  readonly seconds: number;
  readonly endedBy: 'request' | 'duration' | 'size' | 'program';
  /** Processes that strace was not let near; the others were recorded. */
  readonly refused: number;
  /** What lies beside the recording, '' where it tells all by itself. */
  readonly about: string;
}

/** perf gives up when a thread ends between being listed and being opened; ftrace's recorder when there is nobody left. */
const VANISHED = /no such process|there is no process|no process is/i;
const ATTEMPTS = 3;

/** @throws PerfscopeError 'record' when the tracer fails, 'output' when the file may not be written, 'interrupted' before there is anything */
export async function record(plan: RecordPlan, options: RecordOptions, limits: RecordLimits = {}): Promise<Recorded> {
  await requireFree(plan.output);
  try {
    return await attempts(plan, options, limits);
  } catch (error) {
    await removeEmpty(plan.output);
    throw error;
  }
}

/** A file without anything in it, which was not there before, would be in the way of the next try. */
async function removeEmpty(output: string): Promise<void> {
  if ((await sizeOf(output)) > 0 || (await isSpecialFile(output))) return;
  await Promise.all([output, aboutFile(output)].map((file) => rm(file, { force: true })));
}

async function attempts(plan: RecordPlan, options: RecordOptions, limits: RecordLimits): Promise<Recorded> {
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(limits.signal);
    const from = Date.now();
    const tracer = startTracer(plan.argv, plan.target.kind === 'command');
    if (limits.stderr !== undefined && plan.target.kind === 'command') tracer.onLine(programLines(limits.stderr));
    const { backend } = plan.choice;
    if (plan.target.kind === 'command' || (await attached(tracer, backend, plan.output, limits.signal)))
      return await untilItEnds(plan, tracer, from, limits);
    const vanished = VANISHED.test(tracer.said());
    if (!vanished || attempt === ATTEMPTS) throw await failure(backend, plan.facts, tracer);
    plan = replanned(plan, lasting(await findPids(plan.target), plan.pids), options);
  }
}

async function untilItEnds(plan: RecordPlan, tracer: Tracer, from: number, limits: RecordLimits): Promise<Recorded> {
  limits.began?.();
  // While it runs: of a program that has ended nothing can be told.
  const about =
    plan.choice.backend !== 'strace'
      ? null
      : await writeAbout(plan, from).catch(async (error: unknown) => {
          await tracer.stop();
          throw error;
        });
  const endedBy = await firstOf(plan, tracer, limits);
  const to = Date.now();
  const end = await tracer.stop();
  const bytes = await sizeOf(plan.output);
  // Told to end before it had begun, it is not at fault.
  if (bytes === 0 && endedBy === 'request') throw cancellation(limits.signal!);
  if (end.error !== null || bytes === 0) throw await failure(plan.choice.backend, plan.facts, tracer);
  const broken = brokeOff(tracer.said(), plan.output);
  if (broken !== null) throw broken;
  await about?.finish(to);
  return {
    path: plan.output,
    bytes,
    seconds: (Date.now() - from) / 1000,
    endedBy,
    refused: refusals(tracer.said()),
    about: about?.path ?? '',
  };
}

/** Of several processes strace takes those that it may. */
export function refusals(said: string): number {
  return said.split('\n').filter((line) => /attach: ptrace\(.*not permitted/.test(line)).length;
}

const LOOK_MS = 100;

async function firstOf(plan: RecordPlan, tracer: Tracer, limits: RecordLimits): Promise<Recorded['endedBy']> {
  const timers: NodeJS.Timeout[] = [];
  const { seconds, maxBytes, signal } = limits;
  const causes: Promise<Recorded['endedBy']>[] = [tracer.ended.then(() => 'program')];
  if (seconds !== undefined)
    causes.push(new Promise((resolve) => timers.push(setTimeout(resolve, seconds * 1000, 'duration'))));
  let forget = () => undefined as void;
  if (signal !== undefined) causes.push(new Promise((resolve) => (forget = onAbort(signal, () => resolve('request')))));
  if (maxBytes !== undefined)
    causes.push(
      new Promise((resolve) => {
        const look = async () => (await sizeOf(plan.output)) >= maxBytes && resolve('size');
        timers.push(setInterval(() => void look(), LOOK_MS));
      }),
    );
  try {
    return await Promise.race(causes);
  } finally {
    timers.forEach(clearInterval);
    forget();
  }
}

/** An older recording is never overwritten: the incident that it shows will not come again to order. */
async function requireFree(output: string): Promise<void> {
  const there = await access(output).then(
    () => true,
    () => false,
  );
  if (!there) return requireFolder(path.dirname(output));
  if (await isSpecialFile(output)) return;
  const advice = 'Choose another name with --output, or remove the file first.';
  throw new PerfscopeError('output', 'there is a file of this name already', { path: output }, advice);
}

/** Before a program is started for a recording that cannot be written. */
async function requireFolder(folder: string): Promise<void> {
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw writeError(error, 'no recording can be written here', folder);
  });
}

/** What perf and ftrace's recorder say of themselves is not the program's. */
function programLines(stderr: (line: string) => void): (line: string) => void {
  return (line) => {
    if (!/^\[ (?:perf record|ftrace):/.test(line)) stderr(line);
  };
}
