/**
 * Reads archives forward, once, for jobs that come in the archive's order: what is passed on the way to a job's last
 * member and belongs to a later job is kept until that job comes. A job that was overtaken, or is tried again, reads the
 * archive by itself.
 */
import { archiveMembers, type Member } from '../source/archive.js';
import { type Contents, wholeMember } from './inputs.js';
import { sourcesOf } from './incident.js';
import type { IncidentJob } from './job.js';

interface Cursor {
  readonly members: AsyncGenerator<Member, void, undefined>;
  readonly kept: Map<string, Uint8Array>;
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
    for (const job of jobs)
      for (const ref of sourcesOf(job)) if (ref.kind === 'member') this.count(keyOf(ref.archive, ref.member), 1);
  }

  /** What of the job lies in archives; what cannot be had is left out, and the job will say why. */
  feed(job: IncidentJob): Promise<Contents> {
    // One at a time: an archive has one reader.
    const fed = this.turn.then(() => this.gather(job));
    this.turn = fed.catch(() => undefined);
    return fed;
  }

  async close(): Promise<void> {
    for (const { members } of this.cursors.values()) await members.return(undefined);
    this.cursors.clear();
  }

  private async gather(job: IncidentJob): Promise<Contents> {
    const contents = new Map<string, Uint8Array>();
    for (const ref of sourcesOf(job)) {
      if (ref.kind !== 'member') continue;
      const key = keyOf(ref.archive, ref.member);
      const bytes = await this.take(ref.archive, ref.member);
      this.count(key, -1);
      if (bytes !== null) contents.set(ref.name, bytes);
      if (!this.wanted.has(key)) this.cursors.get(ref.archive)?.kept.delete(ref.member);
    }
    return contents;
  }

  private async take(archive: string, member: string): Promise<Uint8Array | null> {
    const cursor = this.cursorOf(archive);
    const known = cursor.kept.get(member);
    if (known !== undefined) return known;
    while (!cursor.ended) {
      const { done, value } = await cursor.members.next().catch(() => ({ done: true as const, value: undefined }));
      if (done === true) {
        cursor.ended = true;
        break;
      }
      if (!this.wanted.has(keyOf(archive, value.name))) continue;
      const bytes = await wholeMember(value, value.name).catch(() => null);
      if (bytes === null) {
        if (value.name === member) return null;
        continue;
      }
      cursor.kept.set(value.name, bytes);
      if (value.name === member) return bytes;
    }
    return null;
  }

  private cursorOf(archive: string): Cursor {
    let cursor = this.cursors.get(archive);
    if (cursor === undefined) {
      const members = archiveMembers(archive, { signal: this.signal }) as AsyncGenerator<Member, void, undefined>;
      cursor = { members, kept: new Map(), ended: false };
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

const keyOf = (archive: string, member: string) => `${archive}\0${member}`;
