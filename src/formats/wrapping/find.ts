/** Finds what stands round the lines of a trace, by its first lines. */
import { LF } from '../../lib/bytes.js';
import { drawnTable } from './drawn-table.js';
import { foldedAt } from './folded.js';
import { ELAPSED, HEADS, type Head, LINE_NUMBER, PROCESS_ID, QUOTES, STAMPS, WRITER_ID } from './heads.js';
import { isKnown, isRecord } from './known-lines.js';
import type { Mark } from './mark.js';
import { MARKS } from './marks.js';
import { prefixHead, sharedPrefix } from './shared-prefix.js';
import { sharedSuffix } from './shared-suffix.js';
import { tableColumn } from './table-column.js';
import { comeAgain, isUnthreaded, isUntimed } from './threads.js';
import { type Wrapping, stepOf } from './wrapping.js';

/** Lines looked at: what all lines share, a few show, and ordinary traces must not pay for the others. */
const LINES = 100;
/** Heads one behind the other (grep -Hn of a log of a container). */
const DEEPEST = 3;
/** From this share of lines that are understood on nothing is looked for. */
const PLAIN = 0.95;
/** So much of the lines must be understood better without a head, and must bear it. */
const GAIN = 0.1;
const BEARING = 0.5;
/** A line that was folded has four parts at most, nearly always. */
const QUOTED = 0.25;
/** So many lines in a row number themselves by chance if their numbers do not begin with 1 and no thread follows them. */
const NUMBERED_LINES = 5;
/** So many times that rise one after the other are no differences. */
const RISES = 8;
/** So few of the numbers of grep -n are smaller than the one before: those of the next file. */
const FEW_FALLS = 0.1;
/** So few lines that are no records may be anything. */
const LEAST_OTHERS = 3;

/** What stands round the lines of the text that begins with `sample`; null when nothing does. */
export function findWrapping(sample: Uint8Array): Wrapping | null {
  return wrappingOf(firstLines(sample));
}

/** What stands round those lines of a text that are no records as they are, if they are records without it; null when nothing does. */
export function wrappingOfOthers(lines: readonly string[]): Wrapping | null {
  const others = lines.filter((line) => !isKnown(line) && !LINE_NUMBER.pattern.test(line)).slice(0, LINES);
  const found = others.length < LEAST_OTHERS ? null : wrappingOf(others);
  return found?.steps.some((id) => 'pattern' in stepOf(id)) === true ? found : null;
}

function wrappingOf(given: readonly string[]): Wrapping | null {
  let lines = given;
  const steps: string[] = [];
  for (const mark of MARKS) {
    // A page may have been escaped twice.
    for (let times = 0; times < 2 && mark.sign(lines); times++) {
      lines = undone(lines, mark);
      steps.push(mark.id);
    }
  }
  for (const find of [tableColumn, drawnTable, sharedSuffix]) {
    const step = find(lines);
    if (step === null) continue;
    lines = undone(lines, stepOf(step) as Mark);
    steps.push(step);
  }
  const { found, fold } = foldedQuotes(lines) ?? unfolded(withoutHeads(lines, 0));
  steps.push(...found.steps);
  if (fold !== null) steps.push(fold);
  if (steps.length === 0) return null;
  const records = found.lines.filter(isRecord);
  const most = (test: (line: string) => boolean) => records.filter(test).length * 2 > records.length;
  const tids = most(isUnthreaded);
  const stamps = found.steps.some((id) =>
    STAMPS.some((group) => (stepOf(id) as Head).pattern.source.includes(`(?<${group}>`)),
  );
  const json = steps.some((id) => id === 'json' || id === 'logfmt');
  return { steps, times: (stamps || json) && most(isUntimed), tids, sources: sourcesOf(lines, found, tids) };
}

/** The lines without the mark; those that go on with one are put behind it. */
function undone(lines: readonly string[], { undo, goesOn }: Mark): string[] {
  const out: string[] = [];
  let open = false;
  for (const line of lines) {
    if (open) out[out.length - 1] += undo(line);
    else out.push(undo(line));
    open = goesOn?.(line) === true;
  }
  return out;
}

/** Whose lines were put together, where that cannot be undone: the numbers of their threads mean nothing to each other. */
function sourcesOf(lines: readonly string[], found: Found, tids: boolean): string[] {
  // Of each head its own: what stands before all lines is no other's.
  const sources = found.steps.map(() => new Set<string>());
  for (const [i, given] of lines.entries()) {
    if (!isRecord(found.lines[i]!)) continue;
    let line = given;
    for (const [step, id] of found.steps.entries()) {
      const head = stepOf(id) as Head;
      const { source, tid } = head.pattern.exec(line)?.groups ?? {};
      // Files of one recording whose lines, or whose names, tell the thread.
      const told = head.id.startsWith('grep') && (tid !== undefined || !tids);
      if (source !== undefined && !told) sources[step]!.add(source);
      line = line.replace(head.pattern, '');
    }
  }
  return sources.flatMap((names) => (names.size > 1 ? [...names] : []));
}

interface Found {
  readonly steps: readonly string[];
  readonly lines: readonly string[];
  /** Lines that are understood. */
  readonly known: number;
}

function withoutHeads(lines: readonly string[], depth: number): Found {
  if (isNumbered(lines)) {
    const { steps, ...rest } = withoutHeads(cut(lines, LINE_NUMBER), depth + 1);
    return { steps: [LINE_NUMBER.id, ...steps], ...rest };
  }
  for (const quote of QUOTES) {
    const rests = cut(lines, quote);
    if (!lines.every((line, i) => line !== rests[i]) || !rests.some(isRecord)) continue;
    const { steps, ...rest } = withoutHeads(rests, depth + 1);
    return { steps: [quote.id, ...steps], ...rest };
  }
  if (isElapsed(lines)) {
    const { steps, ...rest } = withoutHeads(cut(lines, ELAPSED), depth + 1);
    return { steps: [ELAPSED.id, ...steps], ...rest };
  }
  if (areOneWriters(lines)) {
    const { steps, ...rest } = withoutHeads(cut(lines, WRITER_ID), depth + 1);
    return { steps: [WRITER_ID.id, ...steps], ...rest };
  }
  if (areProcesses(lines)) {
    const { steps, ...rest } = withoutHeads(cut(lines, PROCESS_ID), depth + 1);
    return { steps: [PROCESS_ID.id, ...steps], ...rest };
  }
  let best: Found = { steps: [], lines, known: lines.filter(isKnown).length };
  if (depth === DEEPEST || best.known >= lines.length * PLAIN) return best;
  const least = best.known + Math.max(1, lines.length * GAIN);
  for (const head of HEADS) {
    const bearing = lines.filter((line) => head.pattern.test(line)).length;
    if (bearing < lines.length * BEARING || (head.id === 'grep-number' && !numbersRise(lines, head))) continue;
    const found = withoutHeads(cut(lines, head), depth + 1);
    const better =
      found.known > best.known || (found.known === best.known && found.steps.length + 1 < best.steps.length);
    if (found.known >= least && better) best = { ...found, steps: [head.id, ...found.steps] };
  }
  return best.known < lines.length * PLAIN && depth === 0 ? (withoutPrefix(lines) ?? best) : best;
}

/** What heads left, and how it was folded. */
interface Unfolded {
  readonly found: Found;
  readonly fold: string | null;
}

const unfolded = (found: Found): Unfolded => ({ found, fold: foldedAt(found.lines) });

/** Lines that were quoted and then folded, as mail programs do it: only the first part of each has a mark. */
function foldedQuotes(lines: readonly string[]): Unfolded | null {
  const quote = QUOTES[0]!;
  const rests = cut(lines, quote);
  const heads = lines.map((line, i) => line.length - rests[i]!.length);
  const marked = rests.filter((_, i) => heads[i]! > 0);
  if (marked.length === lines.length || marked.length < lines.length * QUOTED) return null;
  // Frames of strace have such a mark of their own.
  if (marked.filter(isKnown).length < marked.length * BEARING) return null;
  const fold = foldedAt(rests, heads);
  const known = rests.filter(isKnown).length;
  return fold === null ? null : { found: { steps: [quote.id], lines: rests, known }, fold };
}

/** Behind what all lines share, whatever it is, if they are understood without it. */
function withoutPrefix(lines: readonly string[]): Found | null {
  const step = sharedPrefix(lines);
  if (step === null) return null;
  // Numbers of lines and marks of quotations may stand behind it.
  const { steps, ...rest } = withoutHeads(cut(lines, prefixHead(step)!), 1);
  return rest.known < lines.length * PLAIN ? null : { steps: [step, ...steps], ...rest };
}

function cut(lines: readonly string[], { pattern }: Head): string[] {
  return lines.map((line) => line.replace(pattern, ''));
}

/**
 * Whether the lines are numbered: each by one more than the line before. Threads may make their first calls one after the other
 * too, but then a call before has returned the number.
 */
function isNumbered(given: readonly string[]): boolean {
  const lines = given.filter((line) => line.trim() !== '');
  const first = lines[0] === undefined ? null : LINE_NUMBER.pattern.exec(lines[0]);
  if (first === null || lines.length < 2) return false;
  const from = Number(first.groups!.number);
  const rests: string[] = [];
  for (const [i, line] of lines.entries()) {
    const found = LINE_NUMBER.pattern.exec(line);
    if (found === null || Number(found.groups!.number) !== from + i) return false;
    if (new RegExp(`(?:clone3?|fork)\\b.*= ${from + i}(?: |$)`).test(lines[i - 1] ?? '')) return false;
    rests.push(line.slice(found[0].length));
  }
  if (!rests.some(isRecord)) return false;
  if (rests.every((rest) => !isRecord(rest) || !isUnthreaded(rest))) return true;
  // strace pads threads on their right.
  const padded = lines.every((line) => line.startsWith(' '));
  return padded || lines.length >= (from === 1 ? 3 : NUMBERED_LINES);
}

/**
 * Whether seconds stand before all records that only rise, from line to line: since the beginning. Differences, which strace -r prints in
 * the same place, rise so often in a row once in forty thousand texts, and never among longer pauses.
 */
function isElapsed(lines: readonly string[]): boolean {
  let last = -1;
  let rises = 0;
  for (const line of lines) {
    const found = ELAPSED.pattern.exec(line);
    if (found === null || !isRecord(line.slice(found[0].length))) {
      if (isRecord(line)) return false;
      continue;
    }
    const seconds = Number(found.groups!.uptime);
    if (seconds < last) return false;
    if (seconds > last) rises++;
    last = seconds;
  }
  return rises >= RISES;
}

/**
 * Whether one number stands before the threads of all records: the tracer's own, in a log. Whole seconds between lines (-r), which strace prints
 * in the place of those threads, are hours only where all of them are.
 */
function areOneWriters(lines: readonly string[]): boolean {
  const records = lines.filter(isRecord);
  const numbers = records.map((line) => WRITER_ID.pattern.exec(line)?.groups?.number);
  if (numbers.length < NUMBERED_LINES || numbers[0] === undefined || new Set(numbers).size > 1) return false;
  return records.every((line) => !/^\[pid +\d+\] \d{2} /.test(line));
}

/** Whether all records have two numbers, of which the second come again as threads do. */
function areProcesses(lines: readonly string[]): boolean {
  const numbers = lines.filter(isRecord).map((line) => PROCESS_ID.pattern.exec(line)?.groups?.number);
  return numbers.every((number) => number !== undefined) && comeAgain(numbers);
}

/** Whether the numbers before lines rise, as those of grep -n do in each file: others are threads. */
function numbersRise(lines: readonly string[], { pattern }: Head): boolean {
  const numbers = lines.flatMap((line) => parseInt(pattern.exec(line)?.[0] ?? '', 10) || []);
  const falls = numbers.filter((number, i) => i > 0 && number <= numbers[i - 1]!).length;
  return falls <= numbers.length * FEW_FALLS;
}

/** Lines that are not empty; `most` of them. */
export function firstLines(sample: Uint8Array, most = LINES): string[] {
  const lines: string[] = [];
  for (let from = 0; from < sample.length && lines.length < most;) {
    const feed = sample.indexOf(LF, from);
    const end = feed < 0 ? sample.length : feed;
    const line = Buffer.from(sample.buffer, sample.byteOffset + from, end - from).toString('latin1');
    if (line.trim() !== '') lines.push(line.endsWith('\r') ? line.slice(0, -1) : line);
    from = end + 1;
  }
  return lines;
}
