/**
 * Incidents that look alike: the same functions suspected in the same program, for the same episodes of calls. Pure.
 *
 * An incident is a vector: 1/rank for each suspect, and half of that, shared out by weight, for the episodes that speak
 * against it. Two incidents are as alike as the cosine of their vectors. Equal vectors are one; then, the most frequent
 * first, each joins the leader that it is most like, or becomes a leader itself (leader clustering: one pass, and the
 * order of the incidents does not matter).
 */
import type { ResultDocument, Suspect } from '../result.js';

/** Suspects looked at: what follows is hardly ever of interest to a reader, and varies from run to run. */
const SUSPECTS = 5;
const EPISODES_SHARE = 0.5;
/** From this cosine on incidents are alike: the same first suspect and one of the next two, or all the same functions. */
export const ALIKE = 0.6;

export type Features = ReadonlyMap<string, number>;

/** The vector of an incident, of length 1; empty when nothing is suspected. */
export function featuresOf(document: Pick<ResultDocument, 'suspects'>): Features {
  const features = new Map<string, number>();
  const add = (key: string, weight: number) => features.set(key, (features.get(key) ?? 0) + weight);
  const ranked = [...document.suspects].sort((a, b) => a.rank - b.rank).slice(0, SUSPECTS);
  for (const suspect of ranked) {
    add(`f ${suspect.function}`, 1 / suspect.rank);
    for (const [episode, weight] of episodesOf(suspect)) add(`e ${episode}`, (EPISODES_SHARE * weight) / suspect.rank);
  }
  const length = Math.hypot(...features.values());
  return new Map([...features].map(([k, v]) => [k, Math.round((v / length) * 1e6) / 1e6]));
}

/** The episodes that speak against a suspect, by their share of the evidence that has any. */
export function episodesOf(suspect: Suspect): Map<string, number> {
  const spoken = suspect.evidence.filter((e) => e.episode.length > 0);
  const total = spoken.reduce((sum, e) => sum + e.weight, 0);
  const episodes = new Map<string, number>();
  for (const e of spoken) {
    const key = e.episode.join(' ');
    episodes.set(key, (episodes.get(key) ?? 0) + (total > 0 ? e.weight / total : 1 / spoken.length));
  }
  return episodes;
}

export interface Comparable {
  readonly id: string;
  /** Incidents of different groups (programs) are never alike. */
  readonly group: string;
  readonly features: Features;
}

/** Groups of ids, largest first. Incidents without features are in none. */
export function alike(incidents: readonly Comparable[], threshold = ALIKE): string[][] {
  const clusters: string[][] = [];
  const leaders = new Map<string, Leaders>();
  for (const { group, features, ids } of distinct(incidents)) {
    const known = leaders.get(group) ?? new Leaders();
    leaders.set(group, known);
    const leader = known.mostAlike(features, threshold);
    if (leader !== null) {
      for (const id of ids) leader.ids.push(id);
    } else {
      known.add({ features, ids });
      clusters.push(ids);
    }
  }
  for (const ids of clusters) ids.sort();
  return clusters.sort((a, b) => b.length - a.length || (a[0]! < b[0]! ? -1 : 1));
}

interface Leader {
  readonly features: Features;
  readonly ids: string[];
}

/** Looked at are those only that have a feature in common with an incident: of thousands, a few. */
class Leaders {
  private readonly list: Leader[] = [];
  private readonly having = new Map<string, number[]>();

  add(leader: Leader): void {
    const number = this.list.push(leader) - 1;
    for (const key of leader.features.keys()) {
      const known = this.having.get(key);
      if (known === undefined) this.having.set(key, [number]);
      else known.push(number);
    }
  }

  /** Of equals the one that came last; null when none reaches the threshold, which is above 0. */
  mostAlike(features: Features, threshold: number): Leader | null {
    const met = new Set<number>();
    for (const key of features.keys()) for (const number of this.having.get(key) ?? []) met.add(number);
    let [best, most] = [-1, threshold];
    for (const number of met) {
      const c = cosine(features, this.list[number]!.features);
      if (c < most || (c === most && number < best)) continue;
      [best, most] = [number, c];
    }
    return best < 0 ? null : this.list[best]!;
  }
}

function distinct(incidents: readonly Comparable[]) {
  const found = new Map<string, { key: string; group: string; features: Features; ids: string[] }>();
  for (const { id, group, features } of incidents) {
    if (features.size === 0) continue;
    const sorted = [...features].sort((a, b) => (a[0] < b[0] ? -1 : 1));
    const key = JSON.stringify([group, sorted]);
    const same = found.get(key);
    if (same === undefined) found.set(key, { key, group, features, ids: [id] });
    else same.ids.push(id);
  }
  return [...found.values()].sort((a, b) => b.ids.length - a.ids.length || (a.key < b.key ? -1 : 1));
}

export function cosine(a: Features, b: Features): number {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [key, weight] of few) sum += weight * (many.get(key) ?? 0);
  return sum;
}
