/** A bug set of small made-up cases and an analysis of them that answers what it is told to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CaseOutcome, CaseTask, MethodAnswer } from '../../src/evaluate/case-stage.js';
import type { Cost } from '../../src/regress/cost.js';
import type { RunCase } from '../../src/regress/run-case.js';
import type { Verdict } from '../../src/result.js';

/** Id, category and guilty function of each case. */
const CASES = [
  ['hang', 'hang', 'take_lock'],
  ['storm', 'retry-storm', 'retry'],
  ['disk', 'external', null],
  ['quiet', 'none', null],
] as const;

export function writeBugSet(folder: string): string {
  for (const [id, category, guilty] of CASES) {
    const at = path.join(folder, id);
    mkdirSync(at, { recursive: true });
    const truth = { id, category, system: 'made-up', rootCauseFunctions: guilty === null ? [] : [guilty] };
    const trigger = category === 'none' ? {} : { triggeredAt: 10 };
    const resource = category === 'external' ? { externalResource: 'disk' } : {};
    writeFileSync(path.join(at, 'case.json'), JSON.stringify({ ...truth, ...trigger, ...resource }));
    writeFileSync(path.join(at, 'incident.strace'), '');
    writeFileSync(path.join(at, 'profile-1.strace'), '');
  }
  return folder;
}

/** What the detectors of the stub find: each answers one kind of case. */
const RIGHT: Readonly<Record<string, { verdict: Verdict; ranked: readonly string[] }>> = {
  hang: { verdict: 'bug', ranked: ['take_lock', 'serve', 'main'] },
  storm: { verdict: 'bug', ranked: ['serve', 'retry', 'main'] },
  disk: { verdict: 'external', ranked: [] },
  quiet: { verdict: 'none', ranked: [] },
};

/** What goes wrong, by the id of the case. */
export interface Planted {
  readonly ranked?: Readonly<Record<string, readonly string[]>>;
  readonly verdict?: Readonly<Record<string, Verdict>>;
  readonly prefix?: Readonly<Record<string, Verdict>>;
  readonly resource?: Readonly<Record<string, 'cpu'>>;
  readonly crash?: Readonly<Record<string, string>>;
  /** Times the usual: processor time of the method, all of the memory. */
  readonly time?: Readonly<Record<string, number>>;
  readonly memory?: Readonly<Record<string, number>>;
}

export interface Stub {
  readonly runCase: RunCase;
  /** Ids in the order in which they were run. */
  readonly ran: string[];
}

/**
 * An analysis with something planted. `noise` gives the factor by which the n-th measurement of all is too high; real
 * noise only adds.
 */
export function stub(planted: Planted = {}, noise: (n: number) => number = () => 1): Stub {
  const ran: string[] = [];
  const runCase: RunCase = async (task) => {
    const id = idOf(task);
    const factor = noise(ran.push(id));
    await Promise.resolve();
    const crash = planted.crash?.[id];
    if (crash !== undefined) return { outcome: { share: [], answers: {}, error: crash }, cost: null };
    const cost: Cost = {
      time: { learn: 3 * factor, read: 1 * factor, fused: 2 * factor * (planted.time?.[id] ?? 1) },
      memory: 2.5 * factor * (planted.memory?.[id] ?? 1),
      calibration: { seconds: 0.3, bytes: 1e8 },
    };
    return { outcome: outcome(task, id, planted), cost };
  };
  return { runCase, ran };
}

function outcome(task: CaseTask, id: string, planted: Planted): CaseOutcome {
  const right = RIGHT[id]!;
  const verdict = planted.verdict?.[id] ?? right.verdict;
  const names = planted.ranked?.[id] ?? right.ranked;
  const answer: MethodAnswer = {
    answer: {
      verdict,
      externalResource: verdict === 'external' ? (planted.resource?.[id] ?? 'disk') : null,
      ranked: names.map((name, i) => ({ name, score: 10 - i })),
    },
    prefixVerdict: task.healthyUntil === null ? null : (planted.prefix?.[id] ?? 'none'),
    seconds: 0.1,
    error: null,
  };
  return { share: [['main', 1]], answers: Object.fromEntries(task.methods.map((m) => [m, answer])), error: null };
}

const idOf = (task: CaseTask) => path.basename(path.dirname(task.incident[0]!));
