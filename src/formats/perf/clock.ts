/** Times above are of the wall clock: perf's own clock counts from the boot, and no machine runs for 30 years. */
export const EPOCH_SECONDS = 1e9;
