/** The bytes of inputs, wherever they lie: as sources for the reader, and as hashes for the journal. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PerfscopeError } from '../errors.js';
import { type Member, archiveMembers } from '../source/archive.js';
import { tidOfName } from '../source/folder.js';
import { type SourceSet, openSources } from '../source/index.js';
import { type Source, openStream } from '../source/source.js';
import type { InputRef, Used } from './job.js';

/** Bytes of inputs that are no files, by name. */
export type Contents = ReadonlyMap<string, Uint8Array>;

/** A member is held in memory as a whole, up to so many bytes. */
const MAX_MEMBER = 2 ** 31;

/** Opens inputs as one recording, or each as one of its own (`apart`: profiles). */
export async function openInputs(
  refs: readonly InputRef[],
  contents: Contents,
  signal: AbortSignal | undefined,
  apart = false,
): Promise<SourceSet[]> {
  const paths = refs.flatMap((r) => (r.kind === 'file' ? [r.path] : []));
  if (paths.length === refs.length) return openSources(paths, signal);
  const sources: Source[] = [];
  for (const ref of refs) sources.push(await fromMemory(ref, contents));
  const perThread = !apart && sources.length > 1 && sources.every((s) => s.tid > 0);
  if (perThread) return [{ sources: sources.sort((a, b) => a.tid - b.tid), perThread }];
  return sources.map((source) => ({ sources: [source], perThread: false }));
}

async function fromMemory(ref: InputRef, contents: Contents): Promise<Source> {
  const bytes = contents.get(ref.name)!;
  const base = ref.name.slice(ref.name.lastIndexOf('/') + 1);
  const source = await openStream(ref.name, base, bytes.length, once(bytes));
  return Object.assign(Object.create(source) as Source, { tid: tidOfName(base) });
}

/** In blocks: a decompressor that is given all at once gives all at once. */
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const block = 128 * 1024;
  for (let at = 0; at < bytes.length; at += block) yield await Promise.resolve(bytes.subarray(at, at + block));
}

/**
 * Reads what is no file into memory. `given` holds what is there already. Members are looked for in one pass over each
 * archive.
 */
export async function fetchContents(
  refs: readonly InputRef[],
  given: Contents,
  signal: AbortSignal | undefined,
): Promise<Contents> {
  const contents = new Map<string, Uint8Array>();
  const wanted = new Map<string, Map<string, InputRef>>();
  for (const ref of refs) {
    const known = given.get(ref.name);
    if (known !== undefined) contents.set(ref.name, known);
    else if (ref.kind === 's3') contents.set(ref.name, await (await import('./s3.js')).fetchObject(ref.url, signal));
    else if (ref.kind === 'member') {
      const inArchive = wanted.get(ref.archive) ?? new Map<string, InputRef>();
      wanted.set(ref.archive, inArchive.set(ref.member, ref));
    }
  }
  for (const [archive, members] of wanted) {
    for await (const member of archiveMembers(archive, { signal })) {
      const ref = members.get(member.name);
      if (ref === undefined) continue;
      contents.set(ref.name, await wholeMember(member, ref.name));
      members.delete(member.name);
      if (members.size === 0) break;
    }
    const [missing] = members.values();
    if (missing !== undefined)
      throw new PerfscopeError('input-missing', `${missing.name} is not in the archive`, { path: archive });
  }
  return contents;
}

export async function wholeMember(member: Member, name: string): Promise<Uint8Array> {
  if (member.size <= MAX_MEMBER) return member.bytes();
  const advice = 'Extract it and give the file itself.';
  throw new PerfscopeError('input-too-large', `${name} takes ${member.size} bytes in memory`, { path: name }, advice);
}

/** What was read of each input. */
export async function usedOf(refs: readonly InputRef[], contents: Contents): Promise<Used[]> {
  const used: Used[] = [];
  for (const ref of refs) {
    const stamp = await stampOf(ref);
    const bytes = contents.get(ref.name);
    const sha256 =
      stamp === MISSING
        ? MISSING
        : bytes !== undefined
          ? createHash('sha256').update(bytes).digest('hex')
          : await hashFile((ref as { path: string }).path);
    used.push({ name: ref.name, stamp, sha256 });
  }
  return used;
}

export const MISSING = 'missing';

/** Changes when the file, the archive around a member, or the object of a store does. */
export async function stampOf(ref: InputRef): Promise<string> {
  if (ref.kind === 's3') return ref.etag;
  try {
    const s = await stat(ref.kind === 'file' ? ref.path : ref.archive, { bigint: true });
    return `${s.size}:${s.mtimeNs}:${s.ctimeNs}:${s.ino}`;
  } catch {
    return MISSING;
  }
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const block of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(block as Uint8Array);
  } catch (error) {
    // A folder, or a file that may not be read: whatever it is, the reader will say so.
    return `unreadable ${(error as NodeJS.ErrnoException).code ?? ''}`;
  }
  return hash.digest('hex');
}
