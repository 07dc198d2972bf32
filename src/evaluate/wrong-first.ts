/** A server's favourite: the function that is first though it is not to blame, time and again. Pure. */
import { normaliseName } from '../signatures/names.js';
import { blames } from './case.js';
import type { CaseRow } from './evaluation.js';

export interface WrongFirst {
  readonly server: string;
  readonly function: string;
  /** Cases in which it is the first suspect and not a related function, of the server's cases with a guilty function. */
  readonly cases: number;
  readonly of: number;
}

/** For each server with a guilty function where some first suspect is wrong: the one that is so most often. By name of server. */
export function wrongFirsts(rows: readonly CaseRow[]): WrongFirst[] {
  const guilty = rows.filter((r) => blames(r.category));
  const servers = [...new Set(guilty.map((r) => r.server))].sort();
  return servers.flatMap((server): WrongFirst[] => {
    const own = guilty.filter((r) => r.server === server);
    const counts = new Map<string, number>();
    for (const { first, relatedFirst } of own) {
      const suspect = first[0];
      if (suspect === undefined || relatedFirst.includes(0)) continue;
      const name = normaliseName(suspect.function);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const most = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0];
    return most === undefined ? [] : [{ server, function: most[0], cases: most[1], of: own.length }];
  });
}
