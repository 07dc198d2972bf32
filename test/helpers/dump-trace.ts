/** The rows of a Trace as text, for people and for golden tests. */
import { errnoName } from '../../src/trace/errno.js';
import { DESCRIPTOR_KINDS, VARIANTS } from '../../src/trace/kinds.js';
import { NO_STACK } from '../../src/trace/stacks.js';
import {
  FLAG_ENTRY_UNSEEN,
  FLAG_LARGE_RESULT,
  FLAG_RESTARTED,
  FLAG_UNFINISHED,
  NO_CPU,
  NO_DESCRIPTOR,
  type Trace,
} from '../../src/trace/table.js';

const FLAG_NAMES: [number, string][] = [
  [FLAG_UNFINISHED, 'unfinished'],
  [FLAG_ENTRY_UNSEEN, 'entry-unseen'],
  [FLAG_RESTARTED, 'restarted'],
  [FLAG_LARGE_RESULT, 'large'],
];

/**
 * One line a row: seconds, tid, `call#variant:kind(descriptor)=errno`, duration, result, flags, `@cpu`, stack with the
 * innermost function first. Parts that say nothing are left out.
 */
export function dumpRow(trace: Trace, row: number): string {
  const { columns } = trace;
  const variant = VARIANTS[columns.variant[row]!];
  const kind = columns.kind[row]!;
  const descriptor = columns.descriptor[row]!;
  const errno = errnoName(columns.errno[row]!);
  const duration = columns.duration[row]!;
  const flags = columns.flags[row]!;
  const parts = [
    (columns.start[row]! / 1e9).toFixed(9),
    String(trace.threads[columns.thread[row]!]!.tid),
    trace.calls[columns.call[row]!]! +
      (variant ? `#${variant}` : '') +
      (kind ? `:${DESCRIPTOR_KINDS[kind]}` : '') +
      (descriptor === NO_DESCRIPTOR ? '' : `(${descriptor})`) +
      (errno ? `=${errno}` : ''),
    Number.isNaN(duration) ? '-' : `${(duration / 1e9).toFixed(9)}s`,
    String(columns.result[row]!),
    ...FLAG_NAMES.filter(([flag]) => flags & flag).map(([, name]) => name),
  ];
  const cpu = columns.cpu?.[row] ?? NO_CPU;
  if (cpu !== NO_CPU) parts.push(`@${cpu}`);
  const stack = columns.stack?.[row] ?? NO_STACK;
  if (stack !== NO_STACK) parts.push(`[${stackNames(trace, stack).join(' < ')}]`);
  return parts.join(' ');
}

/** Functions of a stack, innermost first; frames without a name as their object in brackets. */
export function stackNames(trace: Trace, stack: number): string[] {
  const { stacks } = trace;
  const names: string[] = [];
  if (stacks === null) return names;
  for (let s = stack; s !== NO_STACK; s = stacks.prefix[s]!) {
    const frame = stacks.frame[s]!;
    const name = stacks.functions[stacks.frameFunction[frame]!]!;
    names.push(name || `(${stacks.objects[stacks.frameObject[frame]!]!})`);
  }
  return names;
}

/** All rows, a line each. */
export function dumpTrace(trace: Trace): string {
  let out = '';
  for (let row = 0; row < trace.length; row++) out += dumpRow(trace, row) + '\n';
  return out;
}
