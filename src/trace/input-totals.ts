/** What all chunks were like together, besides their rows: what of a Trace is a sum. */
import { SKIPPED_EXAMPLES } from './chunk-writer.js';
import type { TraceChunk } from './chunk.js';
import type { Skipped, Trace } from './table.js';

export class InputTotals {
  lines = 0;
  hasDurations = false;
  /** The input ended before its compressed stream did. */
  truncated = false;
  private bytes = 0;
  private readonly builds = new Map<string, string>();
  private mixedThreads = 0;
  notices = 0;
  private skippedLines = 0;
  private readonly examples: Skipped['examples'][number][] = [];

  add(chunk: TraceChunk): void {
    for (const example of chunk.skippedExamples) {
      if (this.examples.length >= SKIPPED_EXAMPLES) break;
      this.examples.push({ ...example, line: example.line + this.lines, offset: example.offset + this.bytes });
    }
    this.lines += chunk.lines;
    this.bytes += chunk.bytes;
    this.notices += chunk.notices;
    this.skippedLines += chunk.skippedLines;
    this.hasDurations ||= chunk.hasDurations;
    this.truncated ||= chunk.cutOff;
    this.mixedThreads += chunk.mixedThreads ?? 0;
    for (const [path, build] of chunk.builds ?? []) this.builds.set(path, build);
  }

  finish(): Pick<
    Trace,
    'lines' | 'bytes' | 'notices' | 'skipped' | 'truncated' | 'hasDurations' | 'builds' | 'mixedThreads'
  > {
    const { lines, bytes, notices, truncated, hasDurations } = this;
    return {
      lines,
      bytes,
      notices,
      truncated,
      hasDurations,
      skipped: { lines: this.skippedLines, examples: this.examples },
      ...(this.builds.size > 0 && { builds: this.builds }),
      ...(this.mixedThreads > 0 && { mixedThreads: this.mixedThreads }),
    };
  }
}
