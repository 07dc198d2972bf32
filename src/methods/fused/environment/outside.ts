/** What the environment can be found to have done, and the words for it. */
import type { ExternalResource, Message } from '../../../result.js';
import type { Slower } from '../scene/series.js';

export interface Outside {
  readonly resource: ExternalResource;
  readonly reason: Message;
  /** A busy machine slows all servers a little: it is to blame for a window in which something is wrong, and makes none wrong. */
  readonly circumstantial?: boolean;
}

/** A thread that waits for something outside less than this part of its time is not held up. */
export const HARMFUL = 0.2;

export function reason(code: string, { before, after, atNs }: Slower): Message {
  return { code, args: { before: before / 1e9, after: after / 1e9, at: atNs / 1e9 } };
}
