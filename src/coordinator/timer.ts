/** The longest that a timer of Node waits; a longer one would be over at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Seconds for setTimeout. */
export function inMs(seconds: number): number {
  return Math.min(Math.max(0, seconds * 1000), LONGEST_MS);
}
