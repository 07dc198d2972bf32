/** Who changed: where each thread and process spends its time, and how often it calls, before the onset and after it. O(rows). */
import type { Places } from '../context/places.js';
import type { Scene } from '../methods/fused/scene/scene.js';
import { FLAG_UNFINISHED } from '../trace/table.js';
import { PLACE_NUMBER, placeOfTime } from './place-of-time.js';
import { type Activity, type Changed, PLACES_OF_TIME, type Shares } from './window-changes.js';

/** Those that changed less are as they were. */
const LEAST_CHANGE = 0.1;
/** Listed at most. */
const MOST = 12;
/** Chance moves the difference of two counts by less than so many standard deviations (Poisson). */
const SIGMAS = 3;
/** A thread without a call for so long, and for so many times as long as its longest pause before, is silent. */
const SILENT_NS = 2e9;
const SILENT_FACTOR = 5;

const SIZE = PLACES_OF_TIME.length;

/** One part of the window: per thread, ns by place of time, and calls. */
class Part {
  readonly time: Float64Array;
  readonly calls: Float64Array;
  constructor(
    threads: number,
    readonly ns: number,
  ) {
    this.time = new Float64Array(threads * SIZE);
    this.calls = new Float64Array(threads);
  }

  activityOf(threads: readonly number[]): Activity {
    const time = new Float64Array(SIZE);
    let calls = 0;
    for (const t of threads) {
      calls += this.calls[t]!;
      for (let p = 0; p < SIZE; p++) time[p]! += this.time[t * SIZE + p]!;
    }
    return { callsPerSecond: this.ns > 0 ? (calls / this.ns) * 1e9 : 0, shares: sharesOf(time) };
  }
}

function sharesOf(time: Float64Array): Shares {
  const total = time.reduce((sum, ns) => sum + ns, 0);
  const share = (p: number) => (total > 0 ? time[p]! / total : 0);
  return Object.fromEntries(PLACES_OF_TIME.map((place, p) => [place, share(p)])) as unknown as Shares;
}

export interface Activities {
  readonly time: { readonly before: Shares; readonly after: Shares };
  readonly processes: readonly Changed[];
  readonly threads: readonly Changed[];
}

export function activities(scene: Scene, onsetNs: number): Activities {
  const { trace, fromNs, toNs, endRow, firstRow, places } = scene;
  const { start, duration, thread, flags } = trace.columns;
  const count = trace.threads.length;
  const [before, after] = [new Part(count, onsetNs - fromNs), new Part(count, toNs - onsetNs)];
  const placeOf = placesOfTime(places);
  const lastEnd = new Float64Array(count).fill(NaN);
  const lastOpen = new Uint8Array(count);
  const longestPause = new Float64Array(count);
  const add = (t: number, place: number, from: number, to: number) => {
    const early = Math.min(to, onsetNs) - Math.max(from, fromNs);
    if (early > 0) before.time[t * SIZE + place]! += early;
    const late = Math.min(to, toNs) - Math.max(from, onsetNs);
    if (late > 0) after.time[t * SIZE + place]! += late;
  };
  for (let i = 0; i < endRow; i++) {
    const t = thread[i]!;
    const begin = start[i]!;
    const end = duration[i]! > 0 ? begin + duration[i]! : begin;
    if (i >= firstRow) (begin < onsetNs ? before : after).calls[t]!++;
    if (begin > lastEnd[t]!) {
      add(t, PLACE_NUMBER.computing, lastEnd[t]!, begin);
      longestPause[t] = Math.max(longestPause[t]!, begin - lastEnd[t]!);
    }
    if (end > begin) add(t, placeOf[places.ofRow[i]!]!, begin, end);
    lastEnd[t] = end;
    lastOpen[t] = flags[i]! & FLAG_UNFINISHED;
  }
  const silentFor = trace.threads.map(({ exitNs }, t) => {
    if (Number.isNaN(lastEnd[t]!)) return 0;
    add(t, PLACE_NUMBER.computing, lastEnd[t]!, exitNs ?? toNs);
    const ns = exitNs === null && lastOpen[t] === 0 ? toNs - lastEnd[t]! : 0;
    return ns >= SILENT_NS && ns >= SILENT_FACTOR * longestPause[t]! ? ns : 0;
  });
  const changedOf = (members: readonly number[], tid: number | null): Changed => {
    const first = trace.threads[members[0]!]!;
    const silent = members.reduce((least, t) => Math.min(least, silentFor[t]!), Infinity);
    const isNew = members.every((t) => trace.threads[t]!.firstNs >= onsetNs);
    const parts = { before: before.activityOf(members), after: after.activityOf(members) };
    return {
      pid: first.pid,
      tid,
      name: first.name !== '' ? first.name : first.program.slice(first.program.lastIndexOf('/') + 1),
      ...parts,
      change: changeOf(parts.before, parts.after, [before.ns, after.ns]),
      state: silent > 0 ? 'silent' : isNew ? 'new' : null,
      silentFor: silent / 1e9,
    };
  };
  const all = Array.from({ length: count }, (_, t) => t);
  const byProcess = grouped(all, (t) => trace.threads[t]!.pid);
  return {
    time: { before: before.activityOf(all).shares, after: after.activityOf(all).shares },
    processes: listed([...byProcess.values()].map((members) => changedOf(members, null))),
    threads: listed(all.map((t) => changedOf([t], trace.threads[t]!.tid))),
  };
}

function grouped<T, K>(list: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of list) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Per place of a row: PLACE_NUMBER of its call. */
function placesOfTime({ symbols, contexts, contextOf }: Places): Uint8Array {
  const ofSymbol = Uint8Array.from(symbols, (s) => PLACE_NUMBER[placeOfTime(s)]);
  return Uint8Array.from(contextOf, (context) => ofSymbol[contexts.symbol[context]!]!);
}

/** How differently it spends its time (total variation), or how much more or less often it calls, whichever is more. */
function changeOf(before: Activity, after: Activity, [nsBefore, nsAfter]: readonly [number, number]): number {
  const there = (a: Activity) => PLACES_OF_TIME.some((place) => a.shares[place] > 0);
  const moved =
    PLACES_OF_TIME.reduce((sum, place) => sum + Math.abs(after.shares[place] - before.shares[place]), 0) / 2;
  const [a, b] = [before.callsPerSecond, after.callsPerSecond];
  // Variance of a rate: its count by the square of the time.
  const sigma = Math.sqrt(a / (nsBefore / 1e9) + b / (nsAfter / 1e9));
  const rate = Math.abs(b - a) > SIGMAS * sigma ? Math.abs(b - a) / (a + b) : 0;
  return there(before) && there(after) ? Math.max(moved, rate) : rate;
}

function listed(all: readonly Changed[]): Changed[] {
  const changed = all.filter((c) => c.change >= LEAST_CHANGE || c.state === 'silent');
  // Of equal changes, that of the busier one.
  const busy = (c: Changed) => c.before.callsPerSecond + c.after.callsPerSecond;
  const weight = (c: Changed) => c.change * Math.log2(2 + busy(c)) + (c.state === 'silent' ? SILENT_WEIGHT : 0);
  return changed.sort((a, b) => weight(b) - weight(a) || a.pid - b.pid || (a.tid ?? 0) - (b.tid ?? 0)).slice(0, MOST);
}
/** A silent thread comes before all that merely changed. */
const SILENT_WEIGHT = 100;
