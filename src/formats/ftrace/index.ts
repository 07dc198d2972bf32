/** What `perfscope record` and `watch` make of the kernel's own ring (ftrace): frames.ts says how the file is made, page.ts the kernel's pages. */
import type { Detection, TraceFormat } from '../format.js';
import { PerfDataParser } from '../perf/data/parser.js';
import { RingArranger } from './arranger.js';
import { MAGIC } from './frames.js';

/** Bytes of an entry and an exit. */
const CALL_BYTES = 96;

export const ftraceRing: TraceFormat = {
  id: 'ftrace-ring',

  detect(sample): Detection {
    return begins(sample)
      ? { score: 1, reason: "it begins as recordings of ftrace's ring do" }
      : { score: 0, reason: "it does not begin as recordings of ftrace's ring do" };
  },

  lastRecordStart: () => 0,

  parseChunk(bytes, options) {
    return new PerfDataParser(bytes, options.perfData!).parse();
  },

  arrangement: {
    framesUnnamed: false,
    begins,
    records: () => ({ begin: MAGIC.length, end: null }),
    open: (front, _, options, room) => Promise.resolve(new RingArranger(front.length, options, room)),
    density: () => ({ rows: 1 / CALL_BYTES, withStacks: false }),
  },
};

function begins(head: Uint8Array): boolean {
  return head.length >= MAGIC.length && MAGIC.equals(head.subarray(0, MAGIC.length));
}
