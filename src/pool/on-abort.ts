/** Signals to abort that many wait for. */
interface Waiting {
  readonly acts: Set<() => void>;
  readonly listener: () => void;
}

/** Who waits for which signal to abort. */
const waiting = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `act` once when `signal` aborts, at once where it has; the function returned takes that back. However many wait, the signal
 * has one listener, for Node takes more than ten on one signal for a leak and says so. When nobody waits any more it has none: Node
 * keeps a signal that has a listener, with all that the listener knows.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => undefined;
  }
  const { acts, listener } = waiting.get(signal) ?? begin(signal);
  // An entry of its own, so that the same function may wait twice.
  const entry = () => act();
  acts.add(entry);
  return () => {
    if (!acts.delete(entry) || acts.size > 0) return;
    signal.removeEventListener('abort', listener);
    waiting.delete(signal);
  };
}

function begin(signal: AbortSignal): Waiting {
  const acts = new Set<() => void>();
  const known = { acts, listener: () => acts.forEach((each) => each()) };
  waiting.set(signal, known);
  signal.addEventListener('abort', known.listener, { once: true });
  return known;
}

/**
 * A controller whose signal aborts when `signal` does, for the same reason, until `letGo` is called. AbortSignal.any leaves something
 * behind in each of its signals for every call (Node 20): one that outlives ten thousands of tasks would grow with each.
 */
export function abortsWith(signal: AbortSignal | undefined): { controller: AbortController; letGo: () => void } {
  const controller = new AbortController();
  const letGo = signal === undefined ? () => undefined : onAbort(signal, () => controller.abort(signal.reason));
  return { controller, letGo };
}
