/**
 * What becomes of a trigger: the rules of docs/watch.md, as a pure decision. At most one incident waits for its snapshot; triggers
 * that come meanwhile belong to it, for its window holds their moment too. What is known already starts nothing.
 */
import type { Trigger } from './triggers/trigger.js';

export interface Rules {
  /** ms between a trigger and the snapshot, so that the window shows some of what follows. */
  readonly after: number;
  /** ms between two snapshots, at least. */
  readonly interval: number;
  /** Snapshots that may wait for their analysis. */
  readonly waiting: number;
}

/** An alert that fires, and the incident that was opened for it. */
export interface Episode {
  readonly incident: string;
  /** When it was heard of first, ms since 1970. */
  readonly heard: number;
}

export interface Desk {
  readonly firing: ReadonlyMap<string, Episode>;
  /** The incident that waits for its snapshot. */
  readonly next: string | null;
  /** When the last snapshot was begun, ms since 1970; null: none was. */
  readonly lastAt: number | null;
  /** Snapshots that wait for their analysis, without the one that is analysed. */
  readonly waiting: number;
  /** Whether `watch` is ending. */
  readonly ending: boolean;
}

export type Decision =
  | { readonly kind: 'open'; /** When the snapshot is due, ms since 1970. */ readonly due: number }
  | { readonly kind: 'join'; readonly incident: string }
  | { readonly kind: 'repeat'; readonly incident: string }
  | { readonly kind: 'refuse'; readonly why: 'queue-full' | 'ending' };

export function decide({ identity, since }: Trigger, desk: Desk, rules: Rules, now: number): Decision {
  const episode = identity === null ? undefined : desk.firing.get(identity);
  // What began after it was heard of first is another episode, whose end in between was not told (send_resolved: false).
  if (episode !== undefined && (since === null || since <= episode.heard))
    return { kind: 'repeat', incident: episode.incident };
  if (desk.ending) return { kind: 'refuse', why: 'ending' };
  if (desk.next !== null) return { kind: 'join', incident: desk.next };
  if (desk.waiting >= rules.waiting) return { kind: 'refuse', why: 'queue-full' };
  // A clock that was set back must not hold it up until it is as late again.
  const lastAt = Math.min(desk.lastAt ?? -Infinity, now);
  return { kind: 'open', due: Math.max(now + rules.after, lastAt + rules.interval) };
}

const MOST_FIRING = 10_000;

/** The alerts that fire, by identity: bounded, the one that was longest not heard of goes first. */
export class Firing {
  private readonly episodes = new Map<string, Episode>();

  get view(): ReadonlyMap<string, Episode> {
    return this.episodes;
  }

  note(identity: string, episode: Episode): void {
    this.episodes.delete(identity);
    this.episodes.set(identity, episode);
    if (this.episodes.size > MOST_FIRING) this.episodes.delete(this.episodes.keys().next().value!);
  }

  /** It still fires. */
  repeat(identity: string): void {
    const episode = this.episodes.get(identity);
    if (episode !== undefined) this.note(identity, episode);
  }

  resolve(identity: string): boolean {
    return this.episodes.delete(identity);
  }

  /** The incident could not be had: the next time they are told they count anew. */
  forget(incident: string): void {
    for (const [identity, episode] of this.episodes) if (episode.incident === incident) this.episodes.delete(identity);
  }
}
