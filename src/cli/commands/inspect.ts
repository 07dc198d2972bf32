/** `perfscope inspect`: what is in a trace. */
import { INSPECTION_REPORTERS } from '../../report/inspection.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { memoryOption, runOptions } from '../io.js';
import {
  MEMORY_OPTION,
  PARAMETER_OPTIONS,
  RUN_OPTIONS,
  TRACE_OPTIONS,
  formatOption,
  givenParameters,
} from '../options.js';
import { keepApart, parseFormats, writeOutputs } from '../output.js';
import { traceInput } from '../trace-input.js';

export const inspectCommand: Command = {
  positionals: {
    trace: { describe: 'Trace to look at: file, -, folder of strace -ff', array: true, demandOption: true },
  },
  options: {
    format: formatOption(INSPECTION_REPORTERS),
    ...TRACE_OPTIONS,
    ...RUN_OPTIONS,
    ...MEMORY_OPTION,
    'unit-gap': PARAMETER_OPTIONS['unit-gap']!,
    'unit-wait': PARAMETER_OPTIONS['unit-wait']!,
  },
  examples: [
    ['perfscope inspect incident.strace.gz', 'format, span, threads, calls, what was skipped'],
    ['perfscope inspect trace.csv --columns ts=time,tid=thread', 'a CSV file with other names of columns'],
  ],

  async run(argv, io) {
    const outputs = parseFormats(argv.format as string[], INSPECTION_REPORTERS);
    await keepApart(argv.trace as string[], outputs);
    io.progress({ stage: 'read', done: 0, total: null });
    const { inspect } = await import('../../coordinator/inspect.js');
    const document = await inspect(argv.trace as string[], {
      ...runOptions(argv, io),
      ...memoryOption(argv),
      ...traceInput(argv),
      parameters: givenParameters(argv),
    });
    await writeOutputs(document, outputs, io.terminal, io.stdout);
    return EXIT.done;
  },
};
