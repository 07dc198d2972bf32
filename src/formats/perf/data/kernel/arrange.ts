/**
 * Records of a perf.data file to events in order of time: samples of usual events are decoded here, all other records are left to JavaScript.
 * Driven by ../fast-pending.ts.
 */
import { readSample } from './samples';
import { INPUT } from './waiting';

export { BEGIN, INPUT, TOLD, begin, beginEnd, beginRound, eventAt, runsOf, setProcess, setThread } from './waiting';
export { add, latestOf, limitOf, setWithPids, taken, tell, toldBytes } from './waiting';
export { COUNTS, EVENTS, addId, beginSamples, earliest, forgetEvents, setBase } from './samples';

/** Numbers of ../layout.ts. */
const SAMPLE: u32 = 9;
const LAST_OF_KERNEL: u32 = 21;
const LAST: u32 = 86;
const HEADER: u32 = 8;

/** Reads the records [from, to) of INPUT up to the first that is unusual, or not whole; gives where that begins. */
export function run(from: i32, to: i32): i32 {
  const end = INPUT + to;
  let at = INPUT + from;
  while (at + HEADER <= end) {
    const head = load<u64>(at);
    const size = <u32>(head >> 48);
    if (<u32>head != SAMPLE || size < HEADER || (size & 7) != 0) break;
    const next = at + size;
    if (next > end || (next + HEADER <= end && !isRecord(load<u64>(next)))) break;
    if (!readSample(at, next)) break;
    at = next;
  }
  return <i32>(at - INPUT);
}

/** Whether what begins so can be a record. */
// @inline
function isRecord(head: u64): bool {
  const type = <u32>head;
  const size = <u32>(head >> 48);
  return size >= HEADER && type - 1 < LAST && ((size & 7) == 0 || type > LAST_OF_KERNEL);
}
