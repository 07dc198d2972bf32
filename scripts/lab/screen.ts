/**
 * Tries candidates on a running server without tracing, and keeps those that clients or the machine can feel and the server
 * survives; of these it takes the oracle: some seconds of stacks with the fault in.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Candidate } from './candidates.js';
import { readJsonIfAny, writeJson } from './files.js';
import { Instance, now } from './instance.js';
import { type Lab, foldersOf } from './lab.js';
import { profilerOf } from './record/profiler.js';
import { store } from './record/store.js';
import type { Server } from './server.js';
import type { Survey } from './survey.js';
import { type Observed, type Symptom, healthy, symptoms } from './symptoms.js';
import type { Faults } from './target/faults.js';
import type { Program, TargetFunction } from './target/program.js';

const HEALTHY_SECONDS = 2.5;
const FAULTY_SECONDS = 3;
const RECOVERY_SECONDS = 1.5;
const ORACLE_SECONDS = 2.2;
/** A storm of calls fills an oracle sooner. */
const ORACLE_RAW_BYTES = 6e6;
/** Of one operator, so that the cases of a server are of many kinds. */
const MOST_OF_AN_OPERATOR = 3;

export interface Screened extends Candidate {
  readonly before: Observed;
  readonly after: Observed;
  readonly symptoms: readonly Symptom[];
  readonly hits: number;
  readonly callers: readonly string[];
}

export interface Outcome {
  readonly id: string;
  /** `kept`, or why not. */
  readonly outcome: string;
}

interface Screening {
  readonly kept: readonly Screened[];
  readonly outcomes: readonly Outcome[];
}

export const oracleFile = (lab: Lab, server: Server, program: Program, id: string) =>
  path.join(foldersOf(lab, server.name).work, 'oracle', `${id}.${profilerOf(program).extension}.gz`);

/** Tries candidates in their order until `wanted` are kept; goes on where an earlier screening was stopped. */
export async function screen(
  lab: Lab,
  server: Server,
  program: Program,
  survey: Survey,
  list: readonly Candidate[],
  wanted: number,
  seed: string,
): Promise<readonly Screened[]> {
  const { work } = foldersOf(lab, server.name);
  await mkdir(path.join(work, 'oracle'), { recursive: true });
  const file = path.join(work, 'screening.json');
  const before = await readJsonIfAny<Screening>(file);
  const kept = [...(before?.kept ?? [])];
  const outcomes = [...(before?.outcomes ?? [])];
  const bench = new Bench(lab, server, program, survey, seed);
  try {
    for (const candidate of list) {
      if (kept.length >= wanted) break;
      if (outcomes.some((o) => o.id === candidate.id)) continue;
      if (kept.filter((k) => k.fault.operator === candidate.fault.operator).length >= MOST_OF_AN_OPERATOR) continue;
      const result = await bench.attempt(candidate);
      if (typeof result !== 'string') kept.push(result);
      const outcome = typeof result === 'string' ? result : 'kept';
      outcomes.push({ id: candidate.id, outcome });
      lab.log(`${candidate.id}: ${outcome}${typeof result === 'string' ? '' : ` (${result.symptoms.join(', ')})`}`);
      await writeJson(file, { kept, outcomes } satisfies Screening);
    }
  } finally {
    await bench.stop();
  }
  return kept;
}

/** One server, used for one candidate after the other as long as it recovers. */
class Bench {
  private instance: Instance | null = null;
  private before: Observed | null = null;

  constructor(
    private readonly lab: Lab,
    private readonly server: Server,
    private readonly program: Program,
    private readonly survey: Survey,
    private readonly seed: string,
  ) {}

  /** What was found, or why the candidate is dropped. */
  async attempt(candidate: Candidate): Promise<Screened | string> {
    const result = await this.tried(candidate).catch((error: Error) => `error: ${error.message}`);
    if (typeof result === 'string' && /^(error|crash)/.test(result)) await this.stop();
    return result;
  }

  private async tried(candidate: Candidate): Promise<Screened | string> {
    const instance = await this.ready();
    const before = this.before!;
    const target = this.program.targets.find((f) => f.symbol === candidate.symbol)!;
    const there = instance.programPids();
    const faults = instance.faults();
    try {
      const from = instance.mark();
      await faults.put(target, candidate.fault);
      await sleep(FAULTY_SECONDS * 1000);
      const after = await observe(instance, from, 0.3);
      const { hits = 0, callers = [] } = faults.calls([target]).get(target) ?? {};
      const found = symptoms(before, after, FAULTY_SECONDS);
      if (await instance.crashed(there)) return 'crash';
      if (found.length > 0 && hits > 0) await this.oracle(instance, candidate);
      if (await instance.crashed(there)) return 'crash under the oracle';
      await this.recover(instance, faults, target);
      if (hits === 0) return 'never reached';
      return found.length === 0 ? 'no symptom' : { ...candidate, before, after, symptoms: found, hits, callers };
    } finally {
      faults.close();
    }
  }

  async stop(): Promise<void> {
    await this.instance?.stop();
    this.instance = null;
  }

  private async ready(): Promise<Instance> {
    if (this.instance !== null) return this.instance;
    const instance = new Instance(this.lab, this.server, this.program, true);
    this.instance = instance;
    await instance.start();
    instance.startLoad({ mix: 0, rate: this.survey.rate, seed: `${this.seed} screening`, seconds: 900 });
    await sleep(1200);
    const from = instance.mark();
    await sleep(HEALTHY_SECONDS * 1000);
    this.before = await observe(instance, from, 0);
    if (!healthy(this.before)) throw new Error('the load is not served without a fault');
    return instance;
  }

  private async oracle(instance: Instance, candidate: Candidate): Promise<void> {
    const file = oracleFile(this.lab, this.server, this.program, candidate.id);
    const raw = file.replace(/\.gz$/, '');
    const profiler = profilerOf(this.program);
    const recording = await profiler.start(instance.pids(), raw);
    const until = now() + ORACLE_SECONDS;
    while (now() < until && recording.size() < ORACLE_RAW_BYTES) await sleep(50);
    await recording.end();
    await store(this.lab, this.server.name, raw, file, { bytes: profiler.oracleBytes });
    await rm(raw);
  }

  /** Takes the fault out. A server that is not as before then is replaced. */
  private async recover(instance: Instance, faults: Faults, target: TargetFunction): Promise<void> {
    faults.takeOut(target);
    await sleep(400);
    const from = instance.mark();
    await sleep(RECOVERY_SECONDS * 1000);
    const { clients, server } = await observe(instance, from, 0.3);
    const before = this.before!;
    const well =
      clients.rate >= 0.7 * before.clients.rate &&
      clients.errors <= 2 &&
      server.cpu < 2 * before.server.cpu + 0.2 &&
      server.descriptors < before.server.descriptors + 30;
    if (!well) await this.stop();
  }
}

/** What clients saw since the mark (its first `skip` seconds aside), and what the server took. */
export async function observe(instance: Instance, since: { at: number; cpu: number }, skip: number): Promise<Observed> {
  return { server: instance.serverSide(since), clients: await instance.clientSide(since.at + skip, now()) };
}
