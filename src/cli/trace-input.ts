/** The flags that say how to read traces, as the library takes them. */
import type { TraceOptions } from '../coordinator/analyze.js';
import { PerfscopeError } from '../errors.js';
import type { ParseOptions } from '../formats/format.js';
import type { Argv } from './command.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function traceInput(argv: Argv): TraceOptions {
  const parse: Partial<Writable<ParseOptions>> = {};
  if (typeof argv.columns === 'string') parse.columns = parseColumns(argv.columns);
  if (typeof argv.timeUnit === 'string') parse.timeUnit = argv.timeUnit as NonNullable<ParseOptions['timeUnit']>;
  if (typeof argv.delimiter === 'string') parse.delimiter = argv.delimiter.replaceAll('\\t', '\t');
  if (typeof argv.header === 'boolean') parse.header = argv.header;
  return { format: argv.inputFormat as string | undefined, parse };
}

/** "ts=time,tid=thread" -> { ts: 'time', tid: 'thread' } */
export function parseColumns(text: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at <= 0 || at === pair.length - 1) {
      const advice = 'Write --columns ts=time,tid=thread: our name, then the name in the file.';
      throw new PerfscopeError('usage', `--columns: "${pair}" is not a pair`, {}, advice);
    }
    out[pair.slice(0, at).trim()] = pair.slice(at + 1).trim();
  }
  return out;
}
