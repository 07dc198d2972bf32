/** What there is to say of a source that was read. */
import { wrappingOfOthers } from '../formats/wrapping/find.js';
import { wrappingNames } from '../formats/wrapping/wrapping.js';
import type { Message } from '../result.js';
import type { StreamProblem } from '../source/decompress.js';
import type { Trace } from '../trace/table.js';
import { missingHalves } from './missing-halves.js';

/** Calls with one half that are not worth a word, of all: of millions a recorder may lose one. */
const FEW_HALVES = 1e-4;

/**
 * @param problem of its compressed stream
 * @param asText of recordings in binary form the recorder itself counts what is missing
 */
export function warningsOf(path: string, problem: StreamProblem | null, trace: Trace, asText: boolean): Message[] {
  const warnings: Message[] = [];
  if (problem !== null) {
    const code = problem.kind === 'truncated' ? 'truncated-input' : 'damaged-input';
    warnings.push({ code, args: { path, offset: problem.offset, reason: problem.reason } });
  } else if (trace.truncated) {
    warnings.push({ code: 'truncated-input', args: { path, offset: trace.bytes } });
  }
  const { setBack } = trace;
  if (setBack !== null)
    warnings.push({
      code: 'clock-set-back',
      args: { path, line: setBack.line, back: setBack.ns / 1e9, times: setBack.times, more: setBack.times - 1 },
    });
  const unnamed = trace.threads.filter(({ tid }) => tid === 0).length;
  if (unnamed > 1) warnings.push({ code: 'unnamed-recordings', args: { path, recordings: unnamed } });
  if (trace.outOfOrder > 0) warnings.push({ code: 'out-of-order', args: { path, events: trace.outOfOrder } });
  if (asText) {
    const { returns, beginnings } = missingHalves(trace);
    if (returns + beginnings > trace.length * FEW_HALVES)
      warnings.push({ code: 'missing-halves', args: { path, returns, beginnings } });
  }
  const [example] = trace.skipped.examples;
  if (example !== undefined) {
    const { line, offset, reason } = example;
    const behind = wrappingOfOthers(trace.skipped.examples.map(({ text }) => text));
    const args: Message['args'] = { path, lines: trace.skipped.lines, line, offset, reason };
    const around = behind === null ? null : { behind: wrappingNames(behind).join(', ') };
    warnings.push({ code: 'skipped-lines', args: { ...args, ...around } });
  }
  return warnings;
}
