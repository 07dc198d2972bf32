/**
 * From triggers to snapshots, one at a time. What waits for its snapshot takes in the triggers that come meanwhile; a snapshot that fails
 * is tried again as long as the ring holds its moment.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PerfscopeError } from '../errors.js';
import type { Snapshot } from '../record/recorder.js';
import { type Incident, type IncidentTrigger, incidentId } from './incident.js';
import { type Say, reasonOf } from './say.js';
import type { Store } from './store.js';
import type { Trigger } from './triggers/trigger.js';

export interface SnapshotParts {
  readonly store: Store;
  readonly say: Say;
  readonly host: string;
  /** Seconds that a snapshot holds. */
  readonly window: number;
  /** ms between tries. */
  readonly retry: number;
  snapshot(folder: string, seconds: number): Promise<Snapshot & { readonly backend: string }>;
  /** Called before each try; whether there is room. */
  makeRoom(): Promise<boolean>;
  onTaken(incident: Incident): void;
  onFailed(): void;
  /** It has taken over the triggers of another one. */
  onJoined(trigger: IncidentTrigger, incident: string): void;
  /** There will be no snapshot of it. */
  onLost(incident: Incident): Promise<void>;
}

/** Triggers of one incident that are written down; the others are counted. */
const MOST_TRIGGERS = 50;

/** An incident before its snapshot. */
interface Opened {
  readonly id: string;
  readonly openedAt: number;
  /** When its next try is due, and until when one may be, in ms of performance.now(): the clock on the wall may be set meanwhile. */
  due: number;
  readonly last: number;
  readonly triggers: IncidentTrigger[];
  more: number;
  /** Times that its snapshot was tried. */
  tries: number;
}

export class Snapshots {
  /** The one that waits, and the one that is being taken. */
  private next: Opened | null = null;
  private taking: Opened | null = null;
  /** When the last one was begun, ms since 1970; null: none was. */
  lastAt: number | null = null;
  private ending = false;
  private taker: Promise<void> = Promise.resolve();
  /** Cuts short what waits. */
  private hurry = new AbortController();
  /** Called after the next try. */
  private tried: (() => void)[] = [];

  constructor(private readonly parts: SnapshotParts) {}

  get nextId(): string | null {
    return this.next?.id ?? null;
  }

  get takingId(): string | null {
    return this.taking?.id ?? null;
  }

  /** Opens an incident; gives its id. */
  open(trigger: Trigger, now: number, due: number): string {
    const { store } = this.parts;
    const id = incidentId(now, (each) => store.isTaken(each) || each === this.takingId);
    const steady = performance.now();
    const last = steady + this.parts.window * 1000;
    const opened: Opened = { id, openedAt: now, due: steady + due - now, last, triggers: [], more: 0, tries: 0 };
    this.next = opened;
    this.join(trigger, now);
    this.taker = this.taker.then(() => this.take(opened));
    return id;
  }

  /** The trigger belongs to the incident that waits. */
  join({ source, reason, identity, labels }: Trigger, now: number): void {
    addTo(this.next!, { at: new Date(now).toISOString(), source, reason, identity, labels: { ...labels } });
  }

  /** Recording comes to an end: what waits is tried now. Resolves when it was, or has joined one that was. */
  async flush(): Promise<void> {
    const last = this.next ?? this.taking;
    if (last === null) return;
    const { tries } = last;
    last.due = performance.now();
    this.hurry.abort();
    this.hurry = new AbortController();
    while (last.tries === tries && last.triggers.length > 0)
      await new Promise<void>((resolve) => this.tried.push(resolve));
  }

  /** The same for the last time: what fails now is lost. Resolves when nothing waits any more. */
  async end(): Promise<void> {
    this.ending = true;
    this.hurry.abort();
    await this.taker;
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.next !== null || this.taking !== null) await this.taker;
  }

  /** Takes the snapshot of an incident when it is due, again and again until it is there or its moment has left the ring. */
  private async take(opened: Opened): Promise<void> {
    // The one before could not be taken, and took its triggers over.
    if (opened.triggers.length === 0) return;
    const { say, retry, onTaken, onFailed } = this.parts;
    for (let told = false; ; told = true) {
      await sleep(opened.due - performance.now(), undefined, { signal: this.hurry.signal }).catch(() => undefined);
      // From here on, what comes needs another snapshot.
      [this.next, this.taking] = [null, opened];
      this.lastAt = Date.now();
      const outcome = await this.attempt(opened);
      opened.tries++;
      this.taking = null;
      if (typeof outcome !== 'string') {
        onTaken(outcome);
        return this.tellTried();
      }
      onFailed();
      // What came meanwhile is one with it: both wait for the next try.
      this.absorb(opened);
      this.tellTried();
      if (this.ending || performance.now() + retry > opened.last) return this.giveUp(opened, outcome);
      if (!told) say('warn', { code: 'watch-no-snapshot', args: { incident: opened.id, reason: outcome } });
      opened.due = performance.now() + retry;
    }
  }

  /** The incident with its snapshot, or why there is none. */
  private async attempt(opened: Opened): Promise<Incident | string> {
    const { store, snapshot, window, makeRoom } = this.parts;
    try {
      if (!(await makeRoom())) return 'what waits for its analysis takes all of the quota';
      const takenAt = new Date().toISOString();
      return await store.create(opened.id, async (trace) => {
        const { paths, format, bytes, lost, backend } = await snapshot(trace, window);
        if (paths.length === 0) throw new PerfscopeError('record', 'nothing was recorded');
        const files = paths.map((p) => path.relative(trace, p));
        return this.incidentOf(opened, { takenAt, backend, format, files, bytes, lost, kept: true });
      });
    } catch (error) {
      return reasonOf(error);
    }
  }

  private absorb(opened: Opened): void {
    const later = this.next;
    this.next = opened;
    if (later === null) return;
    for (const trigger of later.triggers.splice(0)) {
      addTo(opened, trigger);
      this.parts.onJoined(trigger, opened.id);
    }
    opened.more += later.more;
  }

  private async giveUp(opened: Opened, reason: string): Promise<void> {
    const { say, store, onLost } = this.parts;
    this.next = null;
    const incident: Incident = { ...this.incidentOf(opened, null), state: 'failed', failure: `no snapshot: ${reason}` };
    say('warn', { code: 'watch-lost', args: { incident: opened.id, reason } });
    // Without a disk it is told all the same.
    await store.create(opened.id, () => Promise.resolve(incident)).catch(() => undefined);
    await onLost(incident);
  }

  private incidentOf({ id, openedAt, triggers, more }: Opened, snapshot: Incident['snapshot']): Incident {
    return {
      document: 'perfscope-incident',
      schemaVersion: 1,
      id,
      host: this.parts.host,
      openedAt: new Date(openedAt).toISOString(),
      state: 'taken',
      triggers: [...triggers],
      moreTriggers: more,
      snapshot,
      attempts: 0,
      outcome: null,
      failure: null,
      delivered: {},
    };
  }

  private tellTried(): void {
    for (const tell of this.tried.splice(0)) tell();
  }
}

function addTo(opened: Opened, trigger: IncidentTrigger): void {
  if (opened.triggers.length < MOST_TRIGGERS) opened.triggers.push(trigger);
  else opened.more++;
}
