/**
 * The text of `perf script`: system calls recorded with -e raw_syscalls:* (or syscalls:*), scheduler events, call chains.
 * perf-script(1); how a line is made: tools/perf/builtin-script.c of Linux. The files perf-*.ts hold its parts.
 */
import { LF, SPACE } from '../../lib/bytes.js';
import type { Detection, ParseOptions, TraceFormat } from '../format.js';
import { PerfLine } from './line.js';
import { mixesThreads } from './mixed-threads.js';
import { PerfParser } from './parser.js';
import { surveyPerf } from './survey.js';

const TAB = 9;
/** As much of a stretch is looked at when nobody called `prepare`. */
const SURVEY_BYTES = 64 * 1024;

export const perfScript: TraceFormat = {
  id: 'perf-script',

  detect(sample): Detection {
    const { lines, events, calls, untimed, otherEvent } = surveyPerf(sample);
    if (untimed > events) {
      return { score: untimed / lines, reason: 'perf script without times, which -F +time would print' };
    }
    if (events === 0) return { score: 0, reason: 'no line has a thread, a time and an event of perf' };
    const reason = `${events} of ${lines} lines are events of perf script`;
    const score = events / lines;
    if (calls > 0) return { score, reason: `${reason}, ${calls} of system calls` };
    const most = otherEvent === '' ? '' : ` (most are ${otherEvent})`;
    return { score, reason: `${reason}, but none of system calls${most}` };
  },

  prepare(sample, options): ParseOptions {
    const { architecture, raw, exits, deltas, oneId, doubled } = surveyPerf(sample);
    const perf = { architecture: options.architecture ?? architecture, raw, exits, deltas, oneId, doubled };
    return { ...options, perf };
  },

  lastRecordStart(bytes) {
    const line = new PerfLine();
    // The last line may be cut off, so that nothing can be told of it.
    let end = bytes.lastIndexOf(LF);
    let fallback = 0;
    /** The line behind the one that is looked at, where it is neither an event nor a frame. */
    let candidate = 0;
    while (end > 0) {
      const start = bytes.lastIndexOf(LF, end - 1) + 1;
      if (bytes[start]! >= SPACE && line.read(bytes, start)) return start;
      // Directly behind a frame it may stand between two of the same event, as perf's warnings do.
      if (fallback === 0 && bytes[start] !== TAB && bytes[start] !== SPACE) fallback = candidate;
      candidate = bytes[start]! > SPACE ? start : 0;
      end = start - 1;
    }
    return fallback;
  },

  refusal(trace, { perf }) {
    if (perf?.oneId !== true || !mixesThreads(trace)) return null;
    return {
      what: 'a text of perf script with processes instead of threads: calls of several threads stand under one number',
      advice: 'Print threads too: perf script -F comm,pid,tid,cpu,time,event,trace',
    };
  },

  parseChunk(bytes, options) {
    const { perf } = options.perf ? options : perfScript.prepare!(bytes.subarray(0, SURVEY_BYTES), options);
    return new PerfParser(bytes, perf!).parse();
  },
};
