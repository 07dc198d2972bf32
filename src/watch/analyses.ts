/** Snapshots that wait for their analysis, and the one at work. What fails is tried again where that may help, and is told else. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultDocument } from '../result.js';
import type { Ending } from './analysis.js';
import { type Incident, TRACE_FOLDER } from './incident.js';
import { outcomeOf } from './outcome.js';
import { type Say, reasonOf } from './say.js';
import type { Store } from './store.js';

export interface AnalysesParts {
  readonly store: Store;
  readonly say: Say;
  /** ms before another try; longer before a third. */
  readonly retry: number;
  analyse(folder: string, traces: readonly string[], signal: AbortSignal): Promise<Ending>;
  save(incident: Incident): Promise<void>;
  onEnd(end: Ending['kind']): void;
  /** It was analysed, or has failed for good. */
  onDone(incident: Incident): Promise<void>;
}

/** Analyses that may be begun of one incident: one that takes `watch` along each time must not do so for ever. */
const ATTEMPTS = 3;

export class Analyses {
  private readonly queue: string[] = [];
  private worker: Promise<void> = Promise.resolve();
  /** Id of the incident at work. */
  current: string | null = null;

  constructor(
    private readonly parts: AnalysesParts,
    private readonly signal: AbortSignal,
  ) {}

  /** How many wait, without the one at work. */
  get waiting(): number {
    return this.queue.length;
  }

  add(id: string): void {
    this.queue.push(id);
    this.worker = this.worker.then(() => this.work());
  }

  /** Resolves when none waits any more; the aborted signal lets them go. */
  async settled(): Promise<void> {
    for (let seen = null; seen !== this.worker;) {
      seen = this.worker;
      await seen;
    }
  }

  private async work(): Promise<void> {
    const id = this.queue.shift();
    if (id === undefined || this.signal.aborted) return;
    this.current = id;
    try {
      const incident = await this.analysed(id);
      if (incident !== null) await this.parts.onDone(incident);
    } catch (error) {
      this.parts.say('warn', { code: 'watch-fault', args: { incident: id, reason: reasonOf(error) } });
    } finally {
      this.current = null;
    }
  }

  /** The incident once it was analysed, or has failed for good; null where it stays work to be done, or is gone. */
  private async analysed(id: string): Promise<Incident | null> {
    const { store, say, retry, analyse, save, onEnd } = this.parts;
    for (;;) {
      const incident = store.get(id);
      if (incident === undefined || this.signal.aborted) return null;
      const { snapshot, failure } = incident;
      if (snapshot?.kept !== true || incident.attempts >= ATTEMPTS)
        return { ...incident, state: 'failed', failure: failure ?? 'its analysis never came to an end' };
      const attempts = incident.attempts + 1;
      await save({ ...incident, attempts });
      const begun = performance.now();
      const folder = store.folderOf(id);
      const traces = snapshot.files.map((file) => path.join(folder, TRACE_FOLDER, file));
      const ending = await analyse(folder, traces, this.signal);
      onEnd(ending.kind);
      if (ending.kind === 'stopped') {
        // It was not its fault.
        await save({ ...store.get(id)!, attempts: attempts - 1 });
        return null;
      }
      const result = ending.kind === 'done' ? await store.result(id) : null;
      if (result !== null) return this.succeeded(store.get(id)!, result, (performance.now() - begun) / 1000);
      const reason = ending.kind === 'failed' ? ending.reason : 'its result cannot be read';
      say('warn', { code: 'watch-analysis-failed', args: { incident: id, reason } });
      const failed = { ...store.get(id)!, failure: reason };
      if (attempts >= ATTEMPTS || (ending.kind === 'failed' && !ending.again)) return { ...failed, state: 'failed' };
      await save(failed);
      await sleep(retry * attempts, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }

  private succeeded(incident: Incident, result: ResultDocument, seconds: number): Incident {
    const outcome = outcomeOf(result, seconds);
    const args = { incident: incident.id, verdict: outcome.verdict, took: seconds };
    this.parts.say('info', { code: 'watch-analysed', args });
    return { ...incident, state: 'analysed', outcome, failure: null };
  }
}
