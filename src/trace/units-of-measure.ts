/** Units in which a Trace counts. */
export const NANOSECONDS_PER_SECOND = 1e9;
