/**
 * Which files make up an incident, told by their names alone (docs/batch.md): the same for folders, archives and object
 * stores. Pure.
 */
import { tidOfName } from '../source/folder.js';

export interface Listed {
  /** Path with slashes below the root of the archive. */
  readonly name: string;
}

export interface Group<Entry extends Listed> {
  /** Below the root; '' when the root itself is the incident. */
  readonly name: string;
  readonly inputs: readonly Entry[];
  readonly profiles: readonly Entry[];
  readonly signatures: readonly Entry[];
}

export type FileKind = 'incident' | 'trace' | 'profile' | 'signatures' | 'archive' | 'other';

const PACKED = String.raw`(?:\.(?:gz|zst|xz))?$`;
const ARCHIVE = /\.(?:tar|tgz|txz|tar\.(?:gz|zst|xz)|zip)$/i;
const SIGNATURES = /\.signatures\.json(?:\.gz)?$/;
const TRACE = new RegExp(String.raw`\.(?:strace|perf|data|trace|txt|log|csv|out)${PACKED}`, 'i');
/** `perf.data.2026112916574612`: perf record --switch-output begins a file anew, and names it after the moment. */
const SWITCHED = new RegExp(String.raw`\.data\.\d{14,17}${PACKED}`);
const NO_TRACE = /^(?:readme|licen[cs]e|changelog)\b|^case\.json$/i;

export function kindOf(path: string): FileKind {
  const name = base(path);
  if (name.startsWith('.')) return 'other';
  if (SIGNATURES.test(name)) return 'signatures';
  if (/^profile([-._]|$)/.test(name)) return 'profile';
  // An incident with stacks, in bug sets: for establishing truth only.
  if (/^oracle[-._]/.test(name)) return 'other';
  if (ARCHIVE.test(name)) return 'archive';
  if (/^incident([-._]|$)/.test(name)) return 'incident';
  if (NO_TRACE.test(name)) return 'other';
  return TRACE.test(name) || SWITCHED.test(name) || tidOfName(name) > 0 ? 'trace' : 'other';
}

/**
 * A folder with incident.* is one incident. In any other folder each trace is one, save that the files PREFIX.TID of
 * `strace -ff` are one together, and those of `perf record --switch-output`. Profiles and signatures belong to the incidents of their folder and of those below
 * that have none of their own.
 */
export function groupIncidents<Entry extends Listed>(entries: readonly Entry[]): Group<Entry>[] {
  const folders = new Map<string, Entry[]>();
  for (const entry of [...entries].sort((a, b) => compare(a.name, b.name))) {
    const at = folders.get(parent(entry.name));
    if (at === undefined) folders.set(parent(entry.name), [entry]);
    else at.push(entry);
  }
  // Asked once a folder: many folders may lie below one with many files.
  const known = new Map<string, readonly Entry[]>();
  const nearest = (folder: string, kind: FileKind): readonly Entry[] => {
    const key = `${kind} ${folder}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const here = (folders.get(folder) ?? []).filter((e) => kindOf(e.name) === kind);
    const found = here.length > 0 || folder === '' ? here : nearest(parent(folder), kind);
    known.set(key, found);
    return found;
  };
  const groups: Group<Entry>[] = [];
  for (const [folder, files] of folders) {
    const beside = { profiles: nearest(folder, 'profile'), signatures: nearest(folder, 'signatures') };
    const incident = files.filter((e) => kindOf(e.name) === 'incident');
    if (incident.length > 0) groups.push({ name: folder, inputs: incident, ...beside });
    else for (const part of recordings(files)) groups.push({ ...part, ...beside });
  }
  return groups.sort((a, b) => compare(a.name, b.name));
}

function recordings<Entry extends Listed>(files: readonly Entry[]): { name: string; inputs: Entry[] }[] {
  const found = new Map<string, Entry[]>();
  for (const entry of files) {
    if (kindOf(entry.name) !== 'trace') continue;
    const isPart = tidOfName(base(entry.name)) > 0 || SWITCHED.test(entry.name);
    const name = isPart ? entry.name.replace(/\.\d+(?:\.(?:gz|zst|xz))?$/, '') : entry.name;
    const at = found.get(name);
    if (at === undefined) found.set(name, [entry]);
    else at.push(entry);
  }
  return [...found].map(([name, inputs]) => ({ name, inputs }));
}

/** `.../host=web1/...`: parts of a path that are KEY=VALUE are labels. */
export function labelsOf(path: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const part of path.split('/')) {
    const match = /^([A-Za-z][\w-]*)=(.+)$/.exec(part);
    if (match !== null) labels[match[1]!] = match[2]!;
  }
  return labels;
}

const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const parent = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
