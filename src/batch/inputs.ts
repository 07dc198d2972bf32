/** The bytes of inputs, wherever they lie: as sources for the reader, and as hashes for the journal. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { throwIfCancelled } from '../pool/stage.js';
import { PerfscopeError } from '../errors.js';
import { type Member, archiveMembers } from '../source/archive.js';
import { tidOfName } from '../source/folder.js';
import { type SourceSet, openSources } from '../source/index.js';
import { type Source, openStream } from '../source/source.js';
import { isSpecialFile } from '../lib/special-file.js';
import type { InputRef, Used } from './job.js';

/** Bytes of inputs that are no files, by name. */
export type Contents = ReadonlyMap<string, Uint8Array>;

/** A member, or an object of a store, is held in memory as a whole, up to so many bytes. */
const MAX_MEMBER = 2 ** 31;
const HASH_BLOCK = 1024 * 1024;

/** Opens inputs as one recording, or each as one of its own (`apart`: profiles). */
export async function openInputs(
  refs: readonly InputRef[],
  contents: Contents,
  signal: AbortSignal | undefined,
  apart = false,
): Promise<SourceSet[]> {
  const paths = refs.flatMap((r) => (r.kind === 'file' ? [r.path] : []));
  for (const file of paths) await requireFile(file);
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
  const wanted = new Map<string, Set<MemberRef>>();
  for (const ref of refs) {
    const known = given.get(ref.name);
    if (known !== undefined) contents.set(ref.name, known);
    else if (ref.kind === 's3') contents.set(ref.name, await fetched(ref, signal));
    else if (ref.kind === 'member') {
      const inArchive = wanted.get(ref.archive) ?? new Set();
      wanted.set(ref.archive, inArchive.add(ref));
    }
  }
  for (const [archive, members] of wanted) {
    await requireFile(archive);
    // Of one whose place is not known, the last of that name counts: that is known at the end only.
    const named = new Set([...members].filter((ref) => ref.at === undefined));
    for await (const member of archiveMembers(archive, { signal })) {
      for (const ref of members) {
        if (ref.member !== member.name || (ref.at ?? member.at) !== member.at) continue;
        contents.set(ref.name, await wholeMember(member, ref.name));
        if (!named.has(ref)) members.delete(ref);
      }
      if (members.size === 0) break;
    }
    for (const ref of members)
      if (!contents.has(ref.name))
        throw new PerfscopeError('input-missing', `${ref.name} is not in the archive`, { path: archive });
  }
  return contents;
}

type MemberRef = Extract<InputRef, { kind: 'member' }>;

async function fetched(ref: Extract<InputRef, { kind: 's3' }>, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const { fetchObject } = await import('./s3.js');
  return fetchObject(ref.url, MAX_MEMBER, signal);
}

/** @throws PerfscopeError 'input-format' for a pipe, a device, a socket: they may never end, or never begin */
export async function requireFile(file: string): Promise<void> {
  if (!(await isSpecialFile(file))) return;
  const advice = 'Record into a file first; perfscope analyze reads pipes, batch does not.';
  throw new PerfscopeError('input-format', 'this is a pipe, a device or a socket, no file', { path: file }, advice);
}

export async function wholeMember(member: Member, name: string): Promise<Uint8Array> {
  if (member.size <= MAX_MEMBER) return member.bytes();
  const advice = 'Extract it and give the file itself.';
  throw new PerfscopeError('input-too-large', `${name} takes ${member.size} bytes in memory`, { path: name }, advice);
}

/** What was read of each input. A file is hashed as far as it went when its stamp was taken. */
export async function usedOf(
  refs: readonly InputRef[],
  contents: Contents,
  signal: AbortSignal | undefined,
): Promise<Used[]> {
  const used: Used[] = [];
  for (const ref of refs) {
    const stamp = await stampOf(ref);
    const bytes = contents.get(ref.name);
    const sha256 =
      stamp === MISSING
        ? MISSING
        : bytes !== undefined
          ? createHash('sha256').update(bytes).digest('hex')
          : await hashFile((ref as { path: string }).path, signal);
    used.push({ name: ref.name, stamp, sha256 });
  }
  return used;
}

/** The same of inputs that nobody reads (again): known by their stamps alone. */
export async function unreadOf(refs: readonly InputRef[]): Promise<Used[]> {
  return Promise.all(refs.map(async (ref) => ({ name: ref.name, stamp: await stampOf(ref), sha256: UNREAD })));
}

/** Stands for a hash that was not taken; it is like none. */
export const UNREAD = 'unread';
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

async function hashFile(file: string, signal: AbortSignal | undefined): Promise<string> {
  let handle;
  try {
    // Without waiting for whoever might write into a pipe.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) return 'unreadable, no file';
    return await hashOf(handle, stats.size, signal);
  } catch (error) {
    if (error instanceof PerfscopeError) throw error;
    // A file that may not be read: whatever it is, the reader will say so.
    return `unreadable ${(error as NodeJS.ErrnoException).code ?? ''}`;
  } finally {
    await handle?.close();
  }
}

async function hashOf(handle: FileHandle, size: number, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  const block = new Uint8Array(Math.min(HASH_BLOCK, size));
  for (let at = 0; at < size;) {
    throwIfCancelled(signal);
    const { bytesRead } = await handle.read(block, 0, Math.min(block.length, size - at), at);
    if (bytesRead === 0) break;
    hash.update(block.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}
