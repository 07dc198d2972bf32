/**
 * strace text, everything that strace 4.x to 6.x prints: -f with and without -o, -ff files, -t -tt -ttt -r, -T, -y -yy -Y, -k,
 * -n, -i, -s N. strace(1), https://man7.org/linux/man-pages/man1/strace.1.html
 *
 *     5983  1795395068.637062 read(8<TCP:[10.0.0.1:80->10.0.0.2:5123]>, "GET /"..., 4096) = 120 <0.000012>
 *     [pid  5983] 12:00:01.637062 futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>
 *     [pid  5983] 12:00:01.937062 <... futex resumed>) = -1 EAGAIN (Resource temporarily unavailable) <0.3>
 *      > /usr/sbin/nginx(ngx_unix_recv+0x5d) [0x44b2d]
 *
 * What the columns mean for a call (kind, descriptor, variant) is said in trace/call-traits.ts and trace/kinds.ts. The
 * parts: strace-leader (what stands before the call), strace-calls (the call), strace-outcome (its end), strace-arguments
 * (variants), strace-descriptors (kinds), strace-stacks, strace-notices, strace-threads, strace-clock; and strace-fast, which reads
 * the usual lines quickly.
 */
import type { TraceChunk } from '../../trace/chunk.js';
import { CR, LF, lineEnd, plainBytes } from '../../lib/bytes.js';
import type { Detection, ParseOptions, TraceFormat } from '../format.js';
import { NAMESPACE_MARK } from './call-effects.js';
import { cutBeginning } from './cut-beginning.js';
import { kinFacts } from './kin/facts.js';
import { isNotice } from './notices.js';
import { suggestedArchitecture } from './numbers.js';
import { StraceParser } from './parser.js';
import { clockOfRecord, isStackLine, startsRecord } from './records.js';
import { allShapes } from './shapes.js';

/** Lines looked at to recognise the format. */
const DETECTION_LINES = 500;

/** So many records with a time, and so few without, are of a text whose records have times. */
const LEAST_TIMED = 3;
const MOST_UNTIMED = 0.5;
const DURATION = /\) += .* <\d+\.\d+>\r?$/gm;

/** Chunks from here on are worth the few milliseconds that `allShapes` takes, bytes. */
const LARGE_CHUNK = 1 << 20;
/** Whether this thread's code has seen all shapes. It changes no result. */
let warm = false;

export const strace: TraceFormat = {
  id: 'strace',

  detect(sample: Uint8Array): Detection {
    let calls = 0;
    let others = 0;
    const end = sample.lastIndexOf(LF) + 1;
    for (let p = 0; p < end && calls + others < DETECTION_LINES; p = lineEnd(sample, p) + 1) {
      if (isStackLine(sample, p) || isNotice(sample, p, lineEnd(sample, p))) continue;
      if (startsRecord(sample, p)) calls++;
      else others++;
    }
    // A process that hangs leaves one line, without its end: if it begins as a call does, it is one. (Lines that end with CR alone are not.)
    if (
      end < sample.length &&
      calls + others < DETECTION_LINES &&
      !sample.includes(CR, end) &&
      startsRecord(sample, end)
    )
      calls++;
    const lines = calls + others;
    return { score: lines === 0 ? 0 : calls / lines, reason: `${calls} of ${lines} lines are strace calls` };
  },

  prepare(firstBytes, options): ParseOptions {
    const text = Buffer.from(firstBytes.buffer, firstBytes.byteOffset, firstBytes.byteLength);
    const exact = text.includes(NAMESPACE_MARK);
    const lasting = (text.toString('latin1').match(DURATION) ?? []).length >= LEAST_TIMED;
    const architecture = options.architecture ?? suggestedArchitecture(firstBytes);
    return { ...options, architecture, exact, clock: clockOf(firstBytes), lasting, cutLine: cutBeginning(firstBytes) };
  },

  lastRecordStart(bytes: Uint8Array): number {
    // A line that is not all there may look like another: only lines with their line feed are judged.
    for (let end = bytes.lastIndexOf(LF); end > 0;) {
      const feed = bytes.lastIndexOf(LF, end - 1);
      if (feed >= 0 && startsRecord(bytes, feed + 1)) return feed + 1;
      end = feed;
    }
    return 0;
  },

  parseChunk(bytes: Uint8Array, options: ParseOptions): TraceChunk {
    if (!warm && bytes.length >= LARGE_CHUNK) {
      warm = true;
      new StraceParser(allShapes(), options).parse();
    }
    const chunk = new StraceParser(plainBytes(bytes), options).parse();
    if (mayBeAttached(chunk, options)) {
      const processes = (chunk.announced ?? []).filter(({ begins }) => begins).map(({ tid }) => tid);
      chunk.kin = kinFacts(bytes, options.tid, processes);
    }
    return chunk;
  },
};

/** The clock by which most records of the first lines show a time, if nearly all of them show one; else undefined. */
function clockOf(firstBytes: Uint8Array): TraceChunk['clock'] | undefined {
  const counts = { none: 0, epoch: 0, boot: 0, day: 0, relative: 0 };
  let records = 0;
  const end = firstBytes.lastIndexOf(LF) + 1;
  for (let p = 0; p < end && records < DETECTION_LINES; p = lineEnd(firstBytes, p) + 1) {
    if (isStackLine(firstBytes, p)) continue;
    const clock = clockOfRecord(firstBytes, p);
    if (clock === null) continue;
    counts[clock]++;
    records++;
  }
  const timed = records - counts.none;
  if (timed < LEAST_TIMED || counts.none > timed * MOST_UNTIMED) return undefined;
  return (['epoch', 'day', 'relative'] as const).reduce((most, clock) => (counts[clock] > counts[most] ? clock : most));
}

/** Whether there are threads that the stretch does not show the making of, or there may be others in other files. */
function mayBeAttached({ threads, lifecycle, announced = [] }: TraceChunk, { tid }: ParseOptions): boolean {
  if (tid !== 0 || announced.length > 1) return true;
  const made = new Set<number>();
  for (const event of lifecycle) if (event.what === 'clone') made.add(event.childTid);
  let first = 0;
  for (const { tid: each } of threads) {
    if (each <= 0 || each === first || made.has(each)) continue;
    if (first > 0) return true;
    first = each;
  }
  return false;
}
