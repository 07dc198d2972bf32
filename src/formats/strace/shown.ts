/** What strace shows before a call, as patterns, for who judges whole lines of text that may be strace's. Who reads them has leader-reader.ts. */

/** `[pid 12] ` or `12  `, with the thread's name (-Y). */
export const THREAD_SHOWN = String.raw`(?:\[pid +\d+(?:<[^<>]*>)?\] +|\d+(?:<[^<>]*>)? +)`;
/** The difference beside another time (-r), the number of the call (-n) and its address (-i). */
export const BEHIND_TIME = String.raw`(?:\(\+ +\d+\.\d+\) +)?(?:\[(?: *\d+|[\da-f]{8,16}|\?{8,16})\] )*`;
/** All of it, each part where it is there. */
export const LEADER_SHOWN = String.raw`${THREAD_SHOWN}?(?:[\d:.]+ +)?${BEHIND_TIME}`;
