/**
 * What the page of an incident shows: the result document in words, cut to a size that does not depend on the trace. The
 * client (client/) lays it out and adds nothing to what it says.
 */
import type { Evidence, Message, ResultDocument, Suspect, Verdict } from '../../result.js';
import type { Timeline } from '../../timeline/timeline.js';
import { type Paragraph, changesText } from '../changes-text.js';
import { type EvidenceText, evidenceText } from '../evidence-text.js';
import { sentence } from '../messages.js';
import { facts, rankTexts, suspectsNote, verdictWords } from '../summary.js';
import { type FlameTree, flameOf } from './flame.js';
import { allVisible } from './visible.js';
import { type Clock, bytes, duration, grouped, moment, plural } from '../text.js';

export interface PageData {
  readonly title: string;
  readonly verdict: Verdict;
  readonly verdictWords: string;
  readonly reasons: readonly string[];
  /** What, when, where, and what to look at: a heading and one sentence each. */
  readonly story: readonly (readonly [heading: string, text: string])[];
  readonly clock: Clock;
  readonly window: { readonly from: number; readonly to: number };
  readonly onset: number | null;
  /** A word above the suspects where none is blamed. */
  readonly note: string | null;
  readonly suspects: readonly PageSuspect[];
  readonly moreSuspects: number;
  readonly timeline: Timeline | null;
  readonly flame: FlameTree | null;
  readonly changes: readonly Paragraph[];
  readonly facts: readonly (readonly [label: string, text: string])[];
  readonly warnings: readonly string[];
  readonly assumptions: readonly (readonly [label: string, text: string])[];
  readonly parameters: readonly (readonly [name: string, value: number])[];
  readonly madeBy: string;
}

export interface PageSuspect {
  readonly rank: string;
  readonly function: string;
  readonly object: string;
  readonly confidence: number;
  /** Its score, the first suspect's being 1. */
  readonly score: number;
  readonly inferred: boolean;
  readonly tiedWith: readonly string[];
  readonly moreTied: number;
  readonly callPath: readonly string[];
  readonly reasons: readonly string[];
  readonly evidence: readonly PageEvidence[];
}

export type PageEvidence = Omit<Evidence, 'message' | 'detector' | 'count' | 'expected'> & EvidenceText;

const SUSPECTS = 50;
const NAMES = 20;
const WARNINGS = 50;

export function pageData(result: ResultDocument): PageData {
  // Cut before sentences are made of it: a name may be a megabyte long.
  const d = allVisible({
    ...result,
    suspects: result.suspects.slice(0, SUSPECTS),
    warnings: result.warnings.slice(0, WARNINGS),
    // Not on the page, and large.
    slices: undefined,
  });
  const ranks = rankTexts(d.suspects);
  const best = Math.max(0, ...d.suspects.map((s) => s.score));
  return {
    title: `${d.verdict}: ${verdictWords(d)}`,
    verdict: d.verdict,
    verdictWords: verdictWords(d),
    reasons: [...new Set(d.reasons.map((r) => sentence(r, d.trace)))],
    story: story(d),
    clock: { clock: d.trace.clock, startedAt: d.trace.startedAt },
    window: d.window,
    onset: d.onset ?? null,
    note: suspectsNote(d),
    suspects: d.suspects.map((s, i) => pageSuspect(s, ranks[i]!, best, d.trace)),
    moreSuspects: result.suspects.length - d.suspects.length,
    timeline: d.timeline ?? null,
    flame: flameOf(d.stacks),
    changes: changesText(d),
    facts: facts(d),
    warnings: said(d.warnings, d.trace, WARNINGS),
    assumptions: assumptions(d),
    parameters: Object.entries(d.parameters),
    madeBy: `perfscope ${d.tool.version}, method ${d.method}`,
  };
}

function story(d: ResultDocument): [string, string][] {
  const first = d.suspects[0];
  const out: [string, string][] = [];
  if (d.verdict === 'none') out.push(['When', 'Nothing began in this window.']);
  else if (typeof d.onset === 'number') {
    const left = d.window.to - d.onset;
    out.push([
      'When',
      `It began at about ${moment(d.trace, d.onset)} and went on for ${duration(left)}, to the window's end.`,
    ]);
  } else out.push(['When', 'No moment in the window stands out as its beginning.']);
  const tids = [...new Set(d.suspects.slice(0, 3).flatMap((s) => s.evidence.flatMap((e) => e.threads)))];
  const named = tids.slice(0, 4).map((tid) => threadName(d, tid));
  const more = tids.length > 4 ? ` and ${plural(tids.length - 4, 'other')}` : '';
  out.push([
    'Where',
    tids.length === 0
      ? `${plural(d.trace.threads, 'thread')} of ${plural(d.trace.processes, 'process', 'processes')}; no evidence names one.`
      : `Evidence speaks of thread${tids.length > 1 ? 's' : ''} ${named.join(', ')}${more}, of ${grouped(d.trace.threads)}.`,
  ]);
  if (first === undefined) out.push(['Look at', 'No function is suspected.']);
  else {
    const sure = `${Math.round(first.confidence * 100)} % sure`;
    const tied =
      first.tiedWith.length === 0 ? '' : `; cannot be told apart from ${first.tiedWith.slice(0, 3).join(', ')}`;
    const others = first.tiedWith.length > 3 ? ` and ${plural(first.tiedWith.length - 3, 'other')}` : '';
    const blamed = d.verdict === 'none' || d.verdict === 'external' ? 'No function is blamed; most stands out ' : '';
    out.push(['Look at', `${blamed}${first.function} (${sure}${tied}${others})`]);
  }
  return out;
}

function threadName(d: ResultDocument, tid: number): string {
  const name = d.timeline?.threads.find((t) => t.tid === tid)?.name ?? '';
  return name === '' ? String(tid) : `${tid} (${name})`;
}

function pageSuspect(s: Suspect, rank: string, best: number, clock: Clock): PageSuspect {
  const evidence = [...s.evidence].sort((a, b) => b.weight - a.weight);
  return {
    rank,
    function: s.function,
    object: s.object,
    confidence: s.confidence,
    score: best > 0 ? s.score / best : 0,
    inferred: s.inferred,
    tiedWith: s.tiedWith.slice(0, NAMES),
    moreTied: Math.max(0, s.tiedWith.length - NAMES),
    callPath: s.callPath.slice(0, 2 * NAMES),
    reasons: said(
      evidence.map((e) => e.message),
      clock,
      3,
    ),
    evidence: evidence.map((e) => pageEvidence(e, clock)),
  };
}

function pageEvidence(found: Evidence, clock: Clock): PageEvidence {
  const { weight, units, threads, span, episode } = found;
  return { weight, units, threads, span, episode, ...evidenceText(found, clock) };
}

/** The first `most` different sentences. */
function said(messages: readonly Message[], clock: Clock, most: number): string[] {
  return [...new Set(messages.map((m) => sentence(m, clock)))].slice(0, most);
}

function assumptions(d: ResultDocument): [string, string][] {
  const t = d.trace;
  const size = `${plural(t.lines, 'line')}, ${bytes(t.bytes)}`;
  const skipped = t.skippedLines === 0 ? 'nothing was skipped' : `${plural(t.skippedLines, 'line')} skipped`;
  return [
    ['read', `${size}; ${skipped}${t.truncated ? '; the input ends in the middle of a record' : ''}`],
    ['format', `${t.format}: ${t.formatReason}`],
    ['clock', t.clock],
    ['signatures', d.signatures?.path ?? 'none'],
    ['status', d.status === 'ok' ? 'complete' : d.status],
  ];
}
