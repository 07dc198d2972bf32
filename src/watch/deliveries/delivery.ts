/** The contract of a delivery: how an incident that `watch` caught reaches somebody. */
import type { IncidentMessage } from './message.js';

/** A way in which incidents reach somebody. */
export interface Delivery {
  /** Unique, and the same after a restart: under it is kept what was delivered. Tells no secret. */
  readonly name: string;
  /**
   * @throws DeliveryError; anything else is taken for a fault that passes
   */
  send(message: IncidentMessage, signal: AbortSignal): Promise<void>;
}

export class DeliveryError extends Error {
  constructor(
    message: string,
    /** Whether to try again is worth anything. */
    readonly again: boolean,
    /** ms that the receiver asks to wait before. */
    readonly after = 0,
  ) {
    super(message);
  }
}
