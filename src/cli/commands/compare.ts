/** `perfscope compare`: what moved between two traces, two windows of one, or two documents. */
import { type Comparison, compareEvaluations } from '../../coordinator/compare.js';
import type { WindowOptions } from '../../coordinator/window.js';
import { PerfscopeError } from '../../errors.js';
import { DEFAULT_METHOD, METHODS } from '../../methods/registry.js';
import { COMPARISON_REPORTERS } from '../../report/comparison.js';
import type { ResultDocument } from '../../result.js';
import type { Argv, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { type Io, memoryOption, runOptions } from '../io.js';
import {
  MEMORY_OPTION,
  PARAMETER_OPTIONS,
  RUN_OPTIONS,
  TRACE_OPTIONS,
  formatOption,
  givenParameters,
} from '../options.js';
import { keepApart, neededSections, parseFormats, writeOutputs } from '../output.js';
import { type Document, looksLikeDocument, readDocument } from '../read-document.js';
import { traceInput } from '../trace-input.js';

const COMPARISON = 'Comparison';
const text = { type: 'string', requiresArg: true, group: COMPARISON } as const;

export const compareCommand: Command = {
  positionals: {
    before: { describe: 'A trace, or JSON of `analyze` or `evaluate`; - for JSON on stdin', demandOption: true },
    after: { describe: 'What to hold against it: another of the same kind', demandOption: true },
  },
  options: {
    signatures: { ...text, alias: 's', describe: 'Of traces: signatures file that `perfscope learn` wrote' },
    'window-before': {
      ...text,
      describe:
        'Of traces: window of the first, FROM..TO as --from and --to of analyze write them; either may be left out',
    },
    'window-after': { ...text, describe: 'Window of the second, likewise' },
    method: {
      ...text,
      alias: 'm',
      default: DEFAULT_METHOD,
      choices: METHODS.map((m) => m.name),
      describe: METHODS.map((m) => `${m.name}: ${m.what}`).join('; '),
    },
    top: { type: 'number', default: 10, requiresArg: true, group: COMPARISON, describe: 'Of traces: suspects at most' },
    'any-program': {
      type: 'boolean',
      default: false,
      group: COMPARISON,
      describe: "Analyse although the trace's threads bear another program's name",
    },
    'fail-on-change': {
      type: 'boolean',
      default: false,
      group: COMPARISON,
      describe: 'Exit 1 when anything but timings moved',
    },
    format: formatOption(COMPARISON_REPORTERS),
    ...TRACE_OPTIONS,
    ...RUN_OPTIONS,
    ...MEMORY_OPTION,
    ...PARAMETER_OPTIONS,
  },
  examples: [
    ['perfscope compare healthy.strace.gz incident.strace.gz', 'kinds of work and episodes that changed'],
    [
      'perfscope compare before-fix.strace after-fix.strace -s app.signatures.json -f html=fix.html',
      'a page with the differential flame graph',
    ],
    ['perfscope compare day.strace day.strace --window-before ..12:00 --window-after 12:03..', 'two windows of one'],
    ['perfscope compare monday.json tuesday.json', 'suspects that rose, fell, came and went'],
  ],

  async run(argv, io) {
    const outputs = parseFormats(argv.format as string[], COMPARISON_REPORTERS);
    const sides = [argv.before as string, argv.after as string] as const;
    await keepApart([...sides, argv.signatures as string | undefined], outputs);
    const [before, after] = [await sideOf(sides[0]), await sideOf(sides[1])];
    const windows = { before: windowOption(argv, 'before'), after: windowOption(argv, 'after') };
    for (const [name, side] of [
      ['before', before],
      ['after', after],
    ] as const)
      if (typeof side !== 'string' && windows[name] !== undefined)
        throw new PerfscopeError(
          'usage',
          `--window-${name} is for traces`,
          {},
          'A result has the window that it was made of.',
        );
    const comparison = await compared(before, after, sides[1], (one, other) => {
      const stacks = neededSections(outputs).includes('stacks');
      return ofTraces(one, other, { argv, io, windows, stacks });
    });
    await writeOutputs(comparison, outputs, io.terminal, io.stdout);
    return argv.failOnChange === true && comparison.changed ? EXIT.gate : EXIT.done;
  },
};

/** A document, or the path of a trace. */
type Side = Document | string;

async function sideOf(path: string): Promise<Side> {
  return (await looksLikeDocument(path)) ? readDocument(path) : path;
}

async function compared(
  before: Side,
  after: Side,
  path: string,
  ofResults: (before: string | ResultDocument, after: string | ResultDocument) => Promise<Comparison>,
): Promise<Comparison> {
  const kinds = [before, after].map((side) => (typeof side === 'string' ? 'result' : side.kind));
  if (kinds[0] !== kinds[1]) {
    const message = `this is the document of an ${kinds[1]}, the other one of an ${kinds[0]}`;
    throw new PerfscopeError('usage', message, { path }, 'Compare two traces or results, or two evaluations.');
  }
  if (typeof before !== 'string' && typeof after !== 'string')
    if (before.kind === 'evaluation' && after.kind === 'evaluation')
      return compareEvaluations(before.value, after.value);
  const result = (side: Side) => (typeof side === 'string' ? side : (side.value as ResultDocument));
  return ofResults(result(before), result(after));
}

interface Asked {
  readonly argv: Argv;
  readonly io: Io;
  readonly windows: Readonly<Record<'before' | 'after', WindowOptions | undefined>>;
  readonly stacks: boolean;
}

async function ofTraces(
  before: string | ResultDocument,
  after: string | ResultDocument,
  { argv, io, windows, stacks }: Asked,
): Promise<Comparison> {
  if (typeof before === 'string' || typeof after === 'string') io.progress({ stage: 'read', done: 0, total: null });
  const { compareTraces } = await import('../../coordinator/compare-traces.js');
  return compareTraces(before, after, {
    ...runOptions(argv, io),
    ...memoryOption(argv),
    ...traceInput(argv),
    signatures: argv.signatures as string | undefined,
    method: argv.method as string,
    top: argv.top as number,
    anyProgram: argv.anyProgram as boolean,
    parameters: givenParameters(argv),
    windows,
    stacks,
  });
}

/** "FROM..TO", either of which may be missing. */
function windowOption(argv: Argv, side: 'before' | 'after'): WindowOptions | undefined {
  const given = argv[side === 'before' ? 'windowBefore' : 'windowAfter'];
  if (typeof given !== 'string') return undefined;
  const at = given.indexOf('..');
  const [from, to] = [given.slice(0, at).trim(), given.slice(at + 2).trim()];
  if (at < 0 || (from === '' && to === '')) {
    const advice = 'Write FROM..TO, FROM.. or ..TO: +30s..+90s, 12:03:41..';
    throw new PerfscopeError('usage', `--window-${side} ${given}: not a window`, {}, advice);
  }
  return { ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }) };
}
