/** Takes in what a worker answered: from the place that machines share into the results folder, if it is what it should be. */
import { access, constants } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inlinePool } from '../../coordinator/inline-pool.js';
import { PerfscopeError } from '../../errors.js';
import { writeAtomic } from '../atomic.js';
import { ATTEMPTS, hashText, recordFailure, resultFile } from '../incident.js';
import { fetchContents } from '../inputs.js';
import type { IncidentJob, IncidentRecord } from '../job.js';
import { dropResult, getResult } from '../outbox.js';
import type { RunnerOptions } from '../runner.js';
import type { Answer } from './protocol.js';

/** A file that another machine wrote may be seen a little later (nfs(5): attributes are cached), ms. */
const LOOKS_MS = [0, 200, 1000, 5000];
/** Times that an incident is asked for again whose answer is no good through the fault of a worker. */
const AGAIN = 2;

type Taken = { readonly record: IncidentRecord } | { readonly record: null; readonly reason: string };

export class Collector {
  private readonly asked = new Map<string, number>();

  constructor(
    private readonly place: string,
    private readonly options: Pick<RunnerOptions, 'folder' | 'signal'>,
    private readonly looks: readonly number[] = LOOKS_MS,
  ) {}

  /**
   * The record of an answer, with its result in the results folder, or why there is none.
   *
   * @param answer a text: why the queue gave the incident up
   * @throws PerfscopeError 'queue' when the fault is with a worker, 'output'
   */
  async take(key: string, job: IncidentJob, answer: Answer | string): Promise<Taken> {
    if (typeof answer === 'string') return { record: await this.givenUp(job, answer) };
    const { record, worker } = answer;
    // A worker that does not see the archive would fail each incident: better to stop than to record that.
    if (record.code === 'input-missing' && (await isHere(job, this.options.signal))) {
      const advice = 'Every worker must see the archives at the same paths, with the same rights (s3://: credentials).';
      return this.askAgain(key, `${worker} cannot read inputs that are there`, job.name, advice);
    }
    const text = await this.resultOf(key, record.result);
    if (text === null) {
      const advice = 'Every worker must see that folder at the same path; or give --results s3://BUCKET/PREFIX.';
      return this.askAgain(key, `${worker} wrote no result that can be seen here`, this.place, advice);
    }
    await writeAtomic(resultFile(this.options.folder, job.id), text, false);
    return { record: { ...record, labels: job.labels } };
  }

  private askAgain(key: string, reason: string, path: string, advice: string): Taken {
    const times = (this.asked.get(key) ?? 0) + 1;
    this.asked.set(key, times);
    if (times > AGAIN) throw new PerfscopeError('queue', reason, { path }, advice);
    return { record: null, reason };
  }

  drop(key: string): Promise<void> {
    return dropResult(this.place, key);
  }

  private async resultOf(key: string, hash: string): Promise<string | null> {
    for (const wait of this.looks) {
      await sleep(wait);
      const text = await getResult(this.place, key, this.options.signal);
      if (text !== null && hashText(text) === hash) return text;
    }
    return null;
  }

  /** The process of its worker died again and again, or failed in a way that no incident should make it fail. */
  private givenUp(job: IncidentJob, reason: string): Promise<IncidentRecord> {
    const died = /stalled/.test(reason);
    const message = died ? 'the process of its worker died each time' : `its worker failed: ${reason}`;
    const advice = died
      ? 'Give workers a --max-memory below what their machine or control group has.'
      : 'This is a defect of perfscope; please report it.';
    const error = new PerfscopeError('worker', message, { path: job.name }, advice);
    const { folder, signal } = this.options;
    return recordFailure(job, { folder, signal, pool: inlinePool, attempt: ATTEMPTS, attempts: ATTEMPTS }, error);
  }
}

async function isHere(job: IncidentJob, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    for (const ref of job.inputs) if (ref.kind === 'file') await access(ref.path, constants.R_OK);
    await fetchContents(job.inputs, new Map(), signal);
    return true;
  } catch {
    return false;
  }
}
