import { describe, expect, it } from 'vitest';
import { foreignKind } from '../../src/source/magic.js';
import { partPattern, refuseParts } from '../../src/source/parts.js';

describe('parts of one file', () => {
  it.each([
    [['t.gz.aa', 't.gz.ab', 't.gz.ac'], 'cat t.gz.?? |'],
    [['a/t.az', 'a/t.ba'], null],
    [['t.aay', 't.aaz'], null],
    [['t.00', 't.01', 't.02'], 'cat t.?? |'],
    [['t.7z.001', 't.7z.002'], 'cat t.7z.??? |'],
    [['t.z01', 't.z02'], 'cat t.z* |'],
    // Of strace -ff, of several recordings, or of one name in several forms.
    [['t.1234', 't.1235'], null],
    [['t.100', 't.101'], null],
    [['t.aa', 't.ac'], null],
    [['t.aa', 'u.ab'], null],
    [['t.aa'], null],
    [['t.gz', 't.xz'], null],
  ])('%s', (paths, advice) => {
    let told: string | null = null;
    try {
      refuseParts(paths);
    } catch (error) {
      told = (error as { advice: string }).advice;
    }
    if (advice === null) expect(told).toBeNull();
    else expect(told).toContain(advice);
  });

  it.each([
    ['t.gz.ab', 't.gz.??'],
    ['t.zst.000', 't.zst.???'],
    ['t.z17', 't.z*'],
    ['t.gz', null],
    ['t.1234', null],
    ['perf.data', null],
  ])('%s alone', (path, pattern) => expect(partPattern(path)).toBe(pattern));
});

it.each([
  ['07070100000000', 'a cpio archive'],
  ['!<arch>\ndebian-binary', 'an archive of ar, or a Debian package'],
  ['LPKSHHRH\0\0', 'a journal of systemd'],
  ['PK\x07\x08PK\x03\x04', 'a part of a zip archive in several'],
  ['\x5d\0\0\x80\0', 'compressed with lzma'],
  ['version https://git-lfs.github.com/spec/v1\n', 'a pointer of Git LFS, and not the file'],
  ['-----BEGIN PGP MESSAGE-----\n', 'encrypted or signed with PGP'],
  ['4711 read(3, "", 1) = 0\n', undefined],
])('%j is %s', (head, what) => expect(foreignKind(Buffer.from(head, 'latin1'))?.what).toBe(what));
