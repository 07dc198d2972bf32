/** What tests of `watch` are put together from: incidents, messages, a ring that records nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { Ring, RingOptions, Snapshot } from '../../../src/record/recorder.js';
import type { Message } from '../../../src/result.js';
import { type IncidentMessage, messageOf } from '../../../src/watch/deliveries/message.js';
import type { Incident } from '../../../src/watch/incident.js';
import { outcomeOf } from '../../../src/watch/outcome.js';
import { document } from '../../report/document.js';

/** A folder of a test, removed after it. */
export function folders(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'watch-'));
    made.push(folder);
    return folder;
  };
}

export interface Log {
  readonly lines: { level: string; code: string; args: Message['args'] }[];
  readonly say: (level: string, message: Message) => void;
  codes(): string[];
}

export function log(): Log {
  const lines: Log['lines'] = [];
  return {
    lines,
    say: (level, { code, args }) => void lines.push({ level, code, args }),
    codes: () => lines.map((l) => l.code),
  };
}

export function incident(part: Partial<Incident> = {}): Incident {
  return {
    document: 'perfscope-incident',
    schemaVersion: 1,
    id: '20261129T160317Z-00',
    host: 'db1',
    openedAt: '2026-11-29T16:03:17.000Z',
    state: 'analysed',
    triggers: [
      { at: '2026-11-29T16:03:17.000Z', source: 'alert', reason: 'Slow: <it> is & slow', identity: 'f1', labels: {} },
    ],
    moreTriggers: 0,
    snapshot: {
      takenAt: '2026-11-29T16:03:22.000Z',
      backend: 'fake',
      format: 'strace',
      files: ['a.strace'],
      bytes: 10,
      lost: 0,
      kept: true,
    },
    attempts: 1,
    outcome: outcomeOf(document(), 2),
    failure: null,
    delivered: {},
    ...part,
  };
}

export function message(part: Partial<Incident> = {}): IncidentMessage {
  return messageOf(incident(part), '/var/lib/perfscope/incidents/A', 'http://db1:9464/');
}

/** A ring without a tracer: a snapshot is a file with what `content` gives. */
export class FakeRing implements Ring {
  readonly backend = 'fake';
  readonly commands = [['fake', 'trace']];
  snapshots = 0;
  stopped = false;
  /** Thrown by the next snapshots. */
  failure: Error | null = null;
  end!: (reason: string) => void;
  readonly ended = new Promise<string>((resolve) => (this.end = resolve));

  constructor(
    readonly options: RingOptions,
    private readonly content: () => string = () => 'trace\n',
  ) {}

  async snapshot(folder: string): Promise<Snapshot> {
    this.snapshots++;
    if (this.failure !== null) throw this.failure;
    const at = path.join(folder, 'a.strace');
    const text = this.content();
    await writeFile(at, text);
    return { paths: [at], format: 'strace', bytes: text.length, lost: 3, from: null, to: null };
  }

  status() {
    return { bytes: 5, seconds: 60, lost: 7 };
  }

  stop() {
    this.stopped = true;
    return Promise.resolve();
  }
}
