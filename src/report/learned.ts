/** Reports of `learn`: what the signatures cover. */
import type { CoverageReport } from '../signatures/coverage.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { jsonReporter } from './json.js';
import type { Reporter } from './reporter.js';
import { duration, grouped, plural, wrap } from './text.js';

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
    const share = events === 0 ? 0 : Math.round((100 * eventsWithStack) / events);
    const lines = [
      `${grouped(events)} calls in ${duration(seconds)}, ${share} % of them with a stack of the program's own`,
      `${plural(coverage.episodes, 'distinct episode')}; ${plural(coverage.innermost, 'function')} issued calls, the others only called these`,
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

export const LEARN_REPORTERS: readonly Reporter<LearnDocument>[] = [
  tableReporter,
  { ...jsonReporter, what: 'the whole document, with all groups and unseen functions' },
];
