/** What asks for an incident to be cut out and analysed, from wherever it comes. */
import { printable } from '../words.js';

export const SOURCES = ['alert', 'command', 'signal', 'file', 'detector'] as const;
export type Source = (typeof SOURCES)[number];

export interface Trigger {
  readonly source: Source;
  /** In words, one line. */
  readonly reason: string;
  /** What stays the same while the same trouble lasts (an alert's fingerprint); null: it is one of its own each time. */
  readonly identity: string | null;
  /** When the trouble began as far as the one who tells knows, ms since 1970; null: unknown. */
  readonly since: number | null;
  readonly labels: Readonly<Record<string, string>>;
}

export const MAX_REASON = 500;

/** A trigger that somebody pulled by hand. */
export function byHand(source: Source, reason: string): Trigger {
  return { source, reason: printable(reason, MAX_REASON), identity: null, since: null, labels: {} };
}
