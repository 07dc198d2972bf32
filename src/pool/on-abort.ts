/** Who waits for which signal to abort. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` once when `signal` aborts; the function returned takes that back. However many wait, the signal has one
 * listener, for Node takes more than ten on one signal for a leak and says so.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const known = waiting.get(signal);
  const acts = known ?? new Set();
  // An entry of its own, so that the same function may wait twice.
  const entry = () => act();
  acts.add(entry);
  if (known === undefined) {
    waiting.set(signal, acts);
    signal.addEventListener('abort', () => acts.forEach((each) => each()), { once: true });
  }
  return () => acts.delete(entry);
}
