/** Keeps a ring turning: starts it again when recording ended by itself, ever more patiently where it does not start. */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../lib/make-folder.js';
import { untilAborted } from '../pool/waiting.js';
import { PerfscopeError } from '../errors.js';
import type { Ring, RingStatus, Snapshot } from '../record/recorder.js';
import { backoff } from './backoff.js';
import { endOrphans } from './orphans.js';
import { type Say, reasonOf } from './say.js';

/** A snapshot that takes longer will never be done, ms. */
const SNAPSHOT_MS = 120_000;

export interface KeeperOptions {
  /** The ring's own, emptied before each start. */
  readonly folder: string;
  /** Whether what was recorded may come back: a program by its name does, a process does not. */
  readonly returns: boolean;
  /** Whether it is not there, not yet or no more. */
  absent(): Promise<boolean>;
  /** ms; the longest pause between two attempts to start. */
  readonly patience: number;
  start(folder: string): Promise<Ring>;
  readonly say: Say;
}

export class Keeper {
  private ring: Ring | null = null;
  private lostBefore = 0;
  /** Starts, the first one included. */
  starts = 0;

  /** Resolves when recording began, or is waited for. */
  readonly started: Promise<void>;
  private tellStarted!: () => void;

  constructor(private readonly options: KeeperOptions) {
    this.started = new Promise((resolve) => (this.tellStarted = resolve));
  }

  /**
   * Resolves, with the reason, when there is nothing left to record, or when aborted; the ring is stopped then.
   *
   * @param beforeStop called while the ring still is what it was, before it is stopped
   * @throws what the first start fails with, unless what is to be recorded is not there yet
   */
  async run(signal: AbortSignal, beforeStop: () => Promise<void> = () => Promise.resolve()): Promise<string> {
    const { say, returns, patience, absent } = this.options;
    let failures = 0;
    let told = '';
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        const reason = await this.turn(signal, beforeStop);
        if (signal.aborted) break;
        say('warn', { code: 'watch-ended', args: { reason } });
        // It may be the tracer alone that has ended, of a full disk.
        if (!returns && (await absent())) return reason;
        told = '';
      } catch (error) {
        if (signal.aborted) break;
        if (this.starts === 0 && !(returns && (await absent()))) throw error;
        this.tellStarted();
        const reason = reasonOf(error);
        if (!returns && (await absent())) return reason;
        // The same each half minute would hide what else there is to say.
        say(reason === told ? 'debug' : 'warn', { code: 'watch-not-started', args: { reason } });
        told = reason;
      }
      failures = performance.now() - begun > patience ? 0 : failures + 1;
      await sleep(Math.min(backoff(failures), patience), undefined, { signal }).catch(() => undefined);
    }
    return 'stopped';
  }

  /** @throws PerfscopeError 'record' where nothing is recorded at the moment, and as the ring does */
  async snapshot(folder: string, seconds: number): Promise<Snapshot & { readonly backend: string }> {
    const { ring } = this;
    if (ring === null) throw new PerfscopeError('record', 'nothing is recorded at the moment');
    const signal = AbortSignal.timeout(SNAPSHOT_MS);
    return { ...(await untilAborted(ring.snapshot(folder, seconds, signal), signal)), backend: ring.backend };
  }

  /** Null where nothing is recorded at the moment. Lost events are counted over all starts. */
  status(): RingStatus | null {
    if (this.ring === null) return null;
    const status = this.ring.status();
    return { ...status, lost: this.lostBefore + status.lost };
  }

  /** One ring from its start to its end. */
  private async turn(signal: AbortSignal, beforeStop: () => Promise<void>): Promise<string> {
    const { folder, say } = this.options;
    for (const pid of await endOrphans(folder)) say('warn', { code: 'watch-orphan', args: { pid } });
    await rm(folder, { recursive: true, force: true });
    await makeFolder(folder, 0o700);
    const ring = await this.options.start(folder);
    this.ring = ring;
    this.starts++;
    this.tellStarted();
    // That it ended was a warning, and so is that this is over.
    say(this.starts === 1 ? 'info' : 'warn', {
      code: 'watch-recording',
      args: { backend: ring.backend, command: shown(ring.commands) },
    });
    try {
      const reason = await untilAborted(ring.ended, signal).catch(() => 'stopped');
      await beforeStop();
      return reason;
    } finally {
      this.lostBefore += ring.status().lost;
      this.ring = null;
      await ring.stop().catch((error: unknown) => {
        say('warn', { code: 'watch-not-stopped', args: { reason: reasonOf(error) } });
      });
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

const shown = (commands: readonly (readonly string[])[]) => commands.map((c) => c.join(' ')).join(' | ');
