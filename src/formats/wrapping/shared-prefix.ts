/**
 * A prefix that the table of heads does not have, but all lines share: the same text in each, with times between that may differ.
 * Where anything else differs (names or numbers of hosts, files, jobs) the lines may be of several, and it is left alone.
 */
import { BEHIND, hidesThread } from '../foreign/index.js';
import type { Head } from './heads.js';
import { perfIndex } from './known-lines.js';

/** Fewer lines share anything by chance. */
const LEAST_LINES = 3;
/** So few numbers rise by chance. */
const LEAST_COUNTED = 5;
/** A step of a Wrapping that is no id of a table, but a pattern. */
const STEP = 'prefix:';

/** Digits with what stands between them in times and dates (behind a colon there are two); seconds, milli- or nanoseconds since the epoch. */
const TIME = /^(?:\d+(?:[/.,T+-]\d+|:\d\d(?!\d))+[Z:,]?|\d{10,19}:?)$/;
const ADDRESS = /^\d+\.\d+\.\d+\.\d+:?$/;
const TIME_PATTERN = String.raw`\d[\d:/.,TZ+-]*`;

/** Process and thread. */
const PAIR = /^\d+\/\d{3,}:?$/;
/** How grave an application's logger takes a line to be, whose it is as little as its time; klog's stands before the day (`I0305`). */
const LEVELS = 'trace debug debg info notice warn warning err error severe critical fatal'.split(' ');
const WRITTEN = LEVELS.flatMap((level) => [level, level.toUpperCase(), level[0]!.toUpperCase() + level.slice(1)]);
const LEVEL_PATTERN = String.raw`(?:level=)?(?:${WRITTEN.join('|')}|[IWEF]\d{4})[:,]?`;
const LEVEL = new RegExp(`^${LEVEL_PATTERN}$`);
const isTime = (token: string): boolean => TIME.test(token) && !ADDRESS.test(token) && !PAIR.test(token);
/** Moments, and the groups of a head that take them. */
const MOMENTS: readonly (readonly [string, RegExp, string])[] = [
  [
    'iso',
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/,
    String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`,
  ],
  ['day', /^\d\d:\d\d:\d\d/, String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`],
  ['epoch', /^\d{10}(?:\.\d{1,9}):?$/, String.raw`\d{10}\.\d{1,9}`],
  ['digits', /^\d{13}(?:\d{3}|\d{6})?:?$/, String.raw`\d{13,19}`],
];
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A frame of perf with its tab, somewhere in a line. */
const PERF_FRAME = /\t *[\da-f]{1,16} \S/;

/** The step that takes off what stands before the records of the lines; null when they share nothing. */
export function sharedPrefix(lines: readonly string[]): string | null {
  // Where perf prints stacks it does not pad names: how much before one is the task's own, its frames tell.
  const ofFrames = prefixesOf(lines, (line) => PERF_FRAME.exec(line)?.index ?? 0);
  const prefixes = ofFrames.length < LEAST_LINES ? prefixesOf(lines, recordIndex) : ofFrames;
  const [first] = prefixes;
  const ofStacks = lines.filter((line) => PERF_FRAME.test(line)).length;
  if (first === undefined || prefixes.length < LEAST_LINES) return null;
  // An empty line ends a stack.
  if (prefixes !== ofFrames && prefixes.length * 2 < lines.length - ofStacks) return null;
  if (prefixes.some(({ length }) => length !== first.length)) return null;
  if (hidesThread(first.join(''))) return null;
  let pattern = '';
  let told = false;
  for (const [i, token] of first.entries()) {
    const all = prefixes.map((prefix) => prefix[i]!);
    const moment = told ? undefined : MOMENTS.find(([, begins]) => all.every((other) => begins.test(other)));
    if (moment !== undefined) {
      const [group, , shape] = moment;
      pattern += String.raw`(?<${group}>${shape})[\d:/.,TZ+-]*`;
      told = true;
    } else if (all.every((other) => other === token)) pattern += escaped(token);
    else if (all.every(isTime)) pattern += TIME_PATTERN;
    else if (all.every((other) => LEVEL.test(other))) pattern += LEVEL_PATTERN;
    else if (areCounted(all)) pattern += String.raw`\d+[.:)]?`;
    else if (all.every((other) => /^\s+$/.test(other))) pattern += String.raw`\s+`;
    else return null;
  }
  return STEP + pattern;
}

/** Numbers that rise from line to line, as those of lines do, and of no host or job. */
function areCounted(tokens: readonly string[]): boolean {
  const numbers = tokens.map((token) => Number(/^(\d+)[.:)]?$/.exec(token)?.[1] ?? NaN));
  return tokens.length >= LEAST_COUNTED && numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);
}

/** What stands before the place that `index` finds in each line, in parts; of lines where that is their beginning, nothing. */
function prefixesOf(lines: readonly string[], index: (line: string) => number): string[][] {
  return lines.flatMap((line) => (index(line) > 0 ? [tokensOf(line.slice(0, index(line)))] : []));
}

/** Where a record begins behind something else; 0 where none does. */
function recordIndex(line: string): number {
  const atTrace = PERF_TRACE.exec(line)?.index;
  if (atTrace !== undefined) return atTrace;
  const atScript = perfIndex(line);
  return atScript >= 0 ? atScript : (BEHIND.exec(line)?.index ?? 0);
}
/** Time, duration and task of perf trace. */
const PERF_TRACE = /(?<!\S)(?:\?|\d+\.\d+) \( *(?:\d+\.\d+ ms)? *\):? /;

/** The head of a step that `sharedPrefix` gave; null for another. */
export function prefixHead(step: string): Head | null {
  if (!step.startsWith(STEP)) return null;
  return { id: step, what: 'a prefix that all lines share', pattern: new RegExp(`^${step.slice(STEP.length)}`) };
}

const tokensOf = (prefix: string): string[] => prefix.split(/(\s+|[[\]|()<>{}]+)/).filter((token) => token !== '');
