/** What changed in a window, as lines of text: for an analysis without signatures. */
import type { ResultDocument } from '../result.js';
import {
  type Blocked,
  type Changed,
  type ChangedEpisode,
  PLACES_OF_TIME,
  type PlaceOfTime,
  type Shares,
  type WindowChanges,
} from '../changes/window-changes.js';
import { duration, grouped, moment, plural } from './text.js';

/** A heading and what stands below it. */
export interface Paragraph {
  readonly title: string;
  readonly lines: readonly string[];
}

const NAMES: Readonly<Record<PlaceOfTime, string>> = {
  computing: 'computing, or waiting for a processor',
  disk: 'the disk',
  network: 'the network',
  locks: 'locks',
  local: 'other processes and threads',
  sleep: 'sleep',
  idle: 'waiting for work',
  other: 'other calls',
};

/** Shares of time that differ by less are the same. */
const SAME_SHARE = 0.02;
/** Threads are listed up to here. */
const THREADS = 6;

export function changesText(d: Pick<ResultDocument, 'changes' | 'trace'>): Paragraph[] {
  const { changes: c } = d;
  if (c === undefined) return [];
  const when = `from ${moment(d.trace, c.onset)}`;
  const paragraphs = [
    { title: `Episodes that changed ${when}`, lines: c.episodes.map(episodeText) },
    { title: 'Calls that block', lines: c.blocked.map(blockedText) },
    { title: 'Threads that changed', lines: c.threads.slice(0, THREADS).map(changedText) },
    {
      title: 'Processes that changed',
      lines: severalProcesses(c) ? c.processes.slice(0, THREADS).map(changedText) : [],
    },
    { title: 'Where the time of all threads goes', lines: timeText(c) },
  ];
  return paragraphs.filter((p) => p.lines.length > 0);
}

/** Processes of one thread each are its threads once more. */
function severalProcesses({ processes, threads }: WindowChanges): boolean {
  return processes.some(({ pid }) => threads.filter((t) => t.pid === pid).length > 1);
}

export const perSecond = (n: number) => `${n >= 9.95 ? grouped(Math.round(n)) : n.toFixed(n >= 0.995 ? 1 : 2)}/s`;

/** Runs of one call are told by their length. */
export function sequenceText(calls: readonly string[]): string {
  const runs: { call: string; n: number }[] = [];
  for (const call of calls) {
    const last = runs.at(-1);
    if (last?.call === call) last.n++;
    else runs.push({ call, n: 1 });
  }
  return runs.map(({ call, n }) => (n === 1 ? call : `${n}x ${call}`)).join(' > ');
}

function episodeText({ calls, before, after, threads }: ChangedEpisode): string {
  const whose = threads.length === 1 ? `thread ${threads[0]}` : `thread ${threads[0]} and others`;
  const counts = `${grouped(before.count)} before, ${grouped(after.count)} after`;
  return `${sequenceText(calls)}: ${perSecond(before.perSecond)} -> ${perSecond(after.perSecond)} (${counts}; ${whose})`;
}

function blockedText({ call, place, before, after, unfinished, threads }: Blocked): string {
  const longest = before.count === 0 ? 'not seen before' : `${duration(before.longest)} at most before`;
  const open = unfinished === 0 ? '' : `, ${plural(unfinished, 'call')} never returned`;
  const where = place === 'other' ? '' : ` (${NAMES[place]})`;
  const list = `${threads.slice(0, 4).join(', ')}${threads.length > 4 ? ', ...' : ''}`;
  const who = threads.length === 0 ? '' : `; ${threads.length === 1 ? 'thread' : 'threads'} ${list}`;
  return `${call}${where}: up to ${duration(after.longest)}, ${longest}${open}${who}`;
}

function changedText({ tid, pid, name, before, after, state, silentFor }: Changed): string {
  const who = `${tid === null ? `process ${pid}` : `thread ${tid}`}${name === '' ? '' : ` (${name})`}`;
  const calls = `${perSecond(before.callsPerSecond)} -> ${perSecond(after.callsPerSecond)} calls`;
  if (state === 'silent')
    return `${who}: no call for the last ${duration(silentFor)}, and in none: it computes; ${calls}`;
  if (state === 'new') return `${who}: new; ${perSecond(after.callsPerSecond)} calls; ${mostly(after.shares)}`;
  return [`${who}: ${calls}`, ...moved(before.shares, after.shares).slice(0, 2)].join('; ');
}

function mostly(shares: Shares): string {
  const most = [...PLACES_OF_TIME].sort((a, b) => shares[b] - shares[a])[0]!;
  return `${percent(shares[most])} of its time ${NAMES[most]}`;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

/** Places of time whose share moved, those that moved most first. */
function moved(before: Shares, after: Shares): string[] {
  return PLACES_OF_TIME.filter((place) => Math.abs(after[place] - before[place]) >= SAME_SHARE)
    .sort((a, b) => Math.abs(after[b] - before[b]) - Math.abs(after[a] - before[a]))
    .map((place) => `${NAMES[place]} ${percent(before[place])} -> ${percent(after[place])} of its time`);
}

function timeText({ time: { before, after } }: WindowChanges): string[] {
  const there = PLACES_OF_TIME.filter((place) => Math.max(before[place], after[place]) >= SAME_SHARE / 2);
  if (there.length === 0) return [];
  return [there.map((place) => `${NAMES[place]} ${percent(before[place])} -> ${percent(after[place])}`).join('; ')];
}
