/** Signatures learned once per content: of the profiles, of the learning parameters, and of the code that learns. */
import { createHash } from 'node:crypto';
import { readFile, readdir, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../lib/make-folder.js';
import { learn } from '../coordinator/learn.js';
import type { RunOptions } from '../coordinator/run.js';
import type { Parameters } from '../parameters.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { learningParameters } from '../signatures/learn.js';
import { readSignatures, writeSignatures } from '../signatures/file.js';

/** Folders of this package whose code decides what is learned. */
const LEARNING_CODE = [
  'binary',
  'context',
  'coordinator',
  'episodes',
  'formats',
  'reading',
  'signatures',
  'source',
  'trace',
];

/** Learns from the profiles, or takes what was learned from the same bytes before. `cache` null: always learns. */
export async function learnCached(
  profiles: readonly string[],
  parameters: Parameters,
  cache: string | null,
  options: RunOptions,
): Promise<SignatureDatabase> {
  const learned = async () => (await learn(profiles, { ...options, parameters, coverage: false })).signatures;
  if (cache === null) return learned();
  return keptSignatures(cache, await contentKey(profiles, parameters), learned);
}

/** What is kept under `key` in the folder `cache`; learned, and kept, where there is nothing. */
export async function keptSignatures(
  cache: string,
  key: string,
  learned: () => Promise<SignatureDatabase>,
): Promise<SignatureDatabase> {
  const file = path.join(cache, `${key}.signatures.json`);
  try {
    const signatures = await readSignatures(file);
    // Whoever tidies the folder by age keeps what is in use.
    await utimes(file, new Date(), new Date()).catch(() => undefined);
    return signatures;
  } catch {
    const signatures = await learned();
    await makeFolder(cache);
    await writeSignatures(signatures, file);
    return signatures;
  }
}

async function contentKey(profiles: readonly string[], parameters: Parameters): Promise<string> {
  const hash = createHash('sha256').update(await learningFingerprint());
  hash.update(JSON.stringify(learningParameters(parameters)));
  for (const profile of profiles) {
    hash.update(`\0${path.basename(profile)}\0`);
    const files = (await stat(profile)).isDirectory() ? await filesBelow(profile) : [profile];
    for (const file of files) hash.update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 32);
}

let fingerprint: Promise<string> | null = null;
/** Hash of the code that decides what is learned; computed once. */
export function learningFingerprint(): Promise<string> {
  fingerprint ??= codeFingerprint(LEARNING_CODE);
  return fingerprint;
}

/** Hash of the version of Node.js and of the code in these folders of the package. */
export async function codeFingerprint(folders: readonly string[]): Promise<string> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const hash = createHash('sha256').update(process.version);
  for (const folder of folders)
    for (const file of await filesBelow(path.join(root, folder)))
      if (/\.[jt]s$/.test(file)) hash.update(await readFile(file));
  return hash.digest('hex');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((e) => e.isFile())
    .map((e) => path.join(e.parentPath, e.name))
    .sort();
}
