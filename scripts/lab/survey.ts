/**
 * What has to be known of a server before it gets faults: how busy its load makes it, its learning runs with stacks, and which
 * of its functions are called how often.
 */
import { link, copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJsonIfAny, writeJson } from './files.js';
import { Instance, now } from './instance.js';
import { type Lab, foldersOf } from './lab.js';
import { type Profiler, profilerOf } from './record/profiler.js';
import { type Recording, startStrace } from './record/recorder.js';
import { store } from './record/store.js';
import type { Server } from './server.js';
import { type StackSurvey, surveyStacks } from './stacks.js';
import type { Program } from './target/program.js';

/** System calls a second that the load is set to: enough to learn from, few enough to be traced with stacks. */
const CALLS_A_SECOND = 600;
const LEARNING_SECONDS = 30;
/** On a busy machine it goes on, so long at most, until the text has so many bytes: some thousand calls with stacks. */
const LONGEST_LEARNING_SECONDS = 80;
const ENOUGH_TO_LEARN_BYTES = 6e6;
/** Somebody who had only a moment to learn. */
const THIN_SECONDS = 4;
const COUNTING_SECONDS = 4;

export interface Survey {
  /** For the load: think times are divided by it. */
  readonly rate: number;
  /** By the thickness of the learning runs. */
  readonly learned: Readonly<Record<Thickness, StackSurvey>>;
  /** By symbol: calls a second under the incident's load, without tracing, and callers seen. */
  readonly called: Readonly<Record<string, { readonly rate: number; readonly callers: readonly string[] }>>;
}

export type Thickness = 'usual' | 'thin';

/** Callers of a function as its patched entry saw them, the one that is called most first. */
export function callersByName(program: Program, { called }: Survey): (name: string) => readonly string[] {
  const rates = new Map<string, number>();
  const callers = new Map<string, readonly string[]>();
  for (const { name, symbol } of program.targets) {
    const seen = called[symbol];
    if (seen === undefined) continue;
    rates.set(name, Math.max(seen.rate, rates.get(name) ?? 0));
    callers.set(name, [...(callers.get(name) ?? []), ...seen.callers]);
  }
  const rate = (name: string) => rates.get(name) ?? 0;
  return (name) => (callers.get(name) ?? []).toSorted((a, b) => rate(b) - rate(a));
}

const RUNS = [1, 2];
const learningRun = (folder: string, thickness: Thickness, run: number, { extension }: Profiler) =>
  path.join(folder, 'learning', thickness, `profile-${run}.${extension}.gz`);

/** Surveys the server, unless that was done. */
export async function survey(lab: Lab, server: Server, program: Program, seed: string): Promise<Survey> {
  const { work } = foldersOf(lab, server.name);
  const file = path.join(work, 'survey.json');
  const before = await readJsonIfAny<Survey>(file);
  if (before !== null) return before;
  await mkdir(work, { recursive: true });
  const rate = await calibrate(lab, server, program, seed);
  const learned = {
    usual: await learn(lab, server, program, rate, 'usual', LEARNING_SECONDS, seed),
    thin: await learn(lab, server, program, rate, 'thin', THIN_SECONDS, seed),
  };
  const result: Survey = { rate, learned, called: await countCalls(lab, server, program, rate, seed) };
  await writeJson(file, result);
  return result;
}

/** Puts the learning runs into the folder of a case. */
export async function addLearningRuns(
  lab: Lab,
  server: Server,
  program: Program,
  thickness: Thickness,
  into: string,
): Promise<void> {
  for (const run of RUNS) {
    const from = learningRun(foldersOf(lab, server.name).work, thickness, run, profilerOf(program));
    const to = path.join(into, path.basename(from));
    // Links where the file system has them: each case is whole, and nothing is kept twice.
    await link(from, to).catch(() => copyFile(from, to));
  }
}

async function calibrate(lab: Lab, server: Server, program: Program, seed: string): Promise<number> {
  const { work } = foldersOf(lab, server.name);
  const seconds = 4;
  return withInstance(lab, server, program, false, async (instance) => {
    instance.startLoad({ mix: 0, rate: 1, seed, seconds: 30 });
    await sleep(1500);
    const raw = path.join(work, 'calibration.strace');
    const recording = await startStrace(instance.pids(), raw, false);
    await sleep(seconds * 1000);
    await recording.end();
    const { before: calls } = await store(lab, server.name, raw, `${raw}.gz`, { bytes: 2 ** 24 });
    await Promise.all([rm(raw), rm(`${raw}.gz`)]);
    const rate = Math.min(3, Math.max(0.3, CALLS_A_SECOND / (calls / seconds)));
    const seen = await instance.clientSide(now() - seconds, now());
    lab.log(
      `${server.name}: ${Math.round(calls / seconds)} calls/s, ${seen.rate} requests/s; load times ${rate.toFixed(2)}`,
    );
    return rate;
  });
}

async function learn(
  lab: Lab,
  server: Server,
  program: Program,
  rate: number,
  thickness: Thickness,
  seconds: number,
  seed: string,
): Promise<StackSurvey> {
  const { work } = foldersOf(lab, server.name);
  await mkdir(path.join(work, 'learning', thickness), { recursive: true });
  const profiler = profilerOf(program);
  const runs = [];
  for (const run of RUNS) {
    const file = learningRun(work, thickness, run, profiler);
    await withInstance(lab, server, program, true, async (instance) => {
      instance.startLoad({
        mix: run,
        rate: run === 1 ? 1.25 * rate : rate,
        seed: `${seed} ${run}`,
        seconds: LONGEST_LEARNING_SECONDS + 30,
      });
      await sleep(1200);
      const raw = file.replace(/\.gz$/, '');
      const recording = await profiler.start(instance.pids(), raw);
      await sleep(seconds * 1000);
      if (thickness === 'usual') await grown(recording, now() + LONGEST_LEARNING_SECONDS - LEARNING_SECONDS);
      await recording.end();
      const { before } = await store(lab, server.name, raw, file, { bytes: profiler.learningBytes });
      await rm(raw);
      lab.log(`${server.name}: learning run ${run} (${thickness}): ${before} calls`);
    });
    runs.push(await profiler.read(file, program));
  }
  return surveyStacks(runs);
}

async function grown(recording: Recording, until: number): Promise<void> {
  while (recording.size() < ENOUGH_TO_LEARN_BYTES && now() < until) await sleep(200);
}

async function countCalls(
  lab: Lab,
  server: Server,
  program: Program,
  rate: number,
  seed: string,
): Promise<Survey['called']> {
  return withInstance(lab, server, program, false, async (instance) => {
    instance.startLoad({ mix: 0, rate, seed, seconds: 60 });
    await sleep(1500);
    const faults = instance.faults();
    await faults.count(program.targets);
    const from = now();
    await sleep(COUNTING_SECONDS * 1000);
    const seconds = now() - from;
    const counts = faults.calls(program.targets);
    faults.close();
    if (await instance.crashed([])) throw new Error(`${server.name}: ended while its calls were counted`);
    const called = [...counts].filter(([, c]) => c.calls > 0);
    const { rate: served } = await instance.clientSide(from, now());
    lab.log(
      `${server.name}: ${called.length} functions called of ${program.targets.length} that can be faulty, of ` +
        `${program.functionsInBinary} in all; ${served} requests/s`,
    );
    return Object.fromEntries(called.map(([f, c]) => [f.symbol, { rate: c.calls / seconds, callers: c.callers }]));
  });
}

export async function withInstance<T>(
  lab: Lab,
  server: Server,
  program: Program,
  stacks: boolean,
  work: (instance: Instance) => Promise<T>,
): Promise<T> {
  const instance = new Instance(lab, server, program, stacks);
  try {
    return await work(await instance.start());
  } finally {
    await instance.stop();
  }
}
