/**
 * Firefox Profiler's processed profile format, version 48 (https://profiler.firefox.com, which brings older versions up to its own;
 * https://github.com/firefox-devtools/profiler/blob/main/docs-developer/CHANGELOG-formats.md): a thread of tables each, tied by indexes.
 *
 * A trace says when a call began and how long it took, so samples are weighed by time ('tracing-ms'): one for each call, under its likeliest
 * stack, and one for the time before it, under the functions of that stack alone.
 */
import type { ResultDocument } from '../../result.js';
import type { CallSlices, ThreadSlices } from '../../stacks/slices.js';
import type { Reporter } from '../reporter.js';

const PROCESSED_VERSION = 48;
/** The recorder's own format that goes with it. */
const GECKO_VERSION = 30;
const CATEGORIES = [
  // The one in grey is the one of what has no other.
  { name: 'Other', color: 'grey', subcategories: ['Other'] },
  { name: 'Function', color: 'blue', subcategories: ['Other'] },
  { name: 'System call', color: 'orange', subcategories: ['Other'] },
];
const FUNCTION = 1;
const CALL = 2;
/** Phase of a marker that is a moment. */
const INSTANT = 0;

export const firefoxReporter: Reporter<ResultDocument> = {
  id: 'firefox',
  what: 'calls over time under their likeliest stacks, for Firefox Profiler',
  extension: 'firefox.json',
  needs: ['slices'],
  render: ({ slices, trace, tool, verdict }) => {
    const profile = {
      meta: {
        interval: 1,
        startTime: trace.clock === 'epoch' ? trace.startedAt * 1000 : 0,
        processType: 0,
        product: `${tool.name}: ${trace.path}`,
        importedFrom: `${tool.name} ${tool.version}`,
        stackwalk: 1,
        version: GECKO_VERSION,
        preprocessedProfileVersion: PROCESSED_VERSION,
        categories: CATEGORIES,
        markerSchema: [],
        symbolicated: true,
        symbolicationNotSupported: true,
        usesOnlyOneStackType: true,
        doesNotUseFrameImplementation: true,
        sourceCodeIsNotOnSearchfox: true,
        extra: [
          {
            label: tool.name,
            entries: [
              { label: 'verdict', format: 'string', value: verdict },
              { label: 'stacks', format: 'string', value: slices?.source ?? 'none' },
            ],
          },
        ],
      },
      libs: [],
      threads: slices === undefined ? [] : slices.threads.map((thread) => threadOf(thread, slices)),
    };
    return `${JSON.stringify(profile)}\n`;
  },
};

function threadOf(slices: ThreadSlices, { stacks, calls, onset, from, to }: CallSlices) {
  const tables = new Tables();
  const samples = { time: [] as number[], stack: [] as (number | null)[], weight: [] as number[] };
  const sample = (begin: number, end: number, stack: number | null) => {
    samples.time.push(millis(begin));
    samples.weight.push(millis(end) - millis(begin));
    samples.stack.push(stack);
  };
  slices.begin.forEach((begin, i) => {
    const stack = tables.stackOf(stacks[slices.stack[i]!]!);
    const before = i === 0 ? from : slices.end[i - 1]!;
    if (millis(begin) > millis(before)) sample(before, begin, stack);
    sample(begin, slices.end[i]!, tables.stack(stack, calls[slices.call[i]!]!, CALL));
  });
  const name = slices.name === '' ? `thread ${slices.tid}` : slices.name;
  const marked = onset >= from && onset <= to;
  return {
    processType: 'default',
    processStartupTime: 0,
    processShutdownTime: null,
    registerTime: 0,
    unregisterTime: null,
    pausedRanges: [],
    name,
    isMainThread: slices.pid === slices.tid,
    pid: String(slices.pid),
    tid: slices.tid,
    samples: { ...samples, weightType: 'tracing-ms', length: samples.time.length },
    markers: {
      data: marked ? [null] : [],
      name: marked ? [tables.string('onset')] : [],
      startTime: marked ? [millis(onset)] : [],
      endTime: marked ? [null] : [],
      phase: marked ? [INSTANT] : [],
      category: marked ? [0] : [],
      length: marked ? 1 : 0,
    },
    ...tables.asWritten(),
  };
}

/** Stacks, frames, functions and strings of a thread; one frame a function, for a trace knows no lines. */
class Tables {
  private readonly strings: string[] = [];
  private readonly numbers = new Map<string, number>();
  /** Per function: its name, and whether it is a call. */
  private readonly functions: { readonly name: number; readonly category: number }[] = [];
  private readonly functionNumbers = new Map<string, number>();
  private readonly stacks: { readonly prefix: number | null; readonly frame: number }[] = [];
  private readonly stackNumbers = new Map<string, number>();

  string(text: string): number {
    return numberOf(this.numbers, text, () => this.strings.push(text) - 1);
  }

  /** The stack of these functions, outermost first; null where there is none. */
  stackOf(functions: readonly string[]): number | null {
    return functions.reduce<number | null>((prefix, name) => this.stack(prefix, name, FUNCTION), null);
  }

  stack(prefix: number | null, name: string, category: number): number {
    const text = this.string(name);
    const frame = numberOf(this.functionNumbers, `${text} ${category}`, () => {
      return this.functions.push({ name: text, category }) - 1;
    });
    return numberOf(this.stackNumbers, `${prefix} ${frame}`, () => this.stacks.push({ prefix, frame }) - 1);
  }

  asWritten() {
    const { functions, stacks } = this;
    const all = <T>(value: T) => functions.map(() => value);
    const [frames, length] = [functions.map((_, f) => f), functions.length];
    const categories = functions.map((f) => f.category);
    return {
      stackTable: {
        frame: stacks.map((s) => s.frame),
        prefix: stacks.map((s) => s.prefix),
        category: stacks.map((s) => functions[s.frame]!.category),
        subcategory: stacks.map(() => 0),
        length: stacks.length,
      },
      frameTable: {
        address: all(-1),
        inlineDepth: all(0),
        category: categories,
        subcategory: all(0),
        func: frames,
        nativeSymbol: all(null),
        innerWindowID: all(0),
        implementation: all(null),
        line: all(null),
        column: all(null),
        length,
      },
      funcTable: {
        name: functions.map((f) => f.name),
        isJS: all(false),
        relevantForJS: all(false),
        resource: all(-1),
        fileName: all(null),
        lineNumber: all(null),
        columnNumber: all(null),
        length,
      },
      resourceTable: { lib: [], name: [], host: [], type: [], length: 0 },
      nativeSymbols: { libIndex: [], address: [], name: [], functionSize: [], length: 0 },
      stringArray: this.strings,
    };
  }
}

function numberOf(known: Map<string, number>, key: string, add: () => number): number {
  let n = known.get(key);
  if (n === undefined) known.set(key, (n = add()));
  return n;
}

/** To a nanosecond. */
const millis = (seconds: number) => Math.round(seconds * 1e9) / 1e6;
