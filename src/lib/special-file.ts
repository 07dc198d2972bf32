import { stat } from 'node:fs/promises';

/**
 * Whether something is there that is neither file nor folder: a device such as /dev/null, a pipe. It is written to as it
 * is; to rename a file over it would do away with it, for everyone on the machine.
 */
export async function isSpecialFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

/** What a failed write says of the disk, in words; null for what is no fault of the disk. */
export function diskFault(code: string | undefined): string | null {
  switch (code) {
    case 'ENOSPC':
      return 'the disk is full';
    case 'EDQUOT':
      return 'the quota of the disk is used up';
    case 'EFBIG':
      return 'the file would be larger than is allowed here';
    case 'EROFS':
      return 'the disk can only be read';
    default:
      return null;
  }
}
