/** ns to add to CLOCK_MONOTONIC for the time of day. The clocks are looked at when a millisecond begins: the time of day has no finer steps here. */
export function clockOffset(): bigint {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return BigInt(now) * 1_000_000n - process.hrtime.bigint();
}
