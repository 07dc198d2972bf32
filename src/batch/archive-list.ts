/** What lies in a tar or zip: names and places of its members, of each name the last. */
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import { archiveMembers } from '../source/archive.js';
import { kindOf } from './conventions.js';
import { requireFile } from './inputs.js';
import type { InputRef } from './job.js';

export type MemberRef = Extract<InputRef, { kind: 'member' }>;

export interface Listing {
  /** By name; in the order of the archive. */
  readonly members: ReadonlyMap<string, MemberRef>;
  /** Why the list ends before the archive does; what comes before the damage is still good. */
  readonly problem: PerfscopeError | null;
}

/** @throws PerfscopeError 'interrupted' */
export async function listArchive(
  archive: string,
  options: { signal?: AbortSignal | undefined; onSkip?: ((member: string, reason: string) => void) | undefined } = {},
): Promise<Listing> {
  const { signal, onSkip } = options;
  const members = new Map<string, MemberRef>();
  const replaced = (name: string) => {
    if (!members.delete(name)) return false;
    if (kindOf(name) !== 'other') onSkip?.(name, 'it stands in the archive again, and the later one counts');
    return true;
  };
  try {
    await requireFile(archive);
    const entries = archiveMembers(archive, {
      signal,
      onSkip,
      onOther: (name, what) => {
        const known = replaced(name);
        // Links and devices lie in archives of whole systems; some stand where a trace is looked for.
        if (known || kindOf(name) !== 'other') onSkip?.(name, what);
      },
    });
    for await (const { name, at, size } of entries) {
      replaced(name);
      if (kindOf(name) === 'archive') onSkip?.(name, 'an archive within an archive: extract it first');
      else members.set(name, { kind: 'member', name, size, archive: path.resolve(archive), member: name, at });
    }
  } catch (error) {
    if (!(error instanceof PerfscopeError) || error.code === 'interrupted') throw error;
    return { members, problem: error };
  }
  return { members, problem: null };
}
