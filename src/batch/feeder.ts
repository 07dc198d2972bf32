/**
 * Reads archives forward, once, for jobs that come in the archive's order: what is passed on the way to a job's last
 * member and belongs to a later job is kept until that job comes. A job that was overtaken, or is tried again, reads the
 * archive by itself.
 */
import { inMs } from '../coordinator/timer.js';
import { abortsWith } from '../pool/on-abort.js';
import { archiveMembers, type Member } from '../source/archive.js';
import { type Contents, wholeMember } from './inputs.js';
import { sourcesOf } from './incident.js';
import type { IncidentJob, InputRef } from './job.js';

type MemberRef = Extract<InputRef, { kind: 'member' }>;

interface Cursor {
  readonly members: AsyncGenerator<Member, void, undefined>;
  /** Ends the reading, also in the middle of a member. */
  readonly stop: AbortController;
  readonly letGo: () => void;
  /** By their places in the archive. */
  readonly kept: Map<number, Uint8Array>;
  ended: boolean;
}

export class Feeder {
  private readonly cursors = new Map<string, Cursor>();
  /** How many jobs still want a member, by archive and member. */
  private readonly wanted = new Map<string, number>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    jobs: readonly IncidentJob[],
    private readonly signal?: AbortSignal,
  ) {
    for (const job of jobs) for (const ref of sourcesOf(job)) if (ref.kind === 'member') this.count(keyOf(ref), 1);
  }

  /**
   * What of the job lies in archives; what cannot be had is left out, and the job will say why.
   *
   * @param seconds after which the archive is given up: it is for each job to find out, then, how long it takes by itself
   * @param took hears how many seconds it took to read, not to wait for other jobs' turns
   */
  feed(job: IncidentJob, seconds = Infinity, took?: (seconds: number) => void): Promise<Contents> {
    // One at a time: an archive has one reader.
    const fed = this.turn.then(() => this.gather(job, seconds, took));
    this.turn = fed.catch(() => undefined);
    return fed;
  }

  async close(): Promise<void> {
    for (const { members, stop, letGo, ended } of this.cursors.values()) {
      letGo();
      if (ended) continue;
      stop.abort();
      await members.return(undefined);
    }
    this.cursors.clear();
  }

  private async gather(job: IncidentJob, seconds: number, took?: (seconds: number) => void): Promise<Contents> {
    const contents = new Map<string, Uint8Array>();
    const begun = performance.now();
    const passed = () => (performance.now() - begun) / 1000;
    for (const ref of sourcesOf(job)) {
      if (ref.kind !== 'member') continue;
      const bytes = await this.within(seconds - passed(), ref);
      const key = keyOf(ref);
      this.count(key, -1);
      if (bytes !== null) contents.set(ref.name, bytes);
      if (!this.wanted.has(key)) this.cursors.get(ref.archive)?.kept.delete(ref.at ?? -1);
    }
    took?.(passed());
    return contents;
  }

  private async within(seconds: number, ref: MemberRef): Promise<Uint8Array | null> {
    const cursor = this.cursorOf(ref.archive);
    let giveUp: () => void = () => undefined;
    const late = new Promise<null>((resolve) => (giveUp = () => resolve(null)));
    const timer = setTimeout(() => {
      cursor.ended = true;
      cursor.stop.abort();
      giveUp();
    }, inMs(seconds));
    try {
      return await Promise.race([this.take(cursor, ref), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async take(cursor: Cursor, ref: MemberRef): Promise<Uint8Array | null> {
    // Of several of one name it can be told at the end of the archive only which one counts.
    if (ref.at === undefined) return null;
    const known = cursor.kept.get(ref.at);
    if (known !== undefined) return known;
    while (!cursor.ended) {
      const { done, value } = await cursor.members.next().catch(() => ({ done: true as const, value: undefined }));
      if (done === true) {
        cursor.ended = true;
        break;
      }
      const key = keyOf({ archive: ref.archive, member: value.name, at: value.at });
      const bytes = this.wanted.has(key) ? await wholeMember(value, value.name).catch(() => null) : null;
      if (bytes !== null) cursor.kept.set(value.at, bytes);
      // Of another name: the archive is not the one that was looked at.
      if (value.at >= ref.at) return value.name === ref.member ? bytes : null;
    }
    return null;
  }

  private cursorOf(archive: string): Cursor {
    let cursor = this.cursors.get(archive);
    if (cursor === undefined) {
      const { controller: stop, letGo } = abortsWith(this.signal);
      const members = archiveMembers(archive, { signal: stop.signal }) as AsyncGenerator<Member, void, undefined>;
      cursor = { members, stop, letGo, kept: new Map(), ended: false };
      this.cursors.set(archive, cursor);
    }
    return cursor;
  }

  private count(key: string, by: number): void {
    const n = (this.wanted.get(key) ?? 0) + by;
    if (n > 0) this.wanted.set(key, n);
    else this.wanted.delete(key);
  }
}

const keyOf = ({ archive, member, at }: Omit<MemberRef, 'kind' | 'name' | 'size'>) =>
  `${archive}\0${at ?? ''}\0${member}`;
