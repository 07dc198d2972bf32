/** Takes in what a worker answered: from the place that machines share into the results folder, if it is what it should be. */
import { access, constants } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inlinePool } from '../../pool/inline-pool.js';
import { PerfscopeError } from '../../errors.js';
import { writeAtomic } from '../../lib/atomic.js';
import { ATTEMPTS, hashText, recordFailure, resultFile } from '../incident.js';
import { fetchContents } from '../inputs.js';
import { type IncidentJob, type IncidentRecord, isFailure } from '../job.js';
import { dropResult, getResult } from '../outbox.js';
import type { RunnerOptions } from '../runner.js';
import { printable } from '../printable.js';
import { parseDocument } from '../schema.js';
import { isRefused, parseAnswer, passes } from './protocol.js';

/** A file that another machine wrote may be seen a little later (nfs(5): attributes are cached), ms. */
const LOOKS_MS = [0, 200, 1000, 5000];
/** Times that an incident is asked for again whose answer is no good through the fault of a worker. */
const AGAIN = 2;
/** Incidents that every worker may refuse before it is clear that none of them can do anything for this batch. */
const ALL_REFUSED = 10;

const ADVICE = 'Whoever may write to the queue, or to the place for results, can do that: see docs/batch.md on trust.';

type Taken = { readonly record: IncidentRecord } | { readonly record: null; readonly reason: string };

export class Collector {
  private readonly asked = new Map<string, number>();
  /** Incidents that were refused for good; counted until the first that was done. */
  private refused: number | null = 0;

  constructor(
    private readonly place: string,
    private readonly options: Pick<RunnerOptions, 'folder' | 'signal'>,
    private readonly looks: readonly number[] = LOOKS_MS,
  ) {}

  /**
   * The record of an answer, with its result in the results folder, or why there is none.
   *
   * @param answer as it came from the queue; a text: why the queue gave the incident up
   * @throws PerfscopeError 'queue' when the fault is with a worker, 'output'
   */
  async take(key: string, job: IncidentJob, answer: unknown): Promise<Taken> {
    if (typeof answer === 'string') return this.notDone(key, job, answer);
    const parsed = parseAnswer(answer, job);
    if (parsed === null) return this.askAgain(key, 'a worker gave another answer than was asked for', job.name, ADVICE);
    const { record, worker } = parsed;
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
    if (!isDocumentOf(record, text))
      return this.askAgain(key, `${worker} wrote what is no result of this incident`, this.place, ADVICE);
    await writeAtomic(resultFile(this.options.folder, job.id), text, false);
    this.refused = null;
    return { record: { ...record, labels: job.labels, archive: job.archive } };
  }

  private async notDone(key: string, job: IncidentJob, reason: string): Promise<Taken> {
    if (isRefused(reason)) return this.refusedBy(key, job, reason);
    const advice = 'Look what ails Redis, and run the same command again.';
    if (passes(reason))
      return this.askAgain(key, `the queue did not take the answer: ${printable(reason)}`, job.name, advice);
    return this.givenUp(job, reason);
  }

  /** Another worker may be set up better. If none is, it is a failure; and work to be done by the next run. */
  private async refusedBy(key: string, job: IncidentJob, answer: string): Promise<Taken> {
    const reason = printable(answer);
    const times = this.count(key);
    if (times <= AGAIN) return { record: null, reason };
    const advice =
      'Start workers with --read-root and --results-root that name where the archives and the results lie.';
    const error = new PerfscopeError('queue', reason, { path: job.name }, advice);
    if (this.refused !== null && ++this.refused >= ALL_REFUSED) throw error;
    const record = await this.failed(job, error);
    return { record: { ...record, used: [] } };
  }

  private askAgain(key: string, reason: string, path: string, advice: string): Taken {
    if (this.count(key) > AGAIN) throw new PerfscopeError('queue', reason, { path }, advice);
    return { record: null, reason };
  }

  private count(key: string): number {
    const times = (this.asked.get(key) ?? 0) + 1;
    this.asked.set(key, times);
    return times;
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
  private async givenUp(job: IncidentJob, reason: string): Promise<Taken> {
    const died = /stalled/.test(reason);
    const message = died ? 'the process of its worker died each time' : `its worker failed: ${printable(reason)}`;
    const advice = died
      ? 'Give workers a --max-memory below what their machine or control group has.'
      : 'This is a defect of perfscope; please report it.';
    return { record: await this.failed(job, new PerfscopeError('worker', message, { path: job.name }, advice)) };
  }

  private failed(job: IncidentJob, error: PerfscopeError): Promise<IncidentRecord> {
    const { folder, signal } = this.options;
    return recordFailure(job, { folder, signal, pool: inlinePool, attempt: ATTEMPTS, attempts: ATTEMPTS }, error);
  }
}

function isDocumentOf(record: IncidentRecord, text: string): boolean {
  const document = parseDocument(text);
  if (document === null) return false;
  return isFailure(document) ? record.code === document.error.code : record.status === 'ok';
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
