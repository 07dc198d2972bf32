/** Why a file cannot be read, in words, and what to do about it. */
import { PerfscopeError } from '../errors.js';

/** The system's errors about files, in words. */
export function fileError(error: unknown, path: string): unknown {
  if (error instanceof PerfscopeError || !(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new PerfscopeError('input-missing', `${path} does not exist`, { path }, 'Check the path.');
    case 'EACCES':
    case 'EPERM':
      return new PerfscopeError(
        'input-missing',
        `${path} may not be read (${error.code})`,
        { path },
        `Give yourself the right to read it; traces recorded as root often belong to root.`,
      );
    case 'EISDIR':
      return new PerfscopeError('input-is-directory', `${path} is a directory`, { path });
    default:
      return new PerfscopeError(
        'input-damaged',
        `${path} cannot be read: ${error.message}`,
        { path },
        'Check the disk or copy the file anew.',
      );
  }
}
