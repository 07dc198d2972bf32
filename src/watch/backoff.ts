/** ms to wait after so many failures in a row, from 1 on: 1 s, doubled each time, a minute at most. */
export function backoff(failures: number): number {
  return Math.min(60_000, 1000 * 2 ** Math.max(0, failures - 1));
}
