/**
 * A case: a folder with an incident of known truth (docs/evaluation.md). `case.json` is read here, for scoring, and nowhere
 * else: the analysis gets the paths of the incident and the profiles only.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PerfscopeError } from '../errors.js';
import { textWithin } from '../lib/read-within.js';

/** A truth has some lines. */
const MOST_BYTES = 16 * 1024 * 1024;

const names = z.array(z.string()).default([]);

const truthSchema = z.looseObject({
  id: z.string().min(1),
  system: z.string().default('unknown'),
  /** By what cases are grouped (case-keys.ts): of any shape, for scoring does not depend on them. */
  platform: z.unknown().optional(),
  operator: z.unknown().optional(),
  recorder: z.unknown().optional(),
  category: z.string().default('unknown'),
  /** The functions that the fix changed. Empty: no function is guilty. */
  rootCauseFunctions: names,
  /** Their callers, innermost first. */
  callPathFunctions: names,
  /** Where the defect is never on the anomalous stacks: the functions through which it shows. */
  observableFunctions: names,
  functionsInBinary: z.number().positive().nullish(),
  /** Seconds on the incident's own clock; null for a healthy case. */
  triggeredAt: z.number().nullish(),
  /** The same on the oracle's clock. */
  oracleTriggeredAt: z.number().nullish(),
  externalResource: z.enum(['disk', 'network', 'peer', 'cpu']).nullish(),
});

/** What is known to be true of a case; unknown keys are kept. */
export type Truth = z.infer<typeof truthSchema>;

/** `external` and `none` cases have nobody to blame. */
export function blames(category: string): boolean {
  return category !== 'external' && category !== 'none';
}

export interface Case {
  readonly folder: string;
  readonly truth: Truth;
  readonly incident: readonly string[];
  readonly profiles: readonly string[];
  readonly oracle: string | null;
}

/** The case in a folder. */
export async function readCase(folder: string): Promise<Case> {
  const file = path.join(folder, 'case.json');
  const truth = parseTruth(await readText(file), file);
  const entries = (await readdir(folder)).sort();
  const named = (prefix: string) => entries.filter((e) => e.startsWith(prefix)).map((e) => path.join(folder, e));
  const incident = named('incident');
  const profiles = named('profile');
  const missing = incident.length === 0 ? 'incident' : profiles.length === 0 ? 'profile' : null;
  if (missing !== null) {
    const advice = 'A case has case.json, incident.* and profile-1.*, profile-2.*, ...';
    throw new PerfscopeError('input-missing', `the case has no ${missing}.* file`, { path: folder }, advice);
  }
  return { folder, truth, incident, profiles, oracle: named('oracle')[0] ?? null };
}

/** All cases of the folders given: a folder is a case, or holds cases (at any depth). In order of their paths. */
export async function findCases(folders: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of folders) {
    const inside = await casesBelow(folder);
    if (inside.length === 0) {
      const advice = 'A bug set is a folder of cases; each case is a folder with a case.json.';
      throw new PerfscopeError('input-missing', 'no case.json here or below', { path: folder }, advice);
    }
    for (const c of inside) found.add(c);
  }
  return [...found];
}

/** @param above folders that it lies in, without links: one that leads back is left out */
async function casesBelow(folder: string, above: readonly string[] = []): Promise<string[]> {
  let entries;
  try {
    if (path.basename(folder) === 'case.json') return [path.dirname(folder)];
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new PerfscopeError(
      'input-missing',
      missing ? 'no such folder' : 'not a folder that can be read',
      { path: folder },
      'Name a folder of cases, such as datasets/bugs.',
    );
  }
  if (entries.some((e) => e.name === 'case.json')) return [folder];
  const here = await realpath(folder);
  if (above.includes(here)) return [];
  const below: string[] = [];
  for (const e of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const sub = path.join(folder, e.name);
    // A link to a folder counts as one; one may lead nowhere.
    if (e.isDirectory() || (e.isSymbolicLink() && (await stat(sub).catch(() => null))?.isDirectory() === true))
      below.push(...(await casesBelow(sub, [...above, here])));
  }
  return below;
}

function parseTruth(text: string, file: string): Truth {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PerfscopeError('input-format', `not JSON: ${(error as Error).message}`, { path: file });
  }
  const parsed = truthSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new PerfscopeError('input-format', `${issue.path.join('.')}: ${issue.message}`, { path: file });
}

async function readText(file: string): Promise<string> {
  try {
    return await textWithin(file, MOST_BYTES);
  } catch (error) {
    if (error instanceof PerfscopeError) throw error;
    throw new PerfscopeError('input-missing', (error as Error).message, { path: file });
  }
}
