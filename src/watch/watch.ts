/**
 * The service between its parts: triggers come in, snapshots are taken one at a time, analysed one at a time, and delivered. What is to be
 * done with a trigger is decided in desk.ts, what is kept in store.ts. Whatever fails is told, and the rest goes on.
 */
import type { Snapshot } from '../record/recorder.js';
import { Analyses, type AnalysesParts } from './analyses.js';
import { Counters } from './counters.js';
import type { Courier } from './deliveries/courier.js';
import { messageOf } from './deliveries/message.js';
import { type Decision, Firing, type Rules, decide } from './desk.js';
import type { Incident } from './incident.js';
import { type Say, reasonOf } from './say.js';
import { Snapshots } from './snapshots.js';
import type { Store } from './store.js';
import type { Trigger } from './triggers/trigger.js';

export interface WatchParts {
  readonly store: Store;
  readonly courier: Courier;
  readonly say: Say;
  readonly host: string;
  /** Address under which the pages are to be had; null: unknown. */
  readonly base: string | null;
  snapshot(folder: string, seconds: number): Promise<Snapshot & { readonly backend: string }>;
  /** Bytes that a snapshot may take. */
  expected(): number;
  readonly analyse: AnalysesParts['analyse'];
}

export interface WatchSettings {
  readonly rules: Rules;
  /** Seconds that a snapshot holds. */
  readonly window: number;
  /** Bytes of all incidents. */
  readonly quota: number;
  /** ms between tries of what failed and may do better: a snapshot, an analysis. */
  readonly retry: number;
}

export class Watch {
  readonly counters = new Counters();
  readonly startedAt = Date.now();
  private readonly firing = new Firing();
  private readonly snapshots: Snapshots;
  private readonly analyses: Analyses;
  private ending = false;

  constructor(
    private readonly parts: WatchParts,
    private readonly settings: WatchSettings,
    /** Ends analyses; they stay work to be done. */
    signal: AbortSignal,
  ) {
    const { store, say, host, snapshot, analyse, expected } = parts;
    const { window, retry } = settings;
    this.snapshots = new Snapshots({
      ...{ store, say, host, window, retry, snapshot },
      makeRoom: () => this.makeRoom(expected()),
      onTaken: ({ id }) => {
        this.counters.add('snapshots', { end: 'taken' });
        this.analyses.add(id);
      },
      onFailed: () => this.counters.add('snapshots', { end: 'failed' }),
      onJoined: ({ identity, at }, id) => this.noteFiring(identity, id, Date.parse(at)),
      onLost: (incident) => {
        this.firing.forget(incident.id);
        return this.deliver(incident);
      },
    });
    this.analyses = new Analyses(
      {
        ...{ store, say, retry, analyse },
        save: (incident) => this.save(incident),
        onEnd: (end) => this.counters.add('analyses', { end }),
        onDone: (incident) => this.conclude(incident),
      },
      signal,
    );
  }

  /** Takes up what an earlier run left. */
  resume(): void {
    const { store, say } = this.parts;
    for (const incident of store.all()) {
      const { id, snapshot, triggers } = incident;
      if (snapshot !== null) {
        for (const { identity, at } of triggers) this.noteFiring(identity, id, Date.parse(at));
        // A clock that was set back must not hold the next one up.
        const last = Math.max(this.snapshots.lastAt ?? 0, Date.parse(snapshot.takenAt));
        this.snapshots.lastAt = Math.min(Date.now(), last);
      }
      if (incident.state === 'taken') {
        say('info', { code: 'watch-resumed', args: { incident: id } });
        this.analyses.add(id);
      } else this.send(incident);
    }
  }

  /** What becomes of a trigger, and the incident that it belongs to (empty where it is refused). Never fails. */
  trigger(trigger: Trigger, now = Date.now()): Decision & { readonly incident: string } {
    const { source, reason, identity } = trigger;
    const { firing, snapshots, analyses, ending } = this;
    const { nextId: next, lastAt } = snapshots;
    const desk = { firing: firing.view, next, lastAt, waiting: analyses.waiting, ending };
    const decision = decide(trigger, desk, this.settings.rules, now);
    const incident = this.obey(decision, trigger, now);
    if (decision.kind === 'open' || decision.kind === 'join') this.noteFiring(identity, incident, now);
    this.counters.add('triggers', { source, decision: decision.kind });
    const level = decision.kind === 'refuse' ? 'warn' : decision.kind === 'repeat' ? 'debug' : 'info';
    const why = decision.kind === 'refuse' ? decision.why : '';
    this.parts.say(level, { code: `watch-${decision.kind}`, args: { source, reason, incident, why } });
    return { ...decision, incident };
  }

  /** An alert is over: the next time it fires is another incident. */
  resolve(identity: string): void {
    this.firing.resolve(identity);
  }

  get state() {
    const { snapshots, analyses, ending } = this;
    const { current: analysing, waiting } = analyses;
    return { next: snapshots.nextId, taking: snapshots.takingId, analysing, waiting, ending };
  }

  /** Recording comes to an end: the snapshot that waits is tried now. */
  flush(): Promise<void> {
    return this.snapshots.flush();
  }

  /** The same, and no new triggers. Resolves when the last snapshot is there, or will never be. */
  lastSnapshot(): Promise<void> {
    this.ending = true;
    return this.snapshots.end();
  }

  /** Resolves when all that was taken is analysed and delivered, or left as work to be done. */
  async settled(): Promise<void> {
    await this.snapshots.settled();
    await this.analyses.settled();
    await this.parts.courier.settled();
  }

  private obey(decision: Decision, trigger: Trigger, now: number): string {
    switch (decision.kind) {
      case 'open':
        return this.snapshots.open(trigger, now, decision.due);
      case 'join':
        this.snapshots.join(trigger, now);
        return decision.incident;
      case 'repeat':
        this.firing.repeat(trigger.identity!);
        return decision.incident;
      case 'refuse':
        return '';
    }
  }

  private noteFiring(identity: string | null, incident: string, heard: number): void {
    if (identity !== null) this.firing.note(identity, { incident, heard });
  }

  private async conclude(incident: Incident): Promise<void> {
    if (incident.outcome !== null) this.counters.add('verdicts', { verdict: incident.outcome.verdict });
    await this.deliver(incident);
    await this.makeRoom(0);
  }

  /** Written down first what is to be done: after a restart it goes on, and deliveries that are new then get nothing old. */
  private async deliver(incident: Incident): Promise<void> {
    const delivered = Object.fromEntries(this.parts.courier.names.map((name) => [name, 'pending' as const]));
    const due = { ...incident, delivered };
    await this.save(due);
    this.send(due);
  }

  private send(incident: Incident): void {
    const { store, courier, base } = this.parts;
    const due = Object.keys(incident.delivered).filter((name) => incident.delivered[name] === 'pending');
    if (due.length > 0) courier.send(messageOf(incident, store.folderOf(incident.id), base), due);
  }

  /** Where the disk takes nothing it is known in memory, and goes on; a restart would do it again. */
  private async save(incident: Incident): Promise<void> {
    const { store, say } = this.parts;
    await store.save(incident).catch((error: unknown) => {
      say('warn', { code: 'watch-not-saved', args: { incident: incident.id, reason: reasonOf(error) } });
    });
  }

  private makeRoom(room: number): Promise<boolean> {
    const { store, courier } = this.parts;
    const busy = () => new Set([...courier.busy, ...[this.analyses.current].filter((id) => id !== null)]);
    return store.makeRoom(this.settings.quota, busy, room);
  }
}
