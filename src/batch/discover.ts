/** From the arguments of `batch` to the incidents that they stand for. Looks at names and sizes only. */
import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import { throwIfCancelled } from '../pool/stage.js';
import { archiveKind } from '../source/archive.js';
import { fileError } from '../source/file-error.js';
import { listArchive } from './archive-list.js';
import { type Group, groupIncidents, kindOf } from './conventions.js';
import type { Found } from './incident-plan.js';
import type { InputRef } from './job.js';

type Skipped = (path: string, reason: string) => void;

interface Options {
  readonly signal?: AbortSignal | undefined;
  /** Hears of what may be meant as an incident and is left out, and why. */
  readonly onSkip?: Skipped;
}

const SPECIAL = 'a pipe, a device or a socket, no file';

/** @throws PerfscopeError 'input-missing' when an argument stands for nothing */
export async function discover(args: readonly string[], options: Options = {}): Promise<Found[]> {
  const found: Found[] = [];
  for (const arg of args) {
    const before = found.length;
    for (const match of await expand(arg)) {
      const archive = match.startsWith('s3://') ? match : path.resolve(match);
      for (const f of await incidentsAt(match, options)) found.push({ ...f, archive });
    }
    if (found.length === before)
      throw new PerfscopeError(
        'input-missing',
        'no incident here',
        { path: arg },
        'An incident is a folder with incident.*, a trace (.strace, .txt, .csv, ...; gz, zst, xz), or lies in a tar or zip.',
      );
  }
  return withoutDoubles(found);
}

/** A glob that names a file as it is, brackets and all, is that file. */
async function expand(arg: string): Promise<string[]> {
  if (arg.startsWith('s3://')) return [arg];
  if ((await statOf(arg)) !== null) return [arg];
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!isDynamicPattern(arg))
    throw new PerfscopeError('input-missing', `${arg} does not exist`, { path: arg }, 'Check the path.');
  const matches = await glob(arg, { onlyFiles: false, expandDirectories: false, dot: false });
  return matches.map((m) => m.replace(/\/$/, '')).sort();
}

async function incidentsAt(place: string, options: Options): Promise<Found[]> {
  if (place.startsWith('s3://')) {
    const { listObjects } = await import('./s3.js');
    return groupsAs(await listObjects(place, options.signal), place.replace(/\/+$/, ''));
  }
  const stats = await statOf(place);
  if (stats?.isDirectory() === true) return folderIncidents(place, options);
  if (stats?.isFile() === false) {
    options.onSkip?.(place, SPECIAL);
    return [];
  }
  if (kindOf(place) === 'archive' || (stats !== null && (await archiveKind(place)) !== null))
    return archiveIncidents(place, path.basename(place), options);
  return [await fileIncident(place)];
}

async function folderIncidents(folder: string, options: Options): Promise<Found[]> {
  const root = path.basename(path.resolve(folder));
  const files = await filesBelow(folder, options.onSkip);
  const found = groupsAs(files, root);
  for (const file of files)
    if (kindOf(file.name) === 'archive' && file.kind === 'file')
      for (const f of await archiveIncidents(file.path, `${root}/${file.name}`, options)) found.push(f);
  return found;
}

/** A trace that was named: all that its folder says about it counts, too. */
async function fileIncident(file: string): Promise<Found> {
  const name = path.normalize(file).replace(/^(?:\.\.?\/)+|^\/+/, '');
  const size = (await statOf(file))?.size ?? 0;
  const folder = path.dirname(file);
  const siblings = await readdir(folder).catch(() => []);
  const beside = async (kind: string) => {
    const refs: InputRef[] = [];
    for (const s of siblings.sort())
      if (kindOf(s) === kind) {
        const at = path.resolve(folder, s);
        const stats = await statOf(at);
        if (stats?.isFile() === true)
          refs.push({ kind: 'file', name: path.join(path.dirname(name), s), path: at, size: stats.size });
      }
    return refs;
  };
  const input: InputRef = { kind: 'file', name, path: path.resolve(file), size };
  return { name, inputs: [input], profiles: await beside('profile'), signatures: await beside('signatures') };
}

async function archiveIncidents(archive: string, name: string, options: Options): Promise<Found[]> {
  const { signal, onSkip } = options;
  const skipped = (member: string, reason: string) => onSkip?.(`${archive}!/${member}`, reason);
  const { members, problem } = await listArchive(archive, { signal, onSkip: skipped });
  // Not read to its end is not damaged.
  throwIfCancelled(signal);
  const found = groupsAs([...members.values()], `${name}!`);
  if (problem === null) return found;
  onSkip?.(archive, problem.message);
  const at = path.resolve(archive);
  const alone = (input: InputRef): Found => ({ name: input.name, inputs: [input], profiles: [], signatures: [] });
  // It has the name of an archive only.
  if (problem.code === 'input-format')
    return [alone({ kind: 'file', name, path: at, size: (await statOf(archive))?.size ?? 0 })];
  return [...found, alone({ kind: 'member', name: `${name}!/${LOST}`, size: 0, archive: at, member: LOST })];
}

/** Stands for what an archive that is damaged, or breaks off, held from there on: an incident that fails for that reason. */
export const LOST = '(behind the damage)';

function groupsAs(entries: readonly InputRef[], root: string): Found[] {
  const under = (name: string) => (name === '' ? root : `${root}/${name}`);
  const named = (refs: readonly InputRef[], name = '', as = '') =>
    refs.map((r) => ({ ...r, name: r.name === name ? as : under(r.name) }));
  // Of many incidents, once: an archive may hold 100,000.
  const lists = new Map<readonly InputRef[], InputRef[]>();
  const beside = (refs: readonly InputRef[]) => {
    const list = lists.get(refs) ?? named(refs);
    lists.set(refs, list);
    return list;
  };
  // In an archive the order of the archive is kept: it can be read forward only.
  const order = new Map(entries.map((e, i) => [e.name, i]));
  const first = (g: Group<InputRef>) => order.get(g.inputs[0]!.name)!;
  const groups = groupIncidents(entries);
  if (entries[0]?.kind === 'member') groups.sort((a, b) => first(a) - first(b));
  return groups.map((g) => {
    const name = under(g.name);
    const inputs = named(g.inputs, g.name, name);
    return { name, inputs, profiles: beside(g.profiles), signatures: beside(g.signatures) };
  });
}

/** The files of an archive that is a folder. What lies elsewhere is not of it, whatever links say. */
async function filesBelow(root: string, onSkip: Skipped | undefined): Promise<InputRef[]> {
  const files: InputRef[] = [];
  const top = await realpath(root);
  const walk = async (below: string): Promise<void> => {
    const folder = path.join(root, below);
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (below === '') throw fileError(error, root);
      onSkip?.(folder, `a folder that cannot be read (${(error as NodeJS.ErrnoException).code})`);
      return [];
    });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      const at = path.resolve(root, name);
      if (entry.isDirectory()) {
        await walk(name);
        continue;
      }
      const stats = await statOf(at);
      // Only a link leads elsewhere: folders are walked under their own names.
      const reason = stats === null || entry.isFile() ? null : await foreign(at, stats, top);
      if (reason !== null && (kindOf(name) !== 'other' || stats!.isDirectory())) onSkip?.(at, reason);
      // A folder of the archive is read under its own name. A link that leads nowhere may stand for an incident.
      if (reason === null && stats?.isDirectory() !== true)
        files.push({ kind: 'file', name, path: at, size: stats?.size ?? 0 });
    }
  };
  await walk('');
  return files;
}

/** Why what lies there is no file of the folder `top`; null for what is. */
async function foreign(at: string, stats: Stats, top: string): Promise<string | null> {
  if (!stats.isFile() && !stats.isDirectory()) return SPECIAL;
  const target = await realpath(at);
  return isBelow(target, top) ? null : `a link out of the archive, to ${target}`;
}

/** Whether a path is that of a folder, or of something in it. Both are absolute, without links. */
export function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** The same incident named twice is one; two incidents of one name are told apart by the whole path. */
function withoutDoubles(found: readonly Found[]): Found[] {
  const key = (f: Found) => f.inputs.map(placeOf).join('\0');
  const unique = [...new Map(found.map((f) => [key(f), f])).values()];
  const times = new Map<string, number>();
  for (const { name } of unique) times.set(name, (times.get(name) ?? 0) + 1);
  return unique.map((f) => (times.get(f.name) === 1 ? f : { ...f, name: `${f.name}@${placeOf(f.inputs[0]!)}` }));
}

/** Where an input lies, as one text. */
export function placeOf(ref: InputRef): string {
  if (ref.kind === 's3') return ref.url;
  return ref.kind === 'file' ? path.resolve(ref.path) : `${path.resolve(ref.archive)}!/${ref.member}`;
}

async function statOf(file: string) {
  return stat(file).catch(() => null);
}
