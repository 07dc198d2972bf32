/**
 * perf.data, the file that `perf record` writes, and what it writes to a pipe: system calls recorded with -e raw_syscalls:* (or
 * syscalls:*), scheduler events, call chains. Format: tools/perf/Documentation/perf.data-file-format.txt of Linux.
 */
import type { Detection, ParseOptions, TraceFormat } from '../../format.js';
import { PerfDataArranger } from './arranger.js';
import { SAMPLE } from './layout.js';
import { fileAttributes, fileFeatures, fileLayout, isPerfData, noFeatures } from './header.js';
import { PerfDataParser } from './parser.js';

/** Bytes of an entry and an exit with the usual fields; of one with its call chain. */
const [CALL_BYTES, CALL_BYTES_WITH_STACKS] = [216, 500];
/** What `perf record -z` makes of as many bytes as one. */
const PACKED = 20;

export const perfData: TraceFormat = {
  id: 'perf-data',

  detect(sample): Detection {
    return isPerfData(sample)
      ? { score: 1, reason: 'it begins as perf.data does' }
      : { score: 0, reason: 'it does not begin as perf.data does' };
  },

  lastRecordStart: () => 0,

  parseChunk(bytes, options) {
    return new PerfDataParser(bytes, options.perfData!).parse();
  },

  arrangement: {
    framesUnnamed: true,
    begins: isPerfData,

    records: (head) => fileLayout(head),

    open: (front, back, options, room) => Promise.resolve(openRecording(front, back, options, room)),

    density(head) {
      const layout = fileLayout(head);
      const attributes = layout === null || layout.stream ? [] : fileAttributes(head, layout.little, []);
      const withStacks = attributes.some(({ sampleType }) => (sampleType & SAMPLE.CALLCHAIN) !== 0);
      const bytes = (withStacks ? CALL_BYTES_WITH_STACKS : CALL_BYTES) / (layout?.packed === true ? PACKED : 1);
      return { rows: 1 / bytes, withStacks };
    },
  },
};

/** `fast`: null for reading without WebAssembly. */
export function openRecording(
  front: Uint8Array,
  back: Uint8Array,
  options: ParseOptions,
  room: ConstructorParameters<typeof PerfDataArranger>[2],
  fast?: null,
): PerfDataArranger {
  const { little, begin, end, stream } = fileLayout(front)!;
  const faults: ReturnType<typeof noFeatures>['faults'] = [];
  const attributes = stream ? [] : fileAttributes(front, little, faults);
  // Of a file that is cut off only that is told, not each section that it lacks.
  const isWhole = !stream && end !== null && back.length > 0;
  const features = !isWhole ? noFeatures() : fileFeatures(front, back, end, little);
  features.faults.push(...faults);
  return new PerfDataArranger({ little, begin, end, attributes, features, stream }, options, room, fast);
}
