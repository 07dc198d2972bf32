/** Reports of `learn`: what the signatures cover. */
import type { CoverageReport } from '../signatures/coverage.js';
import { baseName } from '../signatures/names.js';
import type { LearnedSymbols, SignatureDatabase } from '../signatures/database.js';
import { jsonReporter } from './json.js';
import type { Reporter } from './reporter.js';
import { wrap } from './columns.js';
import { duration, grouped, plural } from './text.js';
import { forAnyNames } from './any-names.js';

/** Groups and unseen functions named on the terminal; `--format json` has all. */
const GROUPS_SHOWN = 3;
const NAMES_SHOWN = 5;

/** The document of `learn`, version 1. */
export interface LearnDocument {
  readonly schemaVersion: 1;
  readonly tool: SignatureDatabase['tool'];
  /** The signatures file that was written. */
  readonly path: string;
  readonly learned: SignatureDatabase['learned'];
  /** The file of --binary, null without. */
  readonly binary: string | null;
  readonly coverage: CoverageReport;
}

const tableReporter: Reporter<LearnDocument> = {
  id: 'table',
  what: 'for people',
  extension: 'txt',
  render(d, { width }) {
    const { coverage } = d;
    const { events, eventsWithStack, seconds, sources } = d.learned;
    const own = coverage.stacks?.own ?? eventsWithStack;
    const lines = [
      `${grouped(events)} calls in ${duration(seconds)}, ${percent(own, events)} of them with functions of the program's own on the stack`,
      ...stackLines(d),
      `${plural(coverage.episodes, 'distinct episode')}; ${plural(coverage.innermost, 'function')} issued calls, the others only called these`,
      ...steadinessLine(coverage),
      ...nameLines(coverage),
      ...sharedNamesLine(coverage),
      ...binaryLines(d),
      ...groupLines(coverage),
    ];
    return [
      `Learned ${plural(coverage.functions, 'function')} of ${coverage.program} from ${plural(sources.length, 'trace')}:`,
      ...lines.map((line) => `  ${wrap(line, Math.max(20, width - 2), '    ')}`),
      `Written to ${d.path}`,
      '',
    ].join('\n');
  },
};

/** Less than this share of the calls is not worth a line. */
const TOLD = 0.005;
/** Of the calls of own functions, a larger share that breaks off is no accident of single calls. */
const CUT = 0.05;

function stackLines({ learned, coverage: { stacks, program } }: LearnDocument): string[] {
  if (stacks === null) return [];
  const { events, eventsWithStack: whole } = learned;
  const { cut = 0, between = 0, breaks } = stacks;
  const lines: string[] = [];
  if (stacks.runtime >= TOLD * whole)
    lines.push(
      `${percent(stacks.runtime, learned.events)} have none of them: schedulers, collectors and other threads of libraries`,
    );
  if (events - whole >= TOLD * events)
    lines.push(
      `${percent(events - whole, events)} tell nothing: they have no stack, or one that breaks off in a library` +
        (between < TOLD * events
          ? ''
          : `; ${percent(between, events)} came between calls of one invocation, and count for its functions`),
    );
  if (breaks !== undefined && breaks.calls >= CUT * events)
    lines.push(
      `most of these break off in ${baseName(breaks.object)} (${breaks.functions.join(', ')}): ${unwindingAdvice(program)}`,
    );
  if (cut > 0 && cut >= CUT * stacks.own)
    lines.push(
      `${percent(cut, events)} of the stacks break off in a function of the program's own, without its callers: strace -k loses its way in programs that LLD linked (rustc does), perf -g in code without frame pointers; see docs/languages.md`,
    );
  if (stacks.interpreted > 0)
    lines.push(
      `${percent(stacks.interpreted, learned.events)} of the stacks end in interpreted frames, whose functions are missing: ${namingAdvice(program)}`,
    );
  if (stacks.unnamed >= TOLD * whole)
    lines.push(
      `${percent(stacks.unnamed, learned.events)} of the stacks hold frames without a name (stripped, or made at run time and not in a perf map)`,
    );
  return lines;
}

/** From this dispersion on a server is unsteady: of 22 servers two in three stay below. */
const UNSTEADY = 3;

function steadinessLine({ dispersion }: CoverageReport): string[] {
  if (dispersion === null) return [];
  const times = `its mix of calls varies ${dispersion.toFixed(1)} times as much as chance would make it`;
  return dispersion < UNSTEADY ? [times] : [`${times}: only what changes it more than that will be taken for a defect`];
}

/** How a runtime is made to name what it interprets; docs/languages.md has the whole recipes. */
const NAMING: readonly (readonly [program: RegExp, advice: string])[] = [
  [/^java/, 'run the JVM with -Xcomp -XX:TieredStopAtLevel=1 -XX:-Inline -XX:+PreserveFramePointer'],
  [/^node/, 'run node with --perf-basic-prof --interpreted-frames-native-stack'],
  [/^python/, 'run python (3.12 or later) with -X perf'],
];

function namingAdvice(program: string): string {
  return NAMING.find(([pattern]) => pattern.test(program))?.[1] ?? 'see docs/languages.md';
}

/** Why stacks break off in a library, and what to do about it. */
function unwindingAdvice(program: string): string {
  return NAMING.some(([pattern]) => pattern.test(program))
    ? 'perf -g loses its way where a library has no frame pointers (those of Fedora and of Ubuntu 24.04 have them), strace -k in code that was compiled at run time; see docs/languages.md'
    : 'perf -g loses its way where a library has no frame pointers: record with --call-graph dwarf -m 16M instead, or with strace -k; see docs/languages.md';
}

function percent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  const share = (100 * part) / whole;
  return share < 1 ? 'less than 1 %' : `${Math.round(share)} %`;
}

/** How far the names can be trusted, and what to do for the rest; nothing where all are sure. */
function nameLines({ names }: CoverageReport): string[] {
  const { sure, range, behind, unchecked, missing } = names;
  const all = sure + range + behind + unchecked;
  if (sure === all) return [];
  const share = (calls: number) => `${Math.round((100 * calls) / all)} %`;
  const parts = [`${share(sure)} of these calls are of functions whose names are sure`];
  if (range > 0) parts.push(`${share(range)} of functions known by their addresses (name@0x...)`);
  if (behind > 0) parts.push(`${share(behind)} of code that only the exported function before it tells of (name+?)`);
  if (unchecked > 0) parts.push(`${share(unchecked)} of functions named by the tracer, which nothing here can check`);
  return [parts.join(', '), ...missing.map(advice)];
}

/** Nothing that a tracer prints tells such functions apart. */
function sharedNamesLine({ names: { shared } }: CoverageReport): string[] {
  if (shared.length === 0) return [];
  return [
    `of ${some(shared)} the program has several functions (static ones of several files), learned as one: a suspect of that name may be any of them; names of their own would tell them apart`,
  ];
}

function advice({ object, path, names, buildId, package: debug }: LearnedSymbols): string {
  if (names !== 'exports')
    return `for the names in ${object}, learn where ${path} is as it was recorded, or give a copy of it with --binary FILE`;
  const install = debug === '' ? 'install the package of its distribution with the symbols' : `install ${debug}`;
  const fetch = buildId === '' ? '' : `, or fetch them with debuginfod-find debuginfo ${buildId}`;
  return `for the other names in ${object}, ${install}${fetch} (or --debug-files DIR), and learn again`;
}

function binaryLines({ binary, coverage }: LearnDocument): string[] {
  if (binary === null || coverage.binary === null) return [];
  const { functions, seen, share, foreign } = coverage.binary;
  if (functions === 0) return [`${binary} names no functions`];
  return [
    `${grouped(seen)} of the ${plural(functions, 'function')} in ${binary} were seen (${(100 * share).toFixed(1)} %)`,
    ...(foreign.length === 0
      ? []
      : [`not in that file: ${some(foreign)} (of modules or scripts, or of another build)`]),
  ];
}

function groupLines({ groups, indistinguishable, inContext }: CoverageReport): string[] {
  if (groups.length === 0) return ['no two functions have the same episodes'];
  const lines = [
    `by their episodes alone, ${plural(indistinguishable, 'function')} in ${plural(groups.length, 'group')} cannot be told apart; by the ` +
      `context of their calls, ${grouped(inContext.indistinguishable)} in ${grouped(inContext.groups.length)} ` +
      `(${grouped(inContext.alwaysTogether)} of them always on the same stacks)`,
  ];
  if (inContext.groups.length > 0)
    lines.push(`the largest of these: ${inContext.groups.slice(0, GROUPS_SHOWN).map(some).join('; ')}`);
  return lines;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length <= NAMES_SHOWN ? shown : `${shown} and ${plural(names.length - NAMES_SHOWN, 'other')}`;
}

export const LEARN_REPORTERS: readonly Reporter<LearnDocument>[] = forAnyNames([
  tableReporter,
  { ...jsonReporter, what: 'the whole document, with all groups and unseen functions' },
]);
