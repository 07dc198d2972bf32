/** Records one incident: the server under its load, healthy first, then with a fault or something in its environment. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from '../controls.js';
import { Instance, now } from '../instance.js';
import { type Lab, foldersOf } from '../lab.js';
import type { Screened } from '../screen.js';
import { observe } from '../screen.js';
import type { Server } from '../server.js';
import { type Observed, type Symptom, healthy, symptoms } from '../symptoms.js';
import { type Limit, limitCpu } from '../target/cgroup.js';
import type { Faults } from '../target/faults.js';
import type { Program } from '../target/program.js';
import type { Circumstances } from '../variety.js';
import { startPerf, startStrace } from './recorder.js';
import { store } from './store.js';

/** What happens at `triggeredAt`. */
export type Trigger = { readonly fault: Screened } | { readonly control: Control };

export interface Incident {
  readonly triggeredAt: number;
  readonly before: Observed;
  readonly after: Observed;
  readonly symptoms: readonly Symptom[];
  /** Calls in the stored trace before triggeredAt, and the time that they took. */
  readonly healthyEvents: number;
  readonly healthySeconds: number;
  readonly anomalousEvents: number;
  readonly seconds: number;
  /** Faulty calls; callers of the function at fault. */
  readonly hits: number;
  readonly callers: readonly string[];
}

/** Bytes that may come after the trigger: a storm says all it has to say in a second. */
const STORM_BYTES = 13e6;
const STORM_SECONDS = 1.5;
/** Of a case's trace, compressed. */
const STRACE_BYTES = 780_000;
const PERF_BYTES = 1_000_000;
const KEEP_BEFORE_SECONDS = 9;
const FEWEST_EVENTS = 1000;
/** So much of what the healthy load needs: enough on average, too little now and then. */
const STARVED_SHARE = 1.3;

/** Records into `folder`; a text says why there is no case. */
export async function recordIncident(
  lab: Lab,
  server: Server,
  program: Program,
  rate: number,
  trigger: Trigger,
  how: Circumstances,
  seed: string,
  folder: string,
): Promise<Incident | string> {
  const instance = new Instance(lab, server, program, false);
  const limits: Limit[] = [];
  let faults: Faults | null = null;
  const raw = path.join(foldersOf(lab, server.name).work, `incident.${how.recorder}`);
  try {
    await instance.start();
    const startLoad = () =>
      instance.startLoad({ mix: 0, rate, seed, seconds: how.healthySeconds + how.faultySeconds + 60 });
    if (how.starved)
      limits.push(limitCpu(`lab-starved-${instance.port}`, instance.pids(), await need(instance, startLoad)));
    else if (how.attached === 'under-load') startLoad();
    if (how.attached === 'under-load') await sleep(1500);
    const recording = await (how.recorder === 'perf'
      ? startPerf(() => instance.pids(), raw)
      : startStrace(instance.pids(), raw, false));
    if (!how.starved && how.attached === 'idle') startLoad();
    await sleep(1000);

    const healthyFrom = instance.mark();
    await sleep(how.healthySeconds * 1000 - 1000);
    const before = await observe(instance, healthyFrom, 0);
    const there = instance.programPids();
    const bytesBefore = recording.size();

    const faultyFrom = instance.mark();
    const triggeredAt = recording.clock();
    if ('fault' in trigger) {
      faults = instance.faults();
      await faults.put(targetOf(program, trigger.fault), trigger.fault.fault);
    } else {
      const limit = trigger.control.begin?.(instance, before.server.cpu);
      if (limit !== undefined) limits.push(limit);
    }
    for (;;) {
      await sleep(200);
      const seconds = now() - faultyFrom.at;
      if (seconds >= how.faultySeconds) break;
      if (seconds > STORM_SECONDS && recording.size() - bytesBefore > STORM_BYTES) break;
    }
    const seconds = now() - faultyFrom.at;
    const after = await observe(instance, faultyFrom, 0.3);
    const target = 'fault' in trigger ? targetOf(program, trigger.fault) : null;
    const { hits = 0, callers = [] } = (target && faults?.calls([target]).get(target)) ?? {};
    const crashed = await instance.crashed(there);
    for (const limit of limits.splice(0)) limit.lift();
    await recording.end();

    if (crashed) return 'crash';
    if (!healthy(before)) return 'the load was not served before';
    const found = symptoms(before, after, seconds);
    const name = how.recorder === 'perf' ? 'incident.perf.txt.gz' : 'incident.strace.gz';
    const stored = await store(lab, server.name, raw, path.join(folder, name), {
      bytes: how.recorder === 'perf' ? PERF_BYTES : STRACE_BYTES,
      around: { triggeredAt, keepBefore: KEEP_BEFORE_SECONDS },
    });
    if (stored.before < FEWEST_EVENTS) return `only ${stored.before} calls before the fault`;
    return {
      triggeredAt,
      before,
      after,
      symptoms: found,
      healthyEvents: stored.before,
      healthySeconds: stored.secondsBefore,
      anomalousEvents: stored.after,
      seconds: Math.round(seconds * 100) / 100,
      hits,
      callers,
    };
  } finally {
    for (const limit of limits) limit.lift();
    faults?.close();
    await instance.stop();
    await rm(raw, { force: true });
  }
}

function targetOf(program: Program, { symbol }: Screened) {
  return program.targets.find((f) => f.symbol === symbol)!;
}

/** Processors that a starved server gets: measured, since nobody knows beforehand what the load takes on this machine. */
async function need(instance: Instance, startLoad: () => void): Promise<number> {
  startLoad();
  await sleep(1000);
  const from = instance.mark();
  await sleep(3000);
  return Math.max(0.01, STARVED_SHARE * instance.serverSide(from).cpu);
}
