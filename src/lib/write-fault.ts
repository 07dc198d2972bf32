/** Why something cannot be written, in words, and what to do about it. */
import { PerfscopeError } from '../errors.js';

const NO_RIGHT = 'Write elsewhere, or give yourself the right to write there.';
const NO_ROOM = 'Make room, or write elsewhere.';

/** By the system's names of errors (open(2), write(2), rename(2)). */
const FAULTS: Readonly<Record<string, readonly [why: string, advice: string]>> = {
  ENOENT: ['there is no such folder', 'Make the folder first.'],
  ENOTDIR: ['a part of its path is no folder', 'Check the path.'],
  EISDIR: ['it is a folder', 'Name a file in it.'],
  EEXIST: ['there is a file of this name', 'Name a folder.'],
  EACCES: ['not permitted', NO_RIGHT],
  EPERM: ['not permitted', NO_RIGHT],
  EROFS: ['the disk can only be read', 'Write elsewhere.'],
  ENOSPC: ['the disk is full', NO_ROOM],
  EDQUOT: ['the quota of the disk is used up', NO_ROOM],
  EFBIG: ['the file would be larger than is allowed here', 'Raise the limit (ulimit -f), or write less.'],
};

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export interface WriteFault {
  readonly why: string;
  /** '' where nothing is known. */
  readonly advice: string;
  /** There is no room for it. */
  readonly space: boolean;
}

export function writeFault(error: unknown): WriteFault {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const [why, advice] = FAULTS[code] ?? [message, ''];
  return { why, advice, space: NO_SPACE.has(code) };
}

/**
 * @param what cannot be done, as in "cannot write the result"
 * @param ifFull what to do where there is no room
 */
export function writeError(error: unknown, what: string, path: string, ifFull?: string): PerfscopeError {
  if (error instanceof PerfscopeError) return error;
  const { why, advice, space } = writeFault(error);
  return new PerfscopeError('output', `${what}: ${why}`, { path }, space && ifFull !== undefined ? ifFull : advice);
}
